"""What a check-in may say, and which parts of two bodies differ."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mobile_contract.checkins import (
    CheckInBody,
    CheckInStatus,
    canonical_body,
    content_differences,
)
from mobile_contract.sending import SendingHeaders
from mobile_contract.shapes import PHONE_READS
from tests.mobile_contract.examples import BODY, CHECKIN_ID, body, body_without


def read(members: dict[str, Any]) -> CheckInBody:
    return CheckInBody.model_validate_json(json.dumps(members))


def mistakes(members: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        read(members)
    return [("/".join(map(str, one["loc"])), one["type"]) for one in caught.value.errors()]


def changed(path: str, value: object) -> dict[str, Any]:
    members = deepcopy(BODY)
    *way, last = path.split("/")
    inner: Any = members
    for step in way:
        inner = inner[int(step) if step.isdecimal() else step]
    inner[last] = value
    return members


def test_a_complete_body_is_read() -> None:
    assert str(read(BODY).id) == CHECKIN_ID


def test_a_body_without_place_and_photo_says_why() -> None:
    members = body_without(
        "place", "files", no_place_reason="off", no_selfie_reason="camera", server_nonce=None
    )
    assert read(members).no_place_reason == "off"


@pytest.mark.parametrize(
    ("members", "mistake"),
    [
        (body_without("place"), ("", "place_or_reason")),
        (body(no_place_reason="off"), ("", "place_or_reason")),
        (body_without("files"), ("", "selfie_or_reason")),
        (body(no_selfie_reason="camera"), ("", "selfie_or_reason")),
        (body(captured_at="9999-12-31T23:59:59Z"), ("captured_at", "instant_range")),
        (body(captured_at="0001-01-01T00:00:00+14:00"), ("captured_at", "instant_range")),
        (body(window_id="\x00"), ("window_id", "string_pattern_mismatch")),
        (
            body(files=[*BODY["files"], BODY["files"][0] | {"name": "frame-1"}]),
            ("", "same_file_twice"),
        ),
        (body(files=BODY["files"] * 2), ("", "named_twice")),
        (body(answers=[{"question": "q1", "answer": "yes"}]), ("", "no_question_set")),
        (body(score=1), ("score", "extra_forbidden")),
        (changed("place/speed", 1), ("place/speed", "extra_forbidden")),
        (changed("id", "0b0e5bb0-0000-4000-8000-000000000001"), ("id", "uuid_version")),
        (changed("id", f"urn:uuid:{CHECKIN_ID}"), ("id", "uuid_form")),
        (changed("captured_at", "2026-03-01T08:30:00"), ("captured_at", "instant_form")),
        (changed("captured_at", 1772325000), ("captured_at", "instant_form")),
        (changed("captured_at", "1772325000"), ("captured_at", "instant_form")),
        (changed("captured_monotonic_ms", "123"), ("captured_monotonic_ms", "int_type")),
        (changed("captured_monotonic_ms", -1), ("captured_monotonic_ms", "greater_than_equal")),
        (changed("captured_monotonic_ms", 2**53), ("captured_monotonic_ms", "less_than_equal")),
        (changed("place/latitude", 90.5), ("place/latitude", "less_than_equal")),
        (changed("place/latitude", float("nan")), ("place/latitude", "finite_number")),
        (changed("place/latitude", "29.5"), ("place/latitude", "float_type")),
        (changed("place/longitude", float("inf")), ("place/longitude", "finite_number")),
        (changed("place/accuracy_m", -1), ("place/accuracy_m", "greater_than_equal")),
        (changed("place/datum", "NAD27"), ("place/datum", "enum")),
        (changed("files/0/name", "../selfie"), ("files/0/name", "string_pattern_mismatch")),
        (changed("files/0/sha256", "A" * 64), ("files/0/sha256", "string_pattern_mismatch")),
        (changed("files/0/length", 0), ("files/0/length", "greater_than_equal")),
        (changed("files/0/content_type", "image/png"), ("files/0/content_type", "literal_error")),
        (changed("device/mock", "false"), ("device/mock", "bool_type")),
        (changed("device/mock", 0), ("device/mock", "bool_type")),
        (changed("device/model", "a\u0000b"), ("device/model", "string_pattern_mismatch")),
        (changed("device/model", "x" * 201), ("device/model", "string_too_long")),
        (changed("device/app", "one"), ("device/app", "string_pattern_mismatch")),
        (changed("server_nonce", "a\nb"), ("server_nonce", "string_pattern_mismatch")),
    ],
)
def test_what_does_not_fit_is_named(members: dict[str, Any], mistake: tuple[str, str]) -> None:
    assert mistake in mistakes(members)


@pytest.mark.parametrize("datum", ["absent", None])
def test_a_fix_without_datum_shows_as_its_missing_datum(datum: str | None) -> None:
    members = deepcopy(BODY)
    members["place"].pop("datum")
    if datum is None:
        members["place"]["datum"] = None
    assert mistakes(members) == [("place/datum", "missing")]


def test_a_window_hint_of_any_form_is_no_reason_to_refuse() -> None:
    assert read(body(window_id="no such window")).window_id == "no such window"


def test_the_frozen_bytes_read_back_as_the_same_content() -> None:
    frozen = canonical_body(read(BODY))
    again = CheckInBody.model_validate_json(frozen)
    assert canonical_body(again) == frozen
    assert content_differences(read(BODY), again) == []


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("captured_at", "2026-03-01T08:30:00.251+08:00", "captured_at"),
        ("place/latitude", 29.564, "place"),
        ("place/datum", "WGS-84", "place"),
        ("files/0/sha256", "0" * 64, "selfie"),
        ("files/0/length", 5, "selfie"),
        ("device/mock", True, "device"),
        ("server_nonce", None, "server_nonce"),
        ("window_id", "w", "window_id"),
    ],
)
def test_the_part_that_differs_is_named(path: str, value: object, part: str) -> None:
    assert content_differences(read(BODY), read(changed(path, value))) == [part]


def test_a_file_that_only_one_body_has_is_named() -> None:
    frame = BODY["files"][0] | {"name": "frame-1", "sha256": "0" * 64}
    assert content_differences(read(BODY), read(body(files=[*BODY["files"], frame]))) == ["frame-1"]


def test_the_same_instant_in_another_offset_is_the_same_content() -> None:
    moved = changed("captured_at", "2026-03-01T00:30:00.250Z")
    assert content_differences(read(BODY), read(moved)) == []


@given(st.sampled_from(sorted(BODY["device"])), st.booleans() | st.text(max_size=5))
def test_two_bodies_are_the_same_exactly_if_their_canonical_bytes_are(
    member: str, value: object
) -> None:
    try:
        other = read(changed(f"device/{member}", value))
    except ValidationError:
        return
    same_bytes = canonical_body(other) == canonical_body(read(BODY))
    assert (content_differences(read(BODY), other) == []) is same_bytes


def test_the_clocks_are_read_from_headers() -> None:
    headers = {
        "Sent-At": "2026-03-01T08:31:00+08:00",
        "Sent-Monotonic": "123999",
        "Boot-Id": "boot-1",
        "Host": "example",
    }
    read_headers = SendingHeaders.model_validate_strings(headers)
    assert (read_headers.sent_monotonic_ms, read_headers.boot_id) == (123999, "boot-1")


def test_a_request_without_clocks_is_read_all_the_same() -> None:
    assert SendingHeaders.model_validate_strings({}).sent_at is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sent-At", "never"),
        ("Sent-At", "9999-12-31T23:59:59-12:00"),
        ("Sent-Monotonic", "-1"),
        ("Sent-Monotonic", "9" * 30),
        ("Boot-Id", "boot 1, boot 2"),
    ],
)
def test_a_clock_that_cannot_be_read_is_no_clock(name: str, said: str) -> None:
    headers = SendingHeaders.model_validate_strings({name: said})
    assert headers == SendingHeaders()


STATUS = {
    "id": CHECKIN_ID,
    "state": "held_for_tomorrow",
    "since": "2026-03-01T00:00:00Z",
    "next": {"step": "sing"},
    "mood": "a member that this phone does not know",
}


def test_a_phone_reads_codes_that_are_newer_than_itself() -> None:
    status = CheckInStatus.model_validate_json(json.dumps(STATUS), context=PHONE_READS)
    assert (status.state, status.next.step) == ("held_for_tomorrow", "sing")


def test_the_server_cannot_answer_with_a_code_outside_the_closed_set() -> None:
    with pytest.raises(ValidationError):
        CheckInStatus.model_validate_json(json.dumps(STATUS))
