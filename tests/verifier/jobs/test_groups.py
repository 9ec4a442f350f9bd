"""Which claimed rows are done together."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from storage.media import StoredObject
from storage.records import WorkKind
from storage.work import Claim, Subject
from verifier.jobs.groups import groups
from verifier.jobs.rows import Row

ONE = StoredObject("bucket", "key", "", 1, "")


@dataclass
class HasRead:
    """What was read of a row: only its photos count here."""

    photos: Sequence[StoredObject]


def row(person: int = 0, attempt: int = 1, kind: WorkKind = WorkKind.VERIFY_CHECKIN) -> Claim:
    whose = UUID(int=person) if person else uuid4()
    return Claim(1, kind, Subject(uuid4(), whose), attempt, uuid4())


def cut(*claims: Claim, photos_each: int = 1) -> list[int]:
    """How many are done together, group by group."""
    return [
        len(one) for one in groups(Row(claim, HasRead([ONE] * photos_each)) for claim in claims)
    ]


def test_first_attempts_of_different_people_are_done_together() -> None:
    assert cut(row(), row(), row()) == [3]


def test_two_of_one_person_are_done_one_after_the_other() -> None:
    assert cut(row(1), row(2), row(1), row(2)) == [2, 2]


def test_what_was_lost_once_is_done_alone() -> None:
    assert cut(row(), row(attempt=2), row(), row()) == [1, 1, 2]


def test_who_sent_a_film_keeps_nobody_waiting() -> None:
    assert cut(row(), row(), photos_each=9) == [1, 1]


def test_other_work_is_done_row_by_row() -> None:
    assert cut(*(row(kind=WorkKind.RENDER_MEDIA) for _ in range(3))) == [1, 1, 1]
