"""A check-in is taken before its files, and each file on its own, in any order, however often."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mobile_contract.client.connection import RefusedError
from mobile_contract.client.queue import Submission
from mobile_contract.codes import (
    CheckInState,
    NextStep,
    NoSelfieReason,
    ProblemCode,
    Retry,
    WindowOutcome,
)
from storage.records import AuditEntry
from tests.checkin_api.arranged import lay_checkin
from tests.checkin_api.checkins.hand import EVERY_FILE, FRAME, SELFIE, Hand, beside
from tests.world import HERE

pytestmark = pytest.mark.media
CAP = 5 * 1024 * 1024
ALL_HELD = (["frame-1", "selfie"], 1, 1)  # rows of media, a promise to verify, a receipt


def test_a_check_in_without_its_files_is_received_and_asks_for_them(hand: Hand) -> None:
    window = hand.factory.window(hand.offender.id)
    sent = hand.capture()
    assert beside(hand.post(sent)) == frozenset()
    status = hand.phone.status(sent.id)
    assert status.state is CheckInState.RECEIVED
    assert [(file.name, file.held) for file in status.files] == [
        ("selfie", False),
        ("frame-1", False),
    ]
    assert status.next.step is NextStep.SEND_FILES
    assert status.received_at is not None
    assert status.next.until == status.received_at + timedelta(hours=72)
    assert status.window is not None
    assert (status.window.id, status.window.outcome) == (window, WindowOutcome.PENDING)
    assert hand.kept(sent.id) == ([], 0, 1)


@pytest.mark.parametrize("order", [EVERY_FILE, EVERY_FILE[::-1]])
def test_the_files_follow_in_any_order_and_the_last_lets_it_be_verified(
    hand: Hand, order: tuple[str, str]
) -> None:
    sent = hand.capture()
    hand.post(sent)
    first = hand.put(sent, order[0])
    assert {file.name for file in first.files if file.held} == {order[0]}
    assert first.next.step is NextStep.SEND_FILES
    assert hand.kept(sent.id) == ([order[0]], 0, 1)
    last = hand.put(sent, order[1])
    assert all(file.held for file in last.files)
    assert last.next.step is NextStep.WAIT
    assert hand.kept(sent.id) == ALL_HELD


def test_a_file_again_gets_the_same_answer_and_is_not_put_again(hand: Hand) -> None:
    sent = hand.capture()
    hand.post(sent)
    assert hand.put(sent, "selfie") == hand.put(sent, "selfie")
    hand.put(sent, "frame-1")
    assert hand.put(sent, "frame-1") == hand.put(sent, "selfie")
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.stored(sent.id) == 2


def test_the_check_in_again_brings_the_files_that_were_missing(hand: Hand) -> None:
    sent = hand.capture()
    alone = hand.post(sent)
    again = hand.post(sent, *EVERY_FILE)
    assert again.content == alone.content
    assert beside(again) == set(EVERY_FILE)
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.post(sent).content == alone.content
    assert beside(hand.post(sent)) == set(EVERY_FILE)


def test_a_check_in_may_come_with_some_of_its_files(hand: Hand) -> None:
    sent = hand.capture()
    assert beside(hand.post(sent, "selfie")) == {"selfie"}
    assert hand.kept(sent.id) == (["selfie"], 0, 1)
    assert hand.put(sent, "frame-1").next.step is NextStep.WAIT
    assert hand.kept(sent.id) == ALL_HELD


def test_the_receipt_says_the_declared_hashes_before_the_files_are_here(hand: Hand) -> None:
    sent = hand.capture()
    receipt = hand.phone.submit(Submission(sent.id, sent.body, {}))
    assert [(part.name, part.length) for part in receipt.parts] == [
        ("checkin", len(sent.body)),
        ("frame-1", len(FRAME)),
        ("selfie", len(SELFIE)),
    ]
    assert hand.phone.submit(sent) == receipt


def test_the_arrival_of_each_file_is_on_record(hand: Hand) -> None:
    sent = hand.capture()
    hand.post(sent)
    for name in (*EVERY_FILE, "selfie"):
        hand.put(sent, name)
    with hand.factory.session() as session:
        details = select(AuditEntry.detail).where(AuditEntry.action == "checkin_file_received")
        assert session.scalars(details).all() == [{"name": name} for name in EVERY_FILE]


@pytest.mark.parametrize("held", [False, True])
def test_other_bytes_are_refused_as_changed_on_the_way(hand: Hand, held: bool) -> None:  # noqa: FBT001
    sent = hand.capture()
    hand.post(sent, *(["selfie"] if held else []))
    for other in (FRAME, SELFIE[:-1], SELFIE + b"\0", b""):
        problem = hand.refused(sent, "selfie", other)
        assert (problem.code, problem.retry) == (ProblemCode.HASH_DIFFERS, Retry.SAME)
        assert [error.pointer for error in problem.errors] == ["selfie"]
    assert hand.stored(sent.id) == int(held)


@pytest.mark.parametrize(
    ("selfie", "code"),
    [(b"GIF89a" + SELFIE, ProblemCode.PHOTO_NOT_JPEG), (SELFIE[:900], ProblemCode.PHOTO_DAMAGED)],
)
def test_what_was_declared_and_is_no_photo_can_never_be_taken(
    hand: Hand, selfie: bytes, code: ProblemCode
) -> None:
    sent = hand.capture(selfie)
    hand.post(sent)
    problem = hand.refused(sent, "selfie", selfie)
    assert (problem.code, problem.retry) == (code, Retry.NEVER)
    assert hand.stored(sent.id) == 0


def test_a_file_over_the_cap_is_too_large_whatever_it_is(hand: Hand) -> None:
    sent = hand.capture()
    hand.post(sent)
    assert hand.refused(sent, "selfie", SELFIE + b"\0" * CAP).code == ProblemCode.TOO_LARGE
    assert hand.stored(sent.id) == 0


def test_what_is_declared_over_the_cap_is_refused_at_once_and_never_asked_for(hand: Hand) -> None:
    sent = hand.capture(SELFIE + b"\0" * CAP)
    with pytest.raises(RefusedError) as refusal:
        hand.post(sent)
    assert refusal.value.problem.code == ProblemCode.PHOTO_TOO_LARGE
    assert refusal.value.problem.retry == Retry.NEVER
    assert hand.kept(sent.id) == ([], 0, 0)


@pytest.mark.parametrize("name", ["frame-2", "checkin", "%2e%2e%2fselfie", "Selfie"])
def test_a_file_that_nobody_declared_is_not_found(hand: Hand, name: str) -> None:
    sent = hand.capture()
    hand.post(sent)
    problem = hand.refused(sent, name)
    assert problem.code == ProblemCode.NOT_FOUND
    assert name not in problem.model_dump_json()


def test_a_name_that_was_not_declared_is_pointed_at(hand: Hand) -> None:
    sent = hand.capture(frames=())
    hand.post(sent)
    assert [error.pointer for error in hand.refused(sent, "frame-1").errors] == ["name"]


def test_a_file_of_a_check_in_that_is_not_here_or_is_anothers_is_not_found(
    hand: Hand, tmp_path: Path
) -> None:
    other = Hand.of(hand.factory, hand.url, hand.factory.offender(), tmp_path / "other")
    sent = other.capture()
    assert hand.refused(sent, "selfie").code == ProblemCode.NOT_FOUND
    other.post(sent)
    assert hand.refused(sent, "selfie").code == ProblemCode.NOT_FOUND
    assert other.put(sent, "selfie").files[0].held
    other.close()


def test_a_check_in_without_files_waits_for_none(hand: Hand) -> None:
    sent = hand.phone.capture(NoSelfieReason.CAMERA, HERE)
    hand.post(sent)
    assert hand.phone.status(sent.id).next.step is NextStep.WAIT
    assert hand.kept(sent.id) == ([], 1, 1)
    assert hand.refused(sent, "selfie").code == ProblemCode.NOT_FOUND


def test_a_contact_that_says_nothing_of_files_misses_none(hand: Hand) -> None:
    judged = lay_checkin(hand.factory, hand.offender.id)
    assert hand.phone.status(judged).files == ()
    assert hand.phone.status(judged).next.step is NextStep.WAIT


ACTS = ("post json", "post all", "post selfie", "put selfie", "put frame-1")


def act(hand: Hand, sent: Submission, what: str) -> bytes | None:
    """Do one act, as a phone on a bad line comes to do it; gives the receipt if it was a POST."""
    method, about = what.split()
    if method == "post":
        named = {"json": (), "all": EVERY_FILE, "selfie": ("selfie",)}[about]
        return hand.post(sent, *named).content
    with suppress(RefusedError):  # before its check-in is there
        hand.put(sent, about)
    return None


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(ACTS), max_size=7), st.permutations(["post json", *ACTS[3:]]))
def test_whatever_the_order_the_end_is_the_same(
    hand: Hand, before: list[str], whole: list[str]
) -> None:
    sent = hand.capture()
    # What was refused for coming before its check-in comes again, as a phone sends it again.
    receipts = [act(hand, sent, what) for what in (*before, *whole, *ACTS[3:])]
    assert len({receipt for receipt in receipts if receipt is not None}) == 1
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.stored(sent.id) == 2
    status = hand.phone.status(sent.id)
    assert all(file.held for file in status.files)
    assert (status.state, status.next.step) == (CheckInState.RECEIVED, NextStep.WAIT)
