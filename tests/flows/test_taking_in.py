"""A check-in is taken in once and whole, or refused with a reason and a receipt."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from mobile_contract.client.checkin import handing_over
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import NoPlaceReason, ProblemCode, Retry
from storage.records import CheckIn, Media, Offender, ReceiptRow, Work
from tests.factories import Factory
from tests.photos import photos
from tests.world import HERE, World

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    return factory.offender()


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def rows(factory: Factory, offender: Offender) -> tuple[int, int, int]:
    """Count the person's check-ins, the photos that were sent (no picture of them) and receipts."""
    with factory.session() as session:
        return tuple(  # type: ignore[return-value]
            session.scalar(
                select(func.count())
                .select_from(table)
                .where(table.offender_id == offender.id, *conditions)
            )
            for table, *conditions in (
                (CheckIn,),
                (Media, Media.original_id.is_(None)),
                (ReceiptRow,),
            )
        )


def stored_objects(world: World, offender: Offender) -> int:
    """Count what the store holds of a person: rclone lists twice what many write at once."""
    listed = world.factory.parts.media.listed(f"checkins/{offender.id}/")
    return len({(one.key, one.version_id) for one in listed})


def test_a_check_in_is_answered_with_a_receipt_that_its_signature_proves(phone: Phone) -> None:
    submission = phone.capture(photos().obama[0], HERE)
    receipt = phone.submit(submission)
    assert receipt.checkin_id == submission.id
    assert phone.verify(receipt.model_dump_json().encode()) == receipt


def test_the_same_again_gets_the_same_receipt(phone: Phone) -> None:
    submission = phone.capture(photos().obama[0], HERE)
    assert phone.submit(submission) == phone.submit(submission)


def test_fifty_equal_posts_at_once_are_one_check_in(
    world: World, phone: Phone, factory: Factory, offender: Offender
) -> None:
    submission = phone.capture(photos().obama[0], HERE)
    twins, answers = [world.twin(phone) for _ in range(50)], list[bytes]()
    for client in world.clients[-50:]:
        client.event_hooks["response"].append(lambda answer: answers.append(answer.read()))
    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(lambda twin: twin.submit(submission), twins))
    assert len(set(receipts)) == 1
    assert Counter(answers)[receipts[0].model_dump_json().encode()] == 50
    assert rows(factory, offender) == (1, 1, 1)
    assert stored_objects(world, offender) == 1


def test_the_same_id_with_another_photo_is_refused_naming_the_photo(phone: Phone) -> None:
    first = phone.capture(photos().obama[0], HERE)
    phone.submit(first)
    other = phone.capture(photos().obama[1], HERE)
    with pytest.raises(RefusedError) as refused:
        phone.submit(renamed(other, first.id))
    assert refused.value.problem.code == ProblemCode.CONTENT_DIFFERS
    assert "selfie" in {error.pointer for error in refused.value.problem.errors}


def renamed(submission: Submission, to: UUID) -> Submission:
    """Put another id into a frozen submission."""
    body = submission.body.replace(str(submission.id).encode(), str(to).encode())
    return Submission(id=to, body=body, files=submission.files)


def broken_photos() -> list[tuple[str, bytes, ProblemCode]]:
    whole = photos().obama[0]
    return [
        ("not a JPEG", b"GIF89a" + whole, ProblemCode.PHOTO_NOT_JPEG),
        ("truncated", whole[: len(whole) // 2], ProblemCode.PHOTO_DAMAGED),
        ("too big", whole + b"\0" * (5 * 1024 * 1024), ProblemCode.PHOTO_TOO_LARGE),
    ]


@pytest.mark.parametrize("number", range(3))
def test_a_photo_that_is_none_leaves_nothing_but_its_receipt(
    number: int, world: World, phone: Phone, offender: Offender
) -> None:
    _, photo, code = broken_photos()[number]
    submission = phone.capture(photo, HERE)
    with pytest.raises(RefusedError) as refused:
        phone.submit(submission)
    problem = refused.value.problem
    assert problem.code == code
    assert problem.receipt is not None
    assert problem.receipt.checkin_id == submission.id
    assert rows(world.factory, offender) == (0, 0, 1)
    assert stored_objects(world, offender) == 0


def test_a_fix_without_datum_is_refused_as_such(phone: Phone) -> None:
    submission = phone.capture(photos().obama[0], HERE)
    body = submission.body.replace(b'"datum":"WGS-84",', b"")
    assert body != submission.body
    with pytest.raises(RefusedError) as refused:
        phone.submit(Submission(submission.id, body, submission.files))
    assert refused.value.problem.code == ProblemCode.DATUM_MISSING
    assert "WGS" not in refused.value.problem.model_dump_json()


def test_after_supervision_ended_the_phone_is_told_so_for_good(
    world: World, factory: Factory
) -> None:
    ended = factory.offender(supervised=False)
    factory.period(ended.id, ends_on=date.today() - timedelta(days=10))  # noqa: DTZ011
    phone = world.phone_of(ended)
    with pytest.raises(RefusedError) as refused:
        phone.submit(phone.capture(photos().obama[0], HERE))
    assert refused.value.problem.code == ProblemCode.SUPERVISION_ENDED
    assert refused.value.problem.retry == Retry.NEVER


def test_work_is_promised_in_the_same_transaction(phone: Phone, factory: Factory) -> None:
    submission = phone.capture(photos().obama[0], NoPlaceReason.OFF)
    phone.submit(submission)
    with factory.session() as session:
        assert session.scalar(select(Work.number).where(Work.subject_id == submission.id))


def test_without_a_token_nothing_is_taken_and_the_whole_body_is_heard(
    world: World, phone: Phone
) -> None:
    request = handing_over(phone.capture(photos().obama[0], HERE))
    answer = httpx.post(f"{world.url}{request.path}", files=request.files)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["retry"] == "sign_in"
    assert answer.headers["Server-Time"]
    assert answer.headers["DPoP-Nonce"]


def test_a_header_that_names_another_id_than_the_body_is_refused(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    phone.submit(phone.capture(photos().obama[0], HERE))
    submission = phone.capture(photos().obama[0], HERE)
    other = phone.capture(photos().obama[1], HERE)
    mixed = Submission(submission.id, other.body, other.files)
    with pytest.raises(RefusedError) as refused:
        phone.submit(mixed)
    assert refused.value.problem.code == ProblemCode.INVALID_CONTENT
    assert rows(factory, offender)[0] == 1
