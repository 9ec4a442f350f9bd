"""What is read of a photo's EXIF: which way is up, by which camera it was taken, and when.

Of what a stranger sends, so bounded: the first directory and the one of the exposure, 64 entries
of each and 64 characters of a text. No other offset is followed, so loops lead nowhere.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

UPRIGHT = 1
_HEAD = b"Exif\x00\x00"
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_ORIENTATION, _EXPOSURE = 0x0112, 0x8769
_MAKE, _MODEL, _SOFTWARE, _TAKEN, _OFFSET = 0x010F, 0x0110, 0x0131, 0x9003, 0x9011
_TEXT = 2  # ASCII, EXIF 2.3
_IN_PLACE = 4  # bytes of a value that needs no offset
_MOST_ENTRIES, _LONGEST_TEXT = 64, 64
# APP1 comes first; whoever hides one behind more segments than this says nothing.
_MOST_SEGMENTS = 16
_SOI, _APP1, _SEGMENT = b"\xff\xd8", 0xE1, b"\xff"


@dataclass(frozen=True)
class Camera:
    """What a photo says of its making; None for what it does not say."""

    make: str | None = None
    model: str | None = None
    software: str | None = None
    taken_at: datetime | None = None  # by the camera's clock; aware where the zone is stated


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    count: int
    at: int  # where its value, or the offset of its value, stands


def orientation_in(payload: bytes) -> int | None:
    """Orientation that one APP1 segment states, 1 to 8; None where the segment is no EXIF."""
    return _orientation(payload[len(_HEAD) :]) if payload.startswith(_HEAD) else None


def camera_of(photo: bytes) -> Camera | None:
    """What the first EXIF segment of a JPEG says of its making; None where there is none."""
    payload = _first_exif(photo)
    if payload is None:
        return None
    tiff = payload[len(_HEAD) :]
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return None
    try:
        first = {entry.tag: entry for entry in _entries(tiff, order, _long(tiff, order, 4))}
        exposure = _exposure(tiff, order, first.get(_EXPOSURE))
    except struct.error:  # a cut directory says nothing
        return None
    return Camera(
        make=_text(tiff, order, first.get(_MAKE)),
        model=_text(tiff, order, first.get(_MODEL)),
        software=_text(tiff, order, first.get(_SOFTWARE)),
        taken_at=_instant(
            _text(tiff, order, exposure.get(_TAKEN)), _text(tiff, order, exposure.get(_OFFSET))
        ),
    )


def _orientation(tiff: bytes) -> int:
    """Orientation of the first directory; upright where it is absent or makes no sense."""
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        for entry in _entries(tiff, order, _long(tiff, order, 4)):
            if entry.tag == _ORIENTATION:
                (value,) = struct.unpack_from(f"{order}H", tiff, entry.at)
                return value if 1 <= value <= 8 else UPRIGHT  # noqa: PLR2004 - EXIF 2.3
    except struct.error:  # a cut directory says nothing; the picture itself may be whole
        return UPRIGHT
    return UPRIGHT


def _first_exif(photo: bytes) -> bytes | None:
    position = len(_SOI)
    if not photo.startswith(_SOI):
        return None
    for _ in range(_MOST_SEGMENTS):
        head = photo[position : position + 4]
        if len(head) < 4 or head[:1] != _SEGMENT:  # noqa: PLR2004 - marker and length
            return None
        (length,) = struct.unpack(">H", head[2:])
        payload = photo[position + 4 : position + 2 + length]
        if head[1] == _APP1 and payload.startswith(_HEAD):
            return payload
        position += 2 + length
    return None


def _entries(tiff: bytes, order: str, directory: int) -> Iterator[_Entry]:
    """Entries of one directory; raises struct.error where it is cut."""
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(min(entries, _MOST_ENTRIES)):
        at = directory + 2 + 12 * number
        tag, kind, count = struct.unpack_from(f"{order}HHI", tiff, at)
        yield _Entry(tag, kind, count, at + 8)


def _exposure(tiff: bytes, order: str, pointer: _Entry | None) -> dict[int, _Entry]:
    if pointer is None:
        return {}
    return {entry.tag: entry for entry in _entries(tiff, order, _long(tiff, order, pointer.at))}


def _long(tiff: bytes, order: str, at: int) -> int:
    (value,) = struct.unpack_from(f"{order}I", tiff, at)
    return int(value)


def _text(tiff: bytes, order: str, entry: _Entry | None) -> str | None:
    """Printable characters of a text; None for another kind, an empty or a cut one."""
    if entry is None or entry.kind != _TEXT:
        return None
    try:
        at = entry.at if entry.count <= _IN_PLACE else _long(tiff, order, entry.at)
    except struct.error:
        return None
    raw = tiff[at : at + min(entry.count, _LONGEST_TEXT)].split(b"\x00")[0]
    text = "".join(one for one in raw.decode("utf-8", "ignore") if one.isprintable()).strip()
    return text or None


def _instant(taken: str | None, offset: str | None) -> datetime | None:
    """The time as EXIF writes it, 2026:11:25 08:30:00, and its zone, +08:00, if it is stated."""
    try:
        instant = datetime.strptime(taken or "", "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    try:
        hours, minutes = (int(part) for part in (offset or "").split(":"))
        zone = timezone(timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes))
    except ValueError:
        return instant
    return instant.replace(tzinfo=zone)
