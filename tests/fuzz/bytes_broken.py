"""Ways to break any bytes, each the same for the same chance."""

from random import Random

MOST_FLIPS = 24


def flipped(data: bytes, chance: Random) -> bytes:
    """Flip a few bits."""
    broken = bytearray(data)
    for _ in range(chance.randint(1, MOST_FLIPS) if data else 0):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def cut(data: bytes, chance: Random) -> bytes:
    """End it early."""
    return data[: chance.randrange(len(data))]


def spliced(data: bytes, other: bytes, chance: Random) -> bytes:
    """Go on in the middle with something else."""
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def inserted(data: bytes, chance: Random) -> bytes:
    """Put noise in between."""
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.randint(1, 64)) + data[at:]


def zeroed(data: bytes, chance: Random) -> bytes:
    """Overwrite a stretch with one value."""
    at, length = chance.randrange(len(data)), chance.randint(1, 400)
    return data[:at] + chance.choice((b"\x00", b"\xff")) * length + data[at + length :]
