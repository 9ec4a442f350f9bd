"""Whatever a check-in comes to, it comes to among others as it does alone."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.records import RaisedFlag
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import checkin, evidence, ordinary, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs import verify_checkin
from verifier.jobs.beside import Rest
from verifier.jobs.drain import do_next
from verifier.jobs.rows import Row
from verifier.jobs.workplace import Workplace


@pytest.mark.media
def test_all_together_come_to_what_each_comes_to_alone(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled, look_at_all = list[int](), verify_checkin.look_at_all

    def counted(place: Workplace, rows: Sequence[Row]) -> Rest:
        handled.append(len(rows))
        return look_at_all(place, rows)

    monkeypatch.setattr(verify_checkin, "look_at_all", counted)
    together, alone = (of_all_kinds(factory, waiting) for _ in range(2))
    count = len(together)
    assert do_next(workplace, count)
    while do_next(workplace):
        pass
    assert handled[: count + 1] == [count] + [1] * count
    one, other = ([came_to(factory, each) for each in laid] for laid in (together, alone))
    assert one == other
    assert len({state for state, *_ in one}) > 1


def of_all_kinds(factory: Factory, waiting: WaitingWork) -> list[Waiting]:
    """One check-in each: ordinary, of another, without a face, away, declined, not enrolled."""
    astronaut, landscape = photos().selfie_of(photos().astronaut, 1), photos().landscape
    laid = [ordinary(factory, waiting)]
    for selfie, fenced, enrolled in (
        (astronaut, True, True),
        (landscape, True, True),
        (own_selfie(2), False, True),
        (None, True, True),
        (own_selfie(3), True, False),
    ):
        person = factory.offender().id
        if fenced:
            factory.fence(person)
        if enrolled:
            factory.enrolment(person, photos().obama)
        window = factory.window(person, open_for=timedelta(hours=1))
        laid.append(waiting.checkin(person, selfie, window))
    return laid


def came_to(factory: Factory, sent: Waiting) -> tuple[object, ...]:
    """The state, what the person is told, the flags and the face verdict of a check-in."""
    found = checkin(factory, sent)
    with factory.session() as session:
        flags = session.scalars(select(RaisedFlag.code).where(RaisedFlag.checkin_id == sent.id))
        codes = sorted(flags)
    (face,) = [row.face_verdict for row in evidence(factory, sent)]
    return found.state, found.told, found.retake_until is None, codes, face
