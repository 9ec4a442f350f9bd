"""The same picture as other JPEG files, and files that are none, made by another encoder."""

import functools
import io
import struct
import zlib

import numpy as np
from PIL import Image


def image(photo: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photo))


def encoded(picture: Image.Image, *, progressive: bool = False, exif: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, progressive=progressive, exif=exif)
    return buffer.getvalue()


def turned(photo: bytes, clockwise: int) -> bytes:
    return encoded(image(photo).rotate(-clockwise, expand=True))


def in_mode(photo: bytes, mode: str) -> bytes:
    return encoded(image(photo).convert(mode))


def with_orientation(photo: bytes, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image(photo), exif=exif.tobytes())


def shrunk(photo: bytes, scale: float) -> bytes:
    picture = image(photo)
    size = (round(picture.width * scale), round(picture.height * scale))
    return encoded(picture.resize(size))


def noise(width: int, height: int) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels))


@functools.cache
def png_bomb(side: int = 11_600) -> bytes:
    """A valid PNG of about 390 KB that would decode to 400 MB; made without such an array."""
    packer = zlib.compressobj(9)
    line = bytes(1 + 3 * side)
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def of_scans(count: int) -> bytes:
    """A valid progressive photo whose last scan is repeated up to `count` scans."""
    photo = encoded(image(noise(320, 240)), progressive=True)
    scan = photo[photo.rindex(b"\xff\xda") : -2]
    return photo[:-2] + scan * (count - photo.count(b"\xff\xda")) + photo[-2:]
