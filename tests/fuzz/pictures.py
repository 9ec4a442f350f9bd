"""Hostile pictures, each made by code: bombs, lies, and legal JPEG that no phone camera writes."""

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.photos import photos
from verifier.photos import Defect

SMALL, LONGEST_SEED = (96, 64), 260
LARGE_ENOUGH = 420  # for a face that is compared
LARGE = (4000, 3000)
EOI = b"\xff\xd9"
SECRET = b"SECRET-OF-THE-PHONE"
SEGMENT = 65533  # the longest payload


@dataclass(frozen=True)
class Hostile:
    """One picture and why it is refused; None where it is looked at like any other."""

    data: bytes = b""
    refused: Defect | None = None


@functools.cache
def hostile() -> dict[str, Hostile]:
    """Every hostile picture by name."""
    refused = {name: Hostile(make(), why) for name, (make, why) in REFUSED.items()}
    return refused | {name: Hostile(make()) for name, make in TAKEN.items()}


@functools.cache
def seeds() -> tuple[bytes, ...]:
    """Small ordinary photos of several makes, to be broken by thousands."""
    faces = [_shrunk(photo) for photo in (photos().obama[0], photos().obama[1], photos().biden)]
    one, other, third = faces
    return (
        encoded(_shrunk(photos().obama[0], LARGE_ENOUGH)),
        encoded(one, progressive=True),
        with_segment(encoded(other), 0xE1, exif(6)),
        encoded(third.convert("L")),
        encoded(third, subsampling=0, restart_marker_blocks=4),
        encoded(other.convert("CMYK")),
    )


def plain() -> bytes:
    """What an ordinary phone sends at most: 12 MP."""
    return photos().twelve_megapixels


def encoded(picture: Image.Image, **how: object) -> bytes:
    """Write a JPEG by another encoder than the one that will read it."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **{"quality": 80, **how})
    return buffer.getvalue()


def with_segment(photo: bytes, marker: int, payload: bytes, times: int = 1) -> bytes:
    """Put segments behind the start of a photo."""
    return photo[:2] + segment(marker, payload) * times + photo[2:]


def segment(marker: int, payload: bytes) -> bytes:
    """Write a marker, the length and the payload."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def exif(orientation: int, more: bytes = b"") -> bytes:
    """An EXIF payload that states which way is up, and goes on as given."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00" + more


def _shrunk(photo: bytes, longest: int = LONGEST_SEED) -> Image.Image:
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    picture.thumbnail((longest, longest))
    return picture


@functools.cache
def _small(*, progressive: bool = False) -> bytes:
    return encoded(Image.effect_noise(SMALL, 60).convert("RGB"), progressive=progressive)


def _flat(size: tuple[int, int], mode: str = "RGB", **how: object) -> bytes:
    return encoded(Image.new(mode, size, (90, 80, 70, 9)[: len(mode)]), **how)


def _scans_up_to(photo: bytes, count: int) -> bytes:
    """Repeat the last scan; a flat picture's has a few dozen bytes of data for any size."""
    last = photo[photo.rindex(b"\xff\xda") : -2]
    return photo[:-2] + last * (count - photo.count(b"\xff\xda")) + EOI


def _png_bomb() -> bytes:
    """27,700 pixels a side at 4 bits: 380 KB that decode to 2.3 GB."""
    side = 27_700
    packer = zlib.compressobj(9)
    line = bytes(1 + side // 2)
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    return _png(struct.pack(">IIBBBBB", side, side, 4, 0, 0, 0, 0), packed)


def _png(header: bytes, packed: bytes) -> bytes:
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    written = (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def _frame(offset: int, value: bytes, marker: int = 0xC0) -> bytes:
    """A small photo whose frame header says something else."""
    photo = _small()
    at = photo.index(b"\xff\xc0")
    head = photo[:at] + bytes([0xFF, marker]) + photo[at + 2 : at + 4 + offset]
    return head + value + photo[at + 4 + offset + len(value) :]


def _polyglot_zip() -> bytes:
    buffer = io.BytesIO(_small() + b"")
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("run.sh", SECRET)
    return buffer.getvalue()


def _thumbnail() -> bytes:
    """Another person's face in the thumbnail of a photo."""
    other = encoded(_shrunk(photos().biden).resize((160, 200)))
    return with_segment(encoded(_shrunk(photos().obama[0])), 0xE1, exif(1, SECRET + other))


def _exif_loop() -> bytes:
    """Directories that name each other, and themselves, as the next."""
    entries = struct.pack(">HHII", 0x8769, 4, 1, 8) * 5000
    loop = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + struct.pack(">H", 5000) + entries
    return with_segment(_small(), 0xE1, loop + struct.pack(">I", 8), times=20)


def _described() -> bytes:
    """EXIF, XMP, ICC, a comment and a second picture behind the first, all saying the secret."""
    photo = with_segment(_small(), 0xE1, exif(6, SECRET))
    photo = with_segment(photo, 0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x>" + SECRET)
    photo = with_segment(photo, 0xE2, b"ICC_PROFILE\x00\x01\x01" + SECRET)
    photo = with_segment(photo, 0xEE, b"Adobe\x00d\x00\x00\x00\x00\x01")
    return with_segment(photo, 0xFE, SECRET) + _small() + SECRET


_TABLE = b"\x00\x00\x01" + b"\x00" * 14 + b"\x05"  # one code of two bits
_QUANTS = b"\x00" + b"\x01" * 64

REFUSED: dict[str, tuple[Callable[[], bytes], Defect]] = {
    "PNG of 2.3 GB": (_png_bomb, Defect.NO_START),
    "PNG of 16 bits": (
        lambda: _png(struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0), zlib.compress(bytes(8 * 49))),
        Defect.NO_START,
    ),
    "5,000 scans": (
        lambda: _scans_up_to(_flat(LARGE, progressive=True), 5000), Defect.TOO_COSTLY,
    ),
    "5,000 scans of a small picture": (
        lambda: _scans_up_to(_small(progressive=True), 5000), Defect.TOO_MANY_SCANS,
    ),
    "32 scans of 25 MP in four colours": (
        lambda: _scans_up_to(_flat((5000, 5000), "CMYK", progressive=True, subsampling=0), 32),
        Defect.TOO_COSTLY,
    ),
    "32 scans of 13 MP": (
        lambda: _scans_up_to(_flat((3640, 3640), progressive=True, subsampling=0), 32),
        Defect.TOO_COSTLY,
    ),
    "65,000 a side": (lambda: _frame(1, struct.pack(">HH", 65000, 65000)), Defect.TOO_MANY_PIXELS),
    "truncated": (lambda: plain()[: len(plain()) // 2], Defect.CUT),
    "12 bits": (lambda: _frame(0, b"\x0c"), Defect.NOT_8_BIT),
    "12 bits, extended": (lambda: _frame(0, b"\x0c", marker=0xC1), Defect.OTHER_KIND),
    "lossless, 16 bits": (lambda: _frame(0, b"\x10", marker=0xC3), Defect.OTHER_KIND),
    "arithmetic coding": (lambda: _frame(0, b"\x08", marker=0xC9), Defect.OTHER_KIND),
    "arithmetic conditioning": (
        lambda: with_segment(_small(), 0xCC, b"\x00\x10"), Defect.STRAY_MARKER,
    ),
    "no height": (lambda: _frame(1, b"\x00\x00"), Defect.IMPOSSIBLE_FRAME),
    "no width": (lambda: _frame(3, b"\x00\x00"), Defect.IMPOSSIBLE_FRAME),
    "components of 15 x 15": (lambda: _frame(7, b"\xff"), Defect.IMPOSSIBLE_FRAME),
    "two components of one name": (lambda: _frame(9, b"\x01"), Defect.IMPOSSIBLE_FRAME),
    "250 components": (lambda: _frame(5, b"\xfa"), Defect.IMPOSSIBLE_FRAME),
    "empty segments by thousands": (
        lambda: with_segment(_small(), 0xEF, b"", times=5000), Defect.TOO_MANY_SEGMENTS,
    ),
    "tables by thousands": (
        lambda: with_segment(_small(), 0xC4, _TABLE, times=5000), Defect.TOO_MANY_SEGMENTS,
    ),
}  # fmt: skip
TAKEN: dict[str, Callable[[], bytes]] = {
    "four colours": lambda: encoded(_shrunk(photos().obama[0]).convert("CMYK")),
    "progressive": lambda: encoded(_shrunk(photos().obama[0]), progressive=True),
    "turned by EXIF": lambda: with_segment(_small(), 0xE1, exif(6)),
    "also a ZIP": _polyglot_zip,
    "also a PDF": lambda: with_segment(_small(), 0xFE, b"%PDF-1.7\n" + SECRET) + b"\n%%EOF",
    "also a page": lambda: with_segment(_small(), 0xFE, b"<html><script>" + SECRET + b"//"),
    "described": _described,
    "another face in the thumbnail": _thumbnail,
    "EXIF in a loop": _exif_loop,
    "as many scans as may be": lambda: _scans_up_to(
        _flat((3640, 3640), progressive=True, subsampling=0), 20
    ),
    "25 MP, progressive": lambda: _scans_up_to(_flat((4990, 4990), progressive=True), 13),
    "a restart after each block": lambda: _flat(LARGE, restart_marker_blocks=1),
    "4 MB of segments": lambda: with_segment(_flat(LARGE), 0xE1, bytes(SEGMENT), times=60),
    "900 small segments": lambda: with_segment(_flat(LARGE), 0xEF, b"", times=900),
    "200,000 code tables": lambda: with_segment(_flat(LARGE), 0xC4, _TABLE * 3600, times=60),
    "60,000 quantisation tables": lambda: with_segment(
        _flat(LARGE), 0xDB, _QUANTS * 1000, times=60
    ),
    "65,535 x 1": lambda: _frame(1, struct.pack(">HH", 1, 65535)),
    "65,000 x 380": lambda: _flat((65000, 380)),
    "cut, then closed": lambda: plain()[: len(plain()) // 2] + EOI,
    "only coarse scans": lambda: _coarse(_flat((4990, 4990), progressive=True)),
}


def _coarse(photo: bytes) -> bytes:
    """Keep only the first scan: a decoder smooths what it has."""
    return photo[: photo.index(b"\xff\xc4", photo.index(b"\xff\xda"))] + EOI
