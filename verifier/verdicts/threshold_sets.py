"""Threshold sets by name: rows that were laid in, and the one that the code brings."""

from sqlalchemy.orm import Session

from storage.records import ThresholdSetRow
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.quality import DEFAULT_LIMITS, limits_from_row


class UnknownThresholdSetError(Exception):
    """A rule names a threshold set that there is not."""


def threshold_set(session: Session, name: str | None) -> ThresholdSet:
    """Returns a set by its name, for none the built-in one; raises UnknownThresholdSetError.

    A row goes before the code, so that a name means for ever what it meant when it was laid in.
    """
    row = None if name is None else session.get(ThresholdSetRow, name)
    if row is not None:
        return set_of(row)
    if name in {None, bands.DEFAULT.name}:
        return bands.DEFAULT
    raise UnknownThresholdSetError(name)


def set_of(row: ThresholdSetRow) -> ThresholdSet:
    """Returns the set that a row keeps; one without limits of the gate has the code's own."""
    gate = row.quality
    quality = DEFAULT_LIMITS if gate is None else limits_from_row(row.name, gate)
    return ThresholdSet(row.name, bands.limits_of(row.limits), quality)
