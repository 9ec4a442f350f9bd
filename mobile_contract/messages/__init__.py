"""All words on all screens, by code and language; every room keeps its own file of texts."""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent


class Language(StrEnum):
    """The two languages of the screens, Chinese first; each is a folder of texts."""

    ZH = "zh"
    EN = "en"


class MissingTextError(LookupError):
    """Raised for a code without a text, or a text without one of its facts."""


def message(code: str, language: Language, **facts: object) -> str:
    """Return the words of a code, with facts set in; raises MissingTextError."""
    try:
        return catalogue(language)[code].format_map(facts)
    except KeyError as error:
        what = f"no text or fact {error} for {code} in {language}"
        raise MissingTextError(what) from error


@cache
def catalogue(language: Language) -> MappingProxyType[str, str]:
    """Return every text of one language by its dotted code, read once a process."""
    texts: dict[str, str] = {}
    for file in sorted((FOLDER / language.value).glob("*.toml")):
        for code, text in _flat(tomllib.loads(file.read_text(encoding="utf-8"))):
            if code in texts:
                what = f"{code} has two texts in {language}, one of them in {file.name}"
                raise MissingTextError(what)
            texts[code] = text
    return MappingProxyType(texts)


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Spell out nested tables as dotted codes."""
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{above}{name}.")
        else:
            found.append((f"{above}{name}", str(value)))
    return found
