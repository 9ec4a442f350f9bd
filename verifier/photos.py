"""The structure of a JPEG, checked without decoding it: at the door and again before decoding."""

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from mobile_contract.codes import ProblemCode
from verifier import exif, jpeg_frames
from verifier.jpeg_frames import Frame

_SOI = b"\xff\xd8"
_EOI, _SOS, _APP1 = 0xD9, 0xDA, 0xE1
_BASELINE, _PROGRESSIVE = 0xC0, 0xC2
_DHT, _DQT, _DNL, _DRI, _COM = 0xC4, 0xDB, 0xDC, 0xDD, 0xFE
# Extended, lossless, differential and arithmetic frames: legal JPEG that no phone camera writes.
_OTHER_FRAMES = frozenset({0xC1, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SKIPPED = frozenset({_DHT, _DQT, _DNL, _DRI, _COM, *range(0xE0, 0xF0)})
# A marker that ends a scan: neither a stuffed zero, a restart nor a fill byte. Two bytes and no
# repetition, so the search is linear in C whatever the input.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MARKER = re.compile(rb"\xff++([^\xff])", re.DOTALL)
# Real files have a few dozen; five million bytes of empty segments would cost a second of Python.
_MAX_SEGMENTS = 1000


class Defect(StrEnum):
    """Why a photo is not taken; for our own logs, a phone reads the code."""

    NO_START = "no_start"
    OTHER_KIND = "other_kind"
    NOT_8_BIT = "not_8_bit"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_SCANS = "too_many_scans"
    TOO_COSTLY = "too_costly"
    TOO_MANY_SEGMENTS = "too_many_segments"
    CUT = "cut"
    NO_MARKER = "no_marker"
    STRAY_MARKER = "stray_marker"
    IMPOSSIBLE_FRAME = "impossible_frame"
    TWO_FRAMES = "two_frames"
    IMPOSSIBLE_SCAN = "impossible_scan"
    SCAN_WITHOUT_FRAME = "scan_without_frame"
    NO_PICTURE = "no_picture"


_NOT_JPEG = frozenset({Defect.NO_START, Defect.OTHER_KIND, Defect.NOT_8_BIT})
_TOO_LARGE = frozenset({Defect.TOO_MANY_BYTES, Defect.TOO_MANY_PIXELS, Defect.TOO_COSTLY})


class PhotoRefused(Exception):  # noqa: N818 - an answer to the sender, not a fault
    """A photo that is not taken: `defect` for the log, `code` for the phone."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(defect.value)
        self.defect = defect
        self.code = _code(defect)


def _code(defect: Defect) -> ProblemCode:
    if defect in _NOT_JPEG:
        return ProblemCode.PHOTO_NOT_JPEG
    if defect in _TOO_LARGE:
        return ProblemCode.PHOTO_TOO_LARGE
    return ProblemCode.PHOTO_DAMAGED


@dataclass(frozen=True)
class PhotoLimits:
    """How large a photo may be before anything is decoded."""

    max_bytes: int = 5 * 1024 * 1024
    max_pixels: int = 25_000_000
    # A 287 KB progressive file of 12 MP with 5,000 scans costs 25 s of CPU; encoders write 10.
    max_scans: int = 32
    # Progressive files are held as coefficients until the last scan, at two bytes each: 80 MB.
    # 40 million are 25 MP as cameras sample colour (4:2:0), or 13 MP in full colour.
    max_held: int = 40_000_000
    # Each scan walks over what it holds, however few bytes it has: at 25 MP, 32 empty scans of
    # full colour cost 550 ms and 224 MB. Encoders' 10 scans of 40 million come to 320 million.
    max_walked: int = 320_000_000


@dataclass(frozen=True)
class PhotoFacts:
    """What the headers say; `image_length` ends with the end-of-image marker."""

    width: int
    height: int
    components: int
    progressive: bool
    scans: int
    orientation: int  # EXIF, 1 to 8; 1 where none is stated
    length: int
    image_length: int


def check(data: bytes | BinaryIO, limits: PhotoLimits) -> PhotoFacts:
    """Facts of a complete 8-bit baseline or progressive JPEG; raises PhotoRefused otherwise.

    Bytes after the end-of-image marker are ignored. Linear in the length of the data.
    """
    content = data if isinstance(data, bytes) else data.read(limits.max_bytes + 1)
    if len(content) > limits.max_bytes:
        raise PhotoRefused(Defect.TOO_MANY_BYTES)
    if not content.startswith(_SOI):
        raise PhotoRefused(Defect.NO_START)
    return _Structure(content, limits).facts()


class _Structure:
    """One walk over the segments of one file."""

    def __init__(self, content: bytes, limits: PhotoLimits) -> None:
        self._content = content
        self._limits = limits
        self._frame: Frame | None = None
        self._scans = 0
        self._walked = 0
        self._orientation: int | None = None

    def facts(self) -> PhotoFacts:
        end = self._walk()
        if self._frame is None or self._scans == 0:
            raise PhotoRefused(Defect.NO_PICTURE)
        return PhotoFacts(
            width=self._frame.width,
            height=self._frame.height,
            components=len(self._frame.components),
            progressive=self._frame.progressive,
            scans=self._scans,
            orientation=self._orientation or exif.UPRIGHT,
            length=len(self._content),
            image_length=end,
        )

    def _walk(self) -> int:
        position = len(_SOI)
        for _ in range(_MAX_SEGMENTS):
            marker, position = self._marker(position)
            if marker == _EOI:
                return position
            payload_start, position = self._segment(position)
            self._read(marker, payload_start, position)
            if marker == _SOS:
                position = self._end_of_scan(position)
        raise PhotoRefused(Defect.TOO_MANY_SEGMENTS)

    def _marker(self, position: int) -> tuple[int, int]:
        """Marker code at `position`, over fill bytes, and the position after it."""
        if self._content[position : position + 1] not in {b"\xff", b""}:
            raise PhotoRefused(Defect.NO_MARKER)
        match = _MARKER.match(self._content, position)
        if match is None:
            raise PhotoRefused(Defect.CUT)
        return match[1][0], match.end()

    def _segment(self, position: int) -> tuple[int, int]:
        """Where the payload begins and ends."""
        if position + 2 > len(self._content):
            raise PhotoRefused(Defect.CUT)
        (length,) = struct.unpack_from(">H", self._content, position)
        end = position + length
        if length < 2 or end > len(self._content):  # noqa: PLR2004 - the length counts itself
            raise PhotoRefused(Defect.CUT)
        return position + 2, end

    def _read(self, marker: int, start: int, end: int) -> None:
        if marker in {_BASELINE, _PROGRESSIVE}:
            self._read_frame(self._content[start:end], progressive=marker == _PROGRESSIVE)
        elif marker == _SOS:
            self._read_scan(self._content[start:end])
        elif marker == _APP1:
            self._read_exif(self._content[start:end])
        elif marker in _OTHER_FRAMES:
            raise PhotoRefused(Defect.OTHER_KIND)
        elif marker not in _SKIPPED:
            raise PhotoRefused(Defect.STRAY_MARKER)

    def _read_frame(self, payload: bytes, *, progressive: bool) -> None:
        if self._frame is not None:
            raise PhotoRefused(Defect.TWO_FRAMES)
        frame = jpeg_frames.read_frame(payload, progressive=progressive)
        if frame is None:
            raise PhotoRefused(Defect.IMPOSSIBLE_FRAME)
        if frame.precision != 8:  # noqa: PLR2004 - bits a sample
            raise PhotoRefused(Defect.NOT_8_BIT)
        if frame.width * frame.height > self._limits.max_pixels:
            raise PhotoRefused(Defect.TOO_MANY_PIXELS)
        self._frame = frame

    def _read_scan(self, payload: bytes) -> None:
        if self._frame is None:
            raise PhotoRefused(Defect.SCAN_WITHOUT_FRAME)
        self._scans += 1
        if self._scans > self._limits.max_scans:
            raise PhotoRefused(Defect.TOO_MANY_SCANS)
        scan = jpeg_frames.read_scan(payload, self._frame)
        if scan is None:
            raise PhotoRefused(Defect.IMPOSSIBLE_SCAN)
        self._walked += scan.coefficients
        held = self._frame.progressive or not scan.whole
        if held and self._frame.coefficients > self._limits.max_held:
            raise PhotoRefused(Defect.TOO_COSTLY)
        if self._walked > self._limits.max_walked:
            raise PhotoRefused(Defect.TOO_COSTLY)

    def _end_of_scan(self, position: int) -> int:
        match = _END_OF_SCAN.search(self._content, position)
        if match is None:
            raise PhotoRefused(Defect.CUT)
        return match.start()

    def _read_exif(self, payload: bytes) -> None:
        if self._orientation is None:
            self._orientation = exif.orientation_in(payload)
