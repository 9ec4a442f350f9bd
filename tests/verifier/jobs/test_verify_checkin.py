"""What becomes of a check-in when its row is drained."""

from uuid import UUID

from sqlalchemy import select

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, EvidenceRow, Media, MediaKind, ReferencePhoto
from tests.factories import Factory
from tests.photos import photos
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs.drain import do_next
from verifier.jobs.workplace import Workplace


def drain(workplace: Workplace) -> None:
    while do_next(workplace):
        pass


def state(factory: Factory, checkin: Waiting) -> CheckInState:
    with factory.session() as session:
        return session.get_one(CheckIn, checkin.key).state


def evidence(factory: Factory, checkin: Waiting) -> list[EvidenceRow]:
    with factory.session() as session:
        return list(
            session.scalars(
                select(EvidenceRow)
                .where(EvidenceRow.checkin_id == checkin.id)
                .order_by(EvidenceRow.attempt)
            )
        )


def enrolled(factory: Factory, waiting: WaitingWork, workplace: Workplace) -> UUID:
    person = factory.offender()
    factory.fence(person.id)
    waiting.references(person.id, photos().obama)
    drain(workplace)
    return person.id


def test_the_right_person_is_confirmed(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    person = enrolled(factory, waiting, workplace)
    selfie = photos().selfie_of(photos().obama[0], 1)
    checkin = waiting.checkin(person, selfie)
    drain(workplace)
    assert state(factory, checkin) is CheckInState.CONFIRMED
