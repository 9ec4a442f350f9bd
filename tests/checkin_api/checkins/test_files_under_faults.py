"""A fault between store and database, or a rival, leaves each file once or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mobile_contract.client.connection import RefusedError
from mobile_contract.codes import ProblemCode, Retry
from storage.local_stack import LocalStack
from storage.media import MediaKey, MediaStore, StoredObject
from storage.parts import Parts
from storage.settings import StoreSettings
from tests.checkin_api.checkins.hand import EVERY_FILE, FRAME, SELFIE, Hand, beside

pytestmark = pytest.mark.media
ALL_HELD = (["frame-1", "selfie"], 1, 1)


class Watched(MediaStore):
    """A store that does something right after it has put."""

    def __init__(self, store: MediaStore, after: Callable[[], object]) -> None:
        self._store, self._after = store, after

    def put(self, key: MediaKey, data: bytes, content_type: str) -> StoredObject:
        """Put, and then let it happen, once."""
        stored = self._store.put(key, data, content_type)
        after, self._after = self._after, lambda: None
        after()
        return stored

    def remove(self, stored: StoredObject) -> None:
        """Remove."""
        self._store.remove(stored)


def then(hand: Hand, after: Callable[[], object]) -> Hand:
    """The same phone before a web process to which that happens after its first put."""
    parts = hand.factory.parts
    return hand.at(replace(parts, media=Watched(parts.media, after)))


def killed() -> None:
    """End the request where a kill would."""
    raise MemoryError


def test_a_crash_between_store_and_row_is_mended_by_the_next_try(hand: Hand) -> None:
    sent = hand.capture()
    hand.post(sent, "frame-1")
    problem = then(hand, killed).refused(sent, "selfie")
    assert problem.retry == Retry.LATER
    assert hand.kept(sent.id) == (["frame-1"], 0, 1)
    assert hand.put(sent, "selfie").files[0].held
    assert hand.kept(sent.id) == ALL_HELD


def test_a_crash_in_the_first_post_leaves_no_check_in(hand: Hand) -> None:
    sent = hand.capture()
    with pytest.raises(RefusedError):
        then(hand, killed).post(sent, *EVERY_FILE)
    assert hand.kept(sent.id) == ([], 0, 0)
    assert beside(hand.post(sent, *EVERY_FILE)) == set(EVERY_FILE)
    assert hand.kept(sent.id) == ALL_HELD


def test_without_the_store_a_check_in_is_taken_and_its_file_comes_later(
    hand: Hand, parts: Parts, stack: LocalStack
) -> None:
    settings = replace(StoreSettings.read(stack.environment("web")), endpoint="127.0.0.1:9")
    away = hand.at(replace(parts, media=MediaStore(settings)))
    sent = hand.capture(frames=())
    away.post(sent)
    problem = away.refused(sent, "selfie")
    assert (problem.code, problem.retry) == (ProblemCode.UNAVAILABLE, Retry.LATER)
    assert hand.kept(sent.id) == ([], 0, 1)
    hand.put(sent, "selfie")
    assert hand.kept(sent.id) == (["selfie"], 1, 1)


def test_who_loses_to_the_json_alone_still_brings_the_files(hand: Hand) -> None:
    sent = hand.capture()
    receipts = []
    answer = then(hand, lambda: receipts.append(hand.post(sent).content)).post(sent, *EVERY_FILE)
    assert receipts == [answer.content]
    assert beside(answer) == set(EVERY_FILE)
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.stored(sent.id) == 2


def test_who_loses_to_all_of_it_leaves_nothing_of_its_own(hand: Hand) -> None:
    sent = hand.capture()
    rival = then(hand, lambda: hand.post(sent, *EVERY_FILE))
    assert beside(rival.post(sent, "selfie")) == set(EVERY_FILE)
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.stored(sent.id) == 2


def test_of_two_last_files_in_flight_one_promises_the_verifying(hand: Hand) -> None:
    sent = hand.capture()
    hand.post(sent)
    then(hand, lambda: hand.put(sent, "frame-1")).put(sent, "selfie")
    assert hand.kept(sent.id) == ALL_HELD


def test_of_one_file_twice_in_flight_one_row_and_one_object_stay(hand: Hand) -> None:
    sent = hand.capture(frames=())
    hand.post(sent)
    then(hand, lambda: hand.put(sent, "selfie")).put(sent, "selfie")
    assert hand.kept(sent.id) == (["selfie"], 1, 1)
    assert hand.stored(sent.id) == 1


def test_a_rival_with_other_content_takes_no_file_from_the_check_in_that_stands(
    hand: Hand,
) -> None:
    sent, other = hand.capture(), hand.capture(frames=[FRAME, SELFIE + b"\0"])
    renamed = replace(
        other, id=sent.id, body=other.body.replace(str(other.id).encode(), str(sent.id).encode())
    )
    rival = then(hand, lambda: hand.post(sent))
    with pytest.raises(RefusedError) as refusal:
        rival.post(renamed, *EVERY_FILE)
    assert refusal.value.problem.code == ProblemCode.CONTENT_DIFFERS
    for name in EVERY_FILE:
        hand.put(sent, name)
    media = hand.factory.parts.media
    for kept in media.listed(f"checkins/{hand.offender.id}/{sent.id}/"):
        assert kept.length in {len(SELFIE), len(FRAME)}
    assert hand.kept(sent.id) == ALL_HELD
    assert hand.stored(sent.id) == 2
