"""What is read of a photo's metadata, and that nothing hostile in them does harm."""

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.exif_texts import MAKE, MODEL, OFFSET, SOFTWARE, TAKEN, with_exif
from tests.fuzz.pictures import plain
from verifier.exif import Camera, camera_of
from verifier.verdicts.metadata import SaidOfPhone, metadata_differ

PLAIN = plain()
CAPTURED = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
PHONE = SaidOfPhone("Redmi Note 12", "Android 14")
TEN_MINUTES = timedelta(minutes=10)


def photo(**texts: str) -> bytes:
    tags = {"make": MAKE, "model": MODEL, "software": SOFTWARE, "taken": TAKEN, "offset": OFFSET}
    return with_exif(PLAIN, {tags[name]: text for name, text in texts.items()})


def differs(sent: bytes, phone: SaidOfPhone = PHONE) -> bool:
    camera = camera_of(sent)
    return camera is not None and metadata_differ(camera, phone, CAPTURED, TEN_MINUTES)


def test_camera_date_and_software_are_read() -> None:
    camera = camera_of(
        photo(make="Xiaomi", model="Redmi Note 12", software="MIUI", taken="2026:11:25 08:30:00")
    )
    assert camera == Camera("Xiaomi", "Redmi Note 12", "MIUI", datetime(2026, 11, 25, 8, 30))  # noqa: DTZ001 - a wall clock


def test_absence_is_nothing() -> None:
    assert camera_of(PLAIN) is None
    assert not differs(PLAIN)
    assert not differs(photo())


APPLE = SaidOfPhone("iPhone13,2", "iOS 18.1")
LIKE = [
    (photo(model="Redmi Note 12"), PHONE),
    (photo(make="HUAWEI", model="HUAWEI Redmi-Note 12"), PHONE),
    (photo(make="Canon", model="EOS 5D"), SaidOfPhone("x", "Android", ["EOS 5D"])),
    (photo(make="Apple", model="iPhone 12"), APPLE),
    (photo(taken="2026:11:25 08:35:00"), PHONE),
    (photo(taken="2026:11:25 00:30:00", offset="+00:00"), PHONE),
    (photo(taken="0000:00:00 00:00:00"), PHONE),
    (photo(software="MediaTek Camera Application"), PHONE),
    (photo(software="Meitu M8"), SaidOfPhone("Meitu M8", "Android")),
]
UNLIKE = [
    (photo(make="Canon", model="EOS 5D"), PHONE),
    (photo(make="Apple", model="iPhone 12"), PHONE),
    (photo(make="vivo", model="V2031A"), APPLE),
    (photo(taken="2026:11:24 08:30:00"), PHONE),
    (photo(taken="2026:11:25 08:30:00", offset="+00:00"), PHONE),
    (photo(software="Adobe Photoshop 25.0"), PHONE),
]


@pytest.mark.parametrize(("sent", "phone"), LIKE)
def test_what_is_like_the_phone_and_the_time_is_nothing(sent: bytes, phone: SaidOfPhone) -> None:
    assert not differs(sent, phone)


@pytest.mark.parametrize(("sent", "phone"), UNLIKE)
def test_another_camera_another_time_or_an_editor_differs(sent: bytes, phone: SaidOfPhone) -> None:
    assert differs(sent, phone)


def test_a_text_is_read_no_longer_than_bounded() -> None:
    camera = camera_of(photo(model="x" * 5000))
    assert camera is not None
    assert camera.model == "x" * 64


@given(cut=some.integers(0, 120), byte=some.integers(0, 255))
def test_metadata_that_are_cut_or_broken_anywhere_raise_nothing(cut: int, byte: int) -> None:
    whole = photo(make="Xiaomi", model="Redmi Note 12", taken="2026:11:25 08:30:00")
    camera_of(whole[:cut])
    camera_of(whole[:cut] + bytes([byte]) + whole[cut + 1 :])


def test_a_directory_that_points_at_itself_ends() -> None:
    loop = b"Exif\x00\x00II*\x00" + struct.pack("<IHHHII", 8, 1, 0x8769, 4, 1, 8)
    segment = b"\xff\xe1" + struct.pack(">H", len(loop) + 2) + loop
    assert camera_of(PLAIN[:2] + segment + PLAIN[2:]) == Camera()
