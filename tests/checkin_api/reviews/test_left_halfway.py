"""What one officer said and nobody took up: it ends, is told to nobody, and blocks nothing."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from checkin_api.checkins import queries
from mobile_contract.checkins import DecisionTold
from mobile_contract.codes import CheckInState, DecidedBy, WindowOutcome
from storage.records import CheckIn, IdentityAnswer, ItemEntry, Window
from tests.checkin_api.arranged import lay_checkin
from tests.checkin_api.reviews.office import Office
from verifier import items
from verifier.overdue import close_overdue
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.reach_verdict import reach_verdict

YES, NO = IdentityAnswer.YES, IdentityAnswer.NO


def waiting(office: Office) -> int:
    with office.factory.session() as session:
        open_entries = select(func.count()).where(ItemEntry.settled_at.is_(None))
        return session.scalar(open_entries.select_from(ItemEntry)) or 0


def pass_days(office: Office, days: int) -> None:
    """Let the clock escalate and close, once a day."""
    for day in range(days + 1):
        now = office.factory.parts.now() + timedelta(days=day)
        with office.factory.session() as session:
            items.escalate(session, now)
            close_overdue(session, now)


def judge_again(office: Office, checkin: UUID, after: timedelta) -> None:
    with office.factory.session() as session:
        now = office.factory.parts.now() + after
        reach_verdict(session, office.person.id, checkin, now)


def told(office: Office, checkin: UUID) -> DecisionTold | None:
    """The decision as the person's phone reads it."""
    with office.factory.session() as session:
        now = office.factory.parts.now()
        status = queries.status(session, office.person.id, checkin, now)
    assert status is not None
    return status.decision


def test_a_no_to_what_waits_for_a_retake_reaches_a_second_officer_when_that_lapses(
    office: Office,
) -> None:
    checkin = office.checkin(FaceVerdict.NO_FACE)
    assert office.listed(office.second) == []
    office.answer(office.first, checkin, NO)
    judge_again(office, checkin, after=timedelta(hours=3))
    assert office.listed(office.second) == [checkin]
    judge_again(office, checkin, after=timedelta(hours=4))
    assert waiting(office) == 1


def test_a_place_that_nobody_judges_does_not_wait_for_ever(office: Office) -> None:
    checkin = office.checkin(FaceVerdict.MATCH, far=True)
    office.answer(office.first, checkin, YES, place=False)
    assert waiting(office) == 1
    pass_days(office, 35)
    assert waiting(office) == 0
    assert office.state(checkin) is CheckInState.CONFIRMED
    assert office.place_accepted(checkin) is None


def test_a_no_that_nobody_agreed_with_is_not_told_when_time_closes_it(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO, reason="像他弟弟")
    pass_days(office, 35)
    assert office.state(checkin) is CheckInState.NOT_DECIDED
    decision = told(office, checkin)
    assert decision is not None
    assert decision.role is DecidedBy.MACHINE
    assert "像他弟弟" not in decision.text


def test_a_refusal_of_the_place_is_told_only_once_it_takes_effect(office: Office) -> None:
    checkin = office.checkin(FaceVerdict.MATCH, far=True)
    office.answer(office.first, checkin, YES, place=False, reason="人在区外")
    before = told(office, checkin)
    office.answer(office.second, checkin, None, place=False, reason="确在区外")
    after = told(office, checkin)
    assert before is not None
    assert after is not None
    assert (before.role, "人在区外" in before.text) == (DecidedBy.OFFICER, False)
    assert after.text == "确在区外"


def test_a_retake_that_arrives_after_the_invitation_lapsed_still_closes_the_first(
    office: Office,
) -> None:
    first = office.checkin(FaceVerdict.NO_FACE)
    judge_again(office, first, after=timedelta(hours=3))
    assert office.listed(office.first) == [first]
    lay_checkin(office.factory, office.person.id, FaceVerdict.MATCH, window_id=office.window)
    with office.factory.session() as session:
        states = session.scalars(select(CheckIn.state).order_by(CheckIn.id)).all()
        window = session.get_one(Window, office.window)
    assert states == [CheckInState.SUPERSEDED, CheckInState.CONFIRMED]
    assert window.outcome is WindowOutcome.PRESENT
    assert waiting(office) == 0
