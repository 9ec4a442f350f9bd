"""Rows of cells as they stand in a file, before anybody asks what they mean."""

from dataclasses import dataclass
from string import ascii_uppercase

GridRow = tuple[int, list[object]]


@dataclass(frozen=True)
class Grid:
    """One table of a file: its title, and its rows with the numbers that a spreadsheet shows."""

    title: str
    rows: list[GridRow]


def letter_of(column: int) -> str:
    """Give the letters of a column, the first being 0."""
    beyond, last = divmod(column, len(ascii_uppercase))
    return (letter_of(beyond - 1) if beyond else "") + ascii_uppercase[last]
