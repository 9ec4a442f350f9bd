"""Photos that say of themselves what a test wants."""

import struct
from collections.abc import Mapping

MAKE, MODEL, SOFTWARE, TAKEN, OFFSET = 0x010F, 0x0110, 0x0131, 0x9003, 0x9011
_OF_EXPOSURE = (TAKEN, OFFSET)
_POINTER, _TEXT, _LONG = 0x8769, 2, 4


def with_exif(photo: bytes, texts: Mapping[int, str]) -> bytes:
    """The same picture with an EXIF segment of these texts before everything else."""
    first = {tag: text for tag, text in texts.items() if tag not in _OF_EXPOSURE}
    exposure = {tag: text for tag, text in texts.items() if tag in _OF_EXPOSURE}
    begins = 8 + 2 + 12 * (len(first) + 1)
    after = begins + 2 + 12 * len(exposure)
    entries, values = _entries(first, after)
    pointer = struct.pack("<HHII", _POINTER, _LONG, 1, begins)
    more, more_values = _entries(exposure, after + len(values))
    tiff = (
        b"II*\x00"
        + struct.pack("<IH", 8, len(first) + 1)
        + entries
        + pointer
        + struct.pack("<H", len(exposure))
        + more
        + values
        + more_values
    )
    payload = b"Exif\x00\x00" + tiff
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + photo[2:]


def _entries(texts: Mapping[int, str], at: int) -> tuple[bytes, bytes]:
    entries, values = b"", b""
    for tag, text in sorted(texts.items()):
        raw = text.encode() + b"\x00"
        entries += struct.pack("<HHII", tag, _TEXT, len(raw), at + len(values))
        values += raw.ljust(max(len(raw), 4), b"\x00")
    return entries, values
