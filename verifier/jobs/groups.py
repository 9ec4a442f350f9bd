"""Claimed rows in the order they are done, and which of them together."""

from collections.abc import Iterable, Sequence

from verifier.jobs.handlers import TOGETHER
from verifier.jobs.rows import Row


def groups(rows: Iterable[Row]) -> list[list[Row]]:
    """Returns rows cut into what is done together, one after the other.

    Neighbours share the fate of a photo that kills whoever looks, so that costs each of them an
    attempt; what was lost once is done alone, and so is what has more than one photo: nobody waits
    for the film of another. What a person's first comes to, the second is judged by.
    """
    cut: list[list[Row]] = []
    for row in rows:
        if cut and _may_join(row, cut[-1]):
            cut[-1].append(row)
        else:
            cut.append([row])
    return cut


def _may_join(row: Row, group: Sequence[Row]) -> bool:
    people = {one.claim.subject.offender_id for one in group}
    return (
        row.claim.kind is group[0].claim.kind
        and row.claim.subject.offender_id not in people
        and _is_sociable(row)
        and _is_sociable(group[0])
    )


def _is_sociable(row: Row) -> bool:
    claim = row.claim
    return claim.kind in TOGETHER and claim.attempt == 1 and len(row.photos) <= 1
