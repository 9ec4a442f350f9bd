"""What stands beside a receipt: the names of the files of its check-in that are held by now."""

from collections.abc import Iterable

FILES_HELD = "Files-Held"  # the header; absent where a proxy takes away what it does not know
SMALL_SELFIE = 200 * 1024  # what a weak line carries in a minute or two; larger ones are taken too


def held_text(names: Iterable[str]) -> str:
    """Write the names of the files that are held as the header gives them."""
    return ", ".join(sorted(names))


def read_held(text: str) -> frozenset[str]:
    """Read the names of the files that are held."""
    return frozenset(name.strip() for name in text.split(",")) - {""}
