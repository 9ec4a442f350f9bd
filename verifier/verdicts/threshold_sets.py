"""Threshold sets by name: rows that were laid in, and the one that the code brings."""

from sqlalchemy.orm import Session

from storage.records import ThresholdSetRow
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet


class UnknownThresholdSetError(Exception):
    """A rule names a threshold set that there is not."""


def threshold_set(session: Session, name: str | None) -> ThresholdSet:
    """Returns a set by its name, for none the built-in one; raises UnknownThresholdSetError.

    A row goes before the code, so that a name means for ever what it meant when it was laid in.
    """
    row = None if name is None else session.get(ThresholdSetRow, name)
    if row is not None:
        return ThresholdSet(row.name, bands.limits_of(row.limits))
    if name in {None, bands.DEFAULT.name}:
        return bands.DEFAULT
    raise UnknownThresholdSetError(name)
