"""The one thing that is read of a photo's EXIF: which way is up. Nothing else of it is followed."""

import struct

UPRIGHT = 1
_HEAD = b"Exif\x00\x00"
_ORIENTATION = 0x0112


def orientation_in(payload: bytes) -> int | None:
    """Orientation that one APP1 segment states, 1 to 8; None where the segment is no EXIF.

    Only the first directory is read and no offset from it is followed: loops lead nowhere.
    """
    return _orientation(payload[len(_HEAD) :]) if payload.startswith(_HEAD) else None


def _orientation(tiff: bytes) -> int:
    """Orientation of the first directory; upright where it is absent or makes no sense."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    try:
        if order is None:
            return UPRIGHT
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else UPRIGHT  # noqa: PLR2004 - EXIF 2.3
    except struct.error:  # a cut directory says nothing; the picture itself may be whole
        return UPRIGHT
    return UPRIGHT
