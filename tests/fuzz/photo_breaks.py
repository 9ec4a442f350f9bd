"""Ways to break a photo; each is a row of the table. The JSON declares the broken bytes rightly."""

import hashlib
import json
import struct
from collections.abc import Callable
from random import Random

from tests.fuzz.attempts import Attempt, Base, well_formed
from tests.fuzz.bytes_broken import cut, flipped, inserted, spliced, zeroed

Broken = Callable[[bytes, bytes, Random], bytes]

HEADER = 700
SOS, SCAN_HEADER = 0xDA, 16
EOI = b"\xff\xd9"
OTHER_FORMATS = (
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\x00\x00\x10\x00WEBPVP8 ",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"II*\x00\x08\x00\x00\x00",
    b"\x00\x00\x00 ftypheic",
    b"",
)
TAILS = (
    b"PK\x05\x06" + b"\x00" * 18,
    b"%PDF-1.7\n%%EOF",
    b"<html><script>1</script>",
    b"\xff" * 99,
)
MARKERS = tuple(bytes([0xFF, code]) for code in range(0xC0, 0xFF))


def segments(photo: bytes) -> list[bytes]:
    """Split a whole photo into its header segments; the last begins with the first scan."""
    found, at = [photo[:2]], 2
    while at + 4 <= len(photo) and photo[at + 1] != 0xDA:
        end = at + 2 + struct.unpack_from(">H", photo, at + 2)[0]
        found.append(photo[at:end])
        at = end
    return [*found, photo[at:]]


def _in_header(photo: bytes, _other: bytes, chance: Random) -> bytes:
    return flipped(photo[:HEADER], chance) + photo[HEADER:]


def _cut_and_closed(photo: bytes, _other: bytes, chance: Random) -> bytes:
    return cut(photo, chance) + EOI


def _length_lie(photo: bytes, _other: bytes, chance: Random) -> bytes:
    found = segments(photo)
    at = chance.randrange(1, len(found))
    lie = chance.choice((0, 1, 2, 3, 255, 256, 65535, chance.randrange(65536)))
    found[at] = found[at][:2] + struct.pack(">H", lie) + found[at][4:]
    return b"".join(found)


def _shuffled(photo: bytes, _other: bytes, chance: Random) -> bytes:
    start, *middle, scans = segments(photo)
    chance.shuffle(middle)
    return b"".join((start, *middle, scans))


def _other_marker(photo: bytes, _other: bytes, chance: Random) -> bytes:
    found = segments(photo)
    at = chance.randrange(len(found))
    found[at] = chance.choice(MARKERS) + found[at][2:]
    return b"".join(found)


def _segment_again(photo: bytes, _other: bytes, chance: Random) -> bytes:
    start, *middle, scans = segments(photo)
    again = chance.choice(middle) * chance.choice((1, 3, 40, 1200))
    return b"".join((start, again, *middle, scans))


def _segment_gone(photo: bytes, _other: bytes, chance: Random) -> bytes:
    found = segments(photo)
    del found[chance.randrange(len(found))]
    return b"".join(found)


def _segment_of_another(photo: bytes, other: bytes, chance: Random) -> bytes:
    found, theirs = segments(photo), segments(other)
    found[chance.randrange(1, len(found))] = chance.choice(theirs[1:])
    return b"".join(found)


def _in_segment(codes: bytes) -> Broken:
    """Break the content of segments of some kinds, their lengths being right."""

    def broken(photo: bytes, _other: bytes, chance: Random) -> bytes:
        found = segments(photo)
        for at, segment in enumerate(found):
            if segment[1] in codes:
                # Of the last, which is nearly all of the photo, only the scan's own header.
                until = SCAN_HEADER if segment[1] == SOS else len(segment)
                found[at] = segment[:4] + flipped(segment[4:until], chance) + segment[until:]
        return b"".join(found)

    return broken


def _scans_again(photo: bytes, _other: bytes, chance: Random) -> bytes:
    at = photo.rindex(b"\xff\xda")
    return photo[:-2] + photo[at:-2] * chance.choice((1, 5, 30, 40, 400)) + EOI


def _markers_in_scan(photo: bytes, _other: bytes, chance: Random) -> bytes:
    at = photo.rindex(b"\xff\xda") + 20
    restarts = [bytes([0xFF, 0xD0 + chance.randrange(8)]) for _ in range(chance.randrange(1, 300))]
    for marker in [*restarts, *chance.sample(MARKERS, k=chance.randrange(3))]:
        where = chance.randrange(at, len(photo) - 2)
        photo = photo[:where] + marker + photo[where:]
    return photo


def _tailed(photo: bytes, other: bytes, chance: Random) -> bytes:
    return photo + chance.choice((*TAILS, other, chance.randbytes(500)))


def _hidden_in_segment(photo: bytes, other: bytes, chance: Random) -> bytes:
    hidden = chance.choice(
        (b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00", b"ICC_PROFILE\x00")
    )
    hidden += chance.choice((*TAILS, other, chance.randbytes(3000)))[:60000]
    marker = chance.choice((b"\xff\xe0", b"\xff\xe1", b"\xff\xe2", b"\xff\xee", b"\xff\xfe"))
    return photo[:2] + marker + struct.pack(">H", len(hidden) + 2) + hidden + photo[2:]


def _other_format(photo: bytes, _other: bytes, chance: Random) -> bytes:
    return chance.choice(OTHER_FORMATS) + photo[chance.randrange(0, 20) :]


BROKEN: dict[str, Broken] = {
    "bits": lambda photo, _, chance: flipped(photo, chance),
    "bits in the headers": _in_header,
    "cut": lambda photo, _, chance: cut(photo, chance),
    "cut, then closed": _cut_and_closed,
    "spliced with another": spliced,
    "bytes inserted": lambda photo, _, chance: inserted(photo, chance),
    "zeroed": lambda photo, _, chance: zeroed(photo, chance),
    "segment length": _length_lie,
    "segments shuffled": _shuffled,
    "another marker": _other_marker,
    "segment again": _segment_again,
    "segment gone": _segment_gone,
    "segment of another": _segment_of_another,
    "frame header": _in_segment(b"\xc0\xc2"),
    "scan header": _in_segment(b"\xda"),
    "tables": _in_segment(b"\xc4\xdb"),
    "EXIF and the like": _in_segment(b"\xe0\xe1\xe2\xee"),
    "scans again": _scans_again,
    "markers within a scan": _markers_in_scan,
    "something after it": _tailed,
    "something in a segment": _hidden_in_segment,
    "another format": _other_format,
}


def attempt(kind: str, base: Base) -> Attempt:
    """Break the photo of a check-in."""
    return with_photo(kind, base, BROKEN[kind](base.photo, base.other, base.chance))


def with_photo(kind: str, base: Base, photo: bytes) -> Attempt:
    """Send another photo, declared as it is."""
    sha256 = hashlib.sha256(photo).hexdigest()
    declared = {"name": "selfie", "sha256": sha256, "length": max(1, len(photo))}
    body = json.dumps(base.body | {"files": [declared]}).encode()
    return well_formed(kind, base, body, photo)
