"""Acts and looks that the tests of the handlers share."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from storage.database import transaction
from storage.local_stack import LocalStack
from storage.media import MediaStore
from storage.records import CheckIn, EvidenceRow, Item, Work
from storage.settings import StoreSettings
from tests.factories import Factory
from tests.photos import photos
from tests.waiting_work import Waiting, WaitingWork, let_work_wait
from verifier.jobs.drain import MOST_TOGETHER, do_next
from verifier.jobs.workplace import Workplace


def own_selfie(seed: int = 1) -> bytes:
    """A photo of the enrolled person."""
    return photos().selfie_of(photos().obama[0], seed)


def ordinary(factory: Factory, waiting: WaitingWork, seed: int = 1) -> Waiting:
    """A check-in of an enrolled person at the right place and time, that will be confirmed."""
    person = factory.offender().id
    factory.fence(person)
    factory.enrolment(person, photos().obama)
    window = factory.window(person, open_for=timedelta(hours=1))
    return waiting.checkin(person, own_selfie(seed), window)


def drain(workplace: Workplace) -> None:
    """Does all that waits, as a horse does."""
    while do_next(workplace, MOST_TOGETHER[workplace.queue]):
        pass


def ahead(workplace: Workplace, by: timedelta) -> Workplace:
    """The same workplace after a while: for its own clock, and for the work that waits."""
    now = workplace.parts.now
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        let_work_wait(session, by)
    return replace(workplace, parts=replace(workplace.parts, now=lambda: now() + by))


def without_store(workplace: Workplace, stack: LocalStack) -> Workplace:
    """The same workplace in an outage of the object store: nothing listens there."""
    settings = StoreSettings.read(stack.environment("verifier"))
    away = MediaStore(replace(settings, endpoint="127.0.0.1:9"))
    return replace(workplace, parts=replace(workplace.parts, media=away))


def checkin(factory: Factory, waiting: Waiting) -> CheckIn:
    """The row of a check-in."""
    with factory.session() as session:
        return session.get_one(CheckIn, waiting.key)


def evidence(factory: Factory, waiting: Waiting) -> list[EvidenceRow]:
    """What its attempts measured, in order."""
    with factory.session() as session:
        rows = select(EvidenceRow).where(EvidenceRow.checkin_id == waiting.id)
        return list(session.scalars(rows.order_by(EvidenceRow.attempt)))


def work_of(factory: Factory, subject: UUID) -> Work:
    """The one work row about a subject."""
    with factory.session() as session:
        return session.scalars(select(Work).where(Work.subject_id == subject)).one()


def causes(factory: Factory, offender: UUID) -> list[str]:
    """The causes of a person's open items."""
    with factory.session() as session:
        open_items = select(Item.cause).where(
            Item.offender_id == offender, Item.closed_at.is_(None)
        )
        return sorted(str(cause) for cause in session.scalars(open_items))
