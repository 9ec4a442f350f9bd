"""A check-in whose files do not come waits its time, and is then judged without them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mobile_contract.client.queue import Submission
from mobile_contract.codes import CheckInState, NextStep, ToldReason, WindowOutcome
from storage.local_stack import LocalStack
from storage.records import CheckIn, EvidenceRow, Media, MediaKind, RaisedFlag, RuleRow
from tests.checkin_api.checkins.hand import EVERY_FILE, Hand
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import drain, own_selfie
from verifier import missing_files, reconcile
from verifier.jobs.workplace import Workplace
from verifier.verdicts.evidence import FaceVerdict

pytestmark = pytest.mark.media
A_MOMENT = timedelta(milliseconds=1)
THREE_DAYS = timedelta(hours=72)


@pytest.fixture
def hand(factory: Factory, stack: LocalStack, tmp_path: Path) -> Iterator[Hand]:
    """The phone of an enrolled person with an open window."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    factory.window(offender.id)
    opened = Hand.of(factory, stack.public_url, offender, tmp_path / "phone")
    yield opened
    opened.close()


@pytest.fixture
def sent(hand: Hand) -> Submission:
    """A check-in of the person themself of which only the JSON has come."""
    captured = hand.capture(own_selfie(), frames=[own_selfie(2)])
    hand.post(captured)
    return captured


def received_at(hand: Hand, sent: Submission) -> datetime:
    return hand.row(sent.id).received_at


def stop_waiting(hand: Hand, at: datetime) -> int:
    """Do the clock's duty at an instant."""
    with hand.factory.session() as session:
        return missing_files.stop_waiting(session, at)


def give_up_on(hand: Hand, sent: Submission, workplace: Workplace) -> None:
    """Let the time for the files pass, and the machine judge without them."""
    assert stop_waiting(hand, received_at(hand, sent) + THREE_DAYS) == 1
    drain(workplace)


def flags(hand: Hand, sent: Submission) -> set[str]:
    with hand.factory.session() as session:
        raised = select(RaisedFlag.code).where(RaisedFlag.checkin_id == sent.id)
        return set(session.scalars(raised))


def verdicts(hand: Hand, sent: Submission) -> list[str]:
    """What each attempt said of the face, in order."""
    with hand.factory.session() as session:
        rows = select(EvidenceRow.face_verdict).where(EvidenceRow.checkin_id == sent.id)
        return list(session.scalars(rows.order_by(EvidenceRow.attempt)))


def shown(hand: Hand, sent: Submission) -> set[str]:
    """The photos of which there is a picture for officers."""
    with hand.factory.session() as session:
        rows = select(Media.name).where(
            Media.checkin_id == sent.id, Media.kind == MediaKind.RENDITION
        )
        return set(session.scalars(rows))


def test_no_machine_looks_at_a_check_in_that_lacks_a_file(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    hand.put(sent, "selfie")
    drain(workplace)
    assert hand.row(sent.id).state is CheckInState.RECEIVED
    assert verdicts(hand, sent) == []


def test_with_the_last_file_it_is_verified_like_any_other(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    for name in EVERY_FILE:
        hand.put(sent, name)
    drain(workplace)
    assert hand.row(sent.id).state is CheckInState.CONFIRMED
    assert verdicts(hand, sent) == [FaceVerdict.MATCH]
    status = hand.phone.status(sent.id)
    assert status.window is not None
    assert status.window.outcome is WindowOutcome.PRESENT


def test_the_wait_ends_after_three_days_and_not_before(hand: Hand, sent: Submission) -> None:
    assert stop_waiting(hand, received_at(hand, sent) + THREE_DAYS - A_MOMENT) == 0
    assert stop_waiting(hand, received_at(hand, sent) + THREE_DAYS) == 1
    assert stop_waiting(hand, received_at(hand, sent) + THREE_DAYS) == 0  # it is promised now


def test_a_district_may_wait_for_less(hand: Hand) -> None:
    with hand.factory.session() as session:
        session.add(
            RuleRow(
                name="files_hours",
                value=24,
                valid_from=hand.factory.parts.now() - timedelta(days=1),
                reason="try",
                set_by="test",
                set_at=hand.factory.parts.now(),
            )
        )
    sent = hand.capture()
    hand.post(sent)
    status = hand.phone.status(sent.id)
    ends = received_at(hand, sent) + timedelta(hours=24)
    assert status.next.until is not None
    assert abs(status.next.until - ends) < timedelta(seconds=1)
    assert stop_waiting(hand, ends - A_MOMENT) == 0
    assert stop_waiting(hand, ends) == 1


def test_one_that_waits_for_its_files_is_no_forgotten_work(hand: Hand, sent: Submission) -> None:
    with hand.factory.session() as session:
        later = received_at(hand, sent) + timedelta(days=30)
        assert reconcile.promise_again(session, later) == 0
    for name in EVERY_FILE:
        hand.put(sent, name)
    with hand.factory.session() as session:
        assert reconcile.promise_again(session, later) == 0


def test_without_its_files_an_officer_looks_and_the_person_is_told_why(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    give_up_on(hand, sent, workplace)
    status = hand.phone.status(sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert flags(hand, sent) == {"media_missing"}
    assert [reason.code for reason in status.reasons] == [ToldReason.FILES_MISSING]
    assert status.next.step is NextStep.SEND_FILES
    assert status.review_due_at is not None
    assert status.window is not None
    assert status.window.outcome is WindowOutcome.PENDING


def test_a_selfie_that_is_here_is_compared_although_a_frame_is_missing(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    hand.put(sent, "selfie")
    give_up_on(hand, sent, workplace)
    assert hand.row(sent.id).state is CheckInState.IN_REVIEW
    assert flags(hand, sent) == {"media_missing"}
    assert verdicts(hand, sent) == [FaceVerdict.MATCH]
    assert shown(hand, sent) == {"selfie"}


@pytest.mark.parametrize("order", [EVERY_FILE, EVERY_FILE[::-1]])
def test_files_that_come_later_are_compared_and_shown_and_confirm_nothing(
    hand: Hand, sent: Submission, workplace: Workplace, order: tuple[str, str]
) -> None:
    give_up_on(hand, sent, workplace)
    for name in order:
        assert name in {file.name for file in hand.put(sent, name).files if file.held}
        drain(workplace)
        assert name in shown(hand, sent)
    status = hand.phone.status(sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert [reason.code for reason in status.reasons] == [ToldReason.OFFICER_LOOKS]
    assert status.next.step is NextStep.WAIT
    assert verdicts(hand, sent)[-1] == FaceVerdict.MATCH
    assert flags(hand, sent) == {"media_missing"}  # what was so when it was judged stays on record


def test_a_file_that_comes_after_the_decision_is_held_and_changes_nothing(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    give_up_on(hand, sent, workplace)
    with hand.factory.session() as session:
        row = session.get_one(CheckIn, (hand.offender.id, sent.id))
        row.move(CheckInState.NOT_DECIDED, hand.factory.parts.now())
    for name in EVERY_FILE:
        hand.put(sent, name)
    drain(workplace)
    assert hand.row(sent.id).state is CheckInState.NOT_DECIDED
    assert hand.phone.status(sent.id).next.step is NextStep.NONE
    assert shown(hand, sent) == set(EVERY_FILE)


def test_a_file_that_comes_while_it_is_judged_without_is_looked_at_again(
    hand: Hand, sent: Submission, workplace: Workplace
) -> None:
    hand.put(sent, "selfie")
    assert stop_waiting(hand, received_at(hand, sent) + THREE_DAYS) == 1
    with hand.factory.session() as session:
        row = session.get_one(CheckIn, (hand.offender.id, sent.id))
        row.move(CheckInState.VERIFYING, hand.factory.parts.now())
    hand.put(sent, "frame-1")
    assert hand.kept(sent.id)[1] == 2
    drain(workplace)
    assert hand.row(sent.id).state is CheckInState.CONFIRMED
    assert flags(hand, sent) == set()
