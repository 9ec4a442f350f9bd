"""How far, and up to which likeness, others' references are searched."""

from dataclasses import dataclass
from enum import StrEnum

LEAST_GROUND = 10  # characters: a law and its article


class SearchWithin(StrEnum):
    """Among whose references a face is searched."""

    DISTRICT = "district"
    CITY = "city"


@dataclass(frozen=True)
class SearchReach:
    """How far a search reaches; beyond the district only with its legal ground."""

    within: SearchWithin = SearchWithin.DISTRICT
    ground: str | None = None


@dataclass(frozen=True)
class SearchLimit:
    """Up to which distance somebody else is named, and what that was measured for."""

    distance: float  # 1 - cosine
    people: int  # most people enrolled where it holds
    model: str  # sha256 of the model whose vectors were measured
