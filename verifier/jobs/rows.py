"""A claimed row, and what was read of it before it is begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.media import StoredObject
from storage.work import Claim


class Read(Protocol):
    """What the file for a kind of work reads; only that file looks into it."""

    @property
    def photos(self) -> Sequence[StoredObject]:
        """What will be fetched, in that order."""
        ...


@dataclass(frozen=True, eq=False)
class Row:
    """One claimed row; read: None where nothing could be, or needs to be."""

    claim: Claim
    read: Read | None = None

    @property
    def photos(self) -> Sequence[StoredObject]:
        """What is fetched for it before it is begun."""
        return () if self.read is None else self.read.photos
