"""What is taken for a photo at the door, and how fast a hostile one is refused."""

import io
import struct
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mobile_contract.codes import ProblemCode
from verifier import photos
from verifier.photos import Defect, PhotoFacts, PhotoLimits, PhotoRefused

LIMITS = PhotoLimits()
MIB = 1024 * 1024
ANSWERS = {
    None,
    ProblemCode.PHOTO_NOT_JPEG,
    ProblemCode.PHOTO_DAMAGED,
    ProblemCode.PHOTO_TOO_LARGE,
}


def _picture(width: int = 96, height: int = 64) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)


def _jpeg(*parameters: int, width: int = 96, height: int = 64) -> bytes:
    ok, encoded = cv2.imencode(".jpg", _picture(width, height), list(parameters))
    assert ok
    return bytes(encoded.tobytes())


BASELINE = _jpeg()
PROGRESSIVE = _jpeg(cv2.IMWRITE_JPEG_PROGRESSIVE, 1)


def _refusal(data: bytes, limits: PhotoLimits = LIMITS) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as refused:
        photos.check(data, limits)
    return refused.value


def _answer(data: bytes) -> ProblemCode | None:
    try:
        photos.check(data, LIMITS)
    except PhotoRefused as refused:
        return refused.code
    return None


def _find(data: bytes, marker: int) -> int:
    """Offset of a header segment of a file our own encoder wrote."""
    position = 2
    while data[position + 1] != marker:
        position += 2 + struct.unpack_from(">H", data, position + 2)[0]
    return position


def _with_segment(data: bytes, marker: int, payload: bytes) -> bytes:
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload
    return data[:2] + segment + data[2:]


def _exif(orientation: int, order: str) -> bytes:
    magic = b"II*\x00" if order == "<" else b"MM\x00*"
    head = magic + struct.pack(f"{order}IH", 8, 1)
    return b"Exif\x00\x00" + head + struct.pack(f"{order}HHIHHI", 0x0112, 3, 1, orientation, 0, 0)


def _patched_frame(data: bytes, offset: int, value: bytes) -> bytes:
    at = _find(data, 0xC0) + 4 + offset
    return data[:at] + value + data[at + len(value) :]


def test_the_facts_of_a_photo_are_read_from_its_headers() -> None:
    facts = photos.check(BASELINE, LIMITS)

    assert facts == PhotoFacts(
        width=96,
        height=64,
        components=3,
        progressive=False,
        scans=1,
        orientation=1,
        length=len(BASELINE),
        image_length=len(BASELINE),
    )


def test_a_stream_is_read_like_bytes() -> None:
    assert photos.check(io.BytesIO(BASELINE), LIMITS) == photos.check(BASELINE, LIMITS)


def test_a_progressive_photo_is_taken() -> None:
    facts = photos.check(PROGRESSIVE, LIMITS)

    assert facts.progressive
    assert 1 < facts.scans <= LIMITS.max_scans


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_turn_is_read(orientation: int, order: str) -> None:
    turned = _with_segment(BASELINE, 0xE1, _exif(orientation, order))

    assert photos.check(turned, LIMITS).orientation == orientation


@given(st.binary(max_size=64))
def test_exif_that_makes_no_sense_leaves_the_photo_upright(noise: bytes) -> None:
    for magic in (b"II*\x00", b"MM\x00*", b""):
        turned = _with_segment(BASELINE, 0xE1, b"Exif\x00\x00" + magic + noise)
        assert 1 <= photos.check(turned, LIMITS).orientation <= 8


@given(st.integers(min_value=0, max_value=len(BASELINE) - 1))
def test_any_truncated_photo_is_refused(length: int) -> None:
    assert _refusal(BASELINE[:length]).code in {
        ProblemCode.PHOTO_DAMAGED,
        ProblemCode.PHOTO_NOT_JPEG,
    }


@given(st.integers(min_value=2, max_value=len(PROGRESSIVE) - 1))
def test_any_truncated_progressive_photo_is_damaged(length: int) -> None:
    assert _refusal(PROGRESSIVE[:length]).defect is Defect.CUT


@given(st.binary(min_size=1, max_size=512))
def test_bytes_after_the_end_of_the_image_are_ignored(tail: bytes) -> None:
    facts = photos.check(BASELINE + tail, LIMITS)

    assert facts.image_length == len(BASELINE)
    assert facts.length == len(BASELINE) + len(tail)


@given(st.binary(max_size=2048), st.sampled_from([b"", b"\xff\xd8", BASELINE[:300]]))
@example(b"", b"")
def test_random_bytes_are_refused_or_taken_but_never_crash(noise: bytes, start: bytes) -> None:
    assert _answer(start + noise) in ANSWERS


@given(st.integers(0, len(PROGRESSIVE) - 1), st.integers(0, 255))
def test_a_changed_byte_never_crashes(position: int, value: int) -> None:
    changed = PROGRESSIVE[:position] + bytes([value]) + PROGRESSIVE[position + 1 :]
    assert _answer(changed) in ANSWERS


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"not a photo" * 99]
)
def test_something_else_is_not_a_jpeg(data: bytes) -> None:
    assert _refusal(data).code is ProblemCode.PHOTO_NOT_JPEG


def test_a_photo_of_too_many_bytes_is_too_large() -> None:
    assert _refusal(BASELINE + b"\x00" * (5 * MIB)).code is ProblemCode.PHOTO_TOO_LARGE


def test_a_stream_without_end_is_read_only_up_to_the_limit() -> None:
    stream = io.BytesIO(BASELINE + b"\x00" * (8 * MIB))

    with pytest.raises(PhotoRefused):
        photos.check(stream, LIMITS)
    assert stream.tell() == LIMITS.max_bytes + 1


def test_more_pixels_than_allowed_are_refused_from_the_header_alone() -> None:
    bomb = _patched_frame(BASELINE, 1, struct.pack(">HH", 65000, 65000))

    assert _refusal(bomb).defect is Defect.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("offset", "value", "code"),
    [
        (0, b"\x0c", ProblemCode.PHOTO_NOT_JPEG),  # 12 bits a sample
        (1, b"\x00\x00", ProblemCode.PHOTO_DAMAGED),  # height stated later, or never
        (3, b"\x00\x00", ProblemCode.PHOTO_DAMAGED),
        (5, b"\x02", ProblemCode.PHOTO_DAMAGED),
    ],
)
def test_a_frame_no_phone_writes_is_refused(offset: int, value: bytes, code: ProblemCode) -> None:
    assert _refusal(_patched_frame(BASELINE, offset, value)).code is code


@pytest.mark.parametrize("marker", [0xC1, 0xC3, 0xC9, 0xCF])
def test_lossless_and_arithmetic_frames_are_refused(marker: int) -> None:
    at = _find(BASELINE, 0xC0) + 1

    assert _refusal(BASELINE[:at] + bytes([marker]) + BASELINE[at + 1 :]).defect is (
        Defect.OTHER_KIND
    )


def test_a_second_frame_is_refused() -> None:
    at = _find(BASELINE, 0xC0)
    end = at + 2 + struct.unpack_from(">H", BASELINE, at + 2)[0]

    assert _refusal(BASELINE[:end] + BASELINE[at:]).defect is Defect.TWO_FRAMES


def test_thousands_of_scans_are_refused() -> None:
    at = _find(BASELINE, 0xDA)
    scan = BASELINE[at:-2]

    assert photos.check(BASELINE[:at] + scan * 32 + b"\xff\xd9", LIMITS).scans == 32
    assert _refusal(BASELINE[:at] + scan * 33 + b"\xff\xd9").defect is Defect.TOO_MANY_SCANS
    short = BASELINE[at : at + 2 + struct.unpack_from(">H", BASELINE, at + 2)[0]]
    assert _refusal(BASELINE[:at] + short * 5000 + b"\xff\xd9").defect is Defect.TOO_MANY_SCANS


def test_hostile_input_of_full_size_costs_less_than_decoding_a_photo() -> None:
    head = BASELINE[: _find(BASELINE, 0xDA)]
    scan_header = BASELINE[len(head) : len(head) + 14]
    worst = 0.0
    for filler in (b"\xff\x00", b"\xff", b"\x00", b"\xff\xd0", b"\xff\xe0\x00\x02", scan_header):
        for start in (b"\xff\xd8", head, head + scan_header):
            data = start + filler * ((LIMITS.max_bytes - len(start)) // len(filler))
            begun = time.process_time()
            _refusal(data)
            worst = max(worst, time.process_time() - begun)
    assert worst < 1.0  # measured 0.03 s; a quadratic scan takes minutes


def test_the_door_loads_no_face_library() -> None:
    looking = (
        "import sys, verifier.photos, verifier.verdicts.bands;"
        "print(sorted({'cv2', 'numpy', 'dlib', 'face_recognition'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", looking], check=True, capture_output=True)

    assert done.stdout.strip() == b"[]"
