"""What a JPEG's frame and scan headers say, and what decoding them will cost; decodes nothing."""

import struct
from dataclasses import dataclass

_FIXED = struct.Struct(">BHHB")  # precision, height, width, number of components
_OF_A_COMPONENT = 3  # id, sampling, quantisation table
_BLOCK = 8
_MOST_SAMPLING = 4
_COMPONENTS = frozenset({1, 3, 4})


@dataclass(frozen=True)
class Component:
    """One plane of a picture; `coefficients` counts the padding of its last blocks too."""

    id: int
    coefficients: int


@dataclass(frozen=True)
class Frame:
    """The header of the one picture in a file."""

    precision: int
    width: int
    height: int
    components: tuple[Component, ...]
    progressive: bool

    @property
    def coefficients(self) -> int:
        """How many numbers the whole picture has before they become pixels."""
        return sum(component.coefficients for component in self.components)


@dataclass(frozen=True)
class Scan:
    """The header of one scan."""

    coefficients: int  # that this scan walks over, however few bytes it has
    whole: bool  # whether it holds every component; if not, a decoder keeps them all until the end


def read_frame(payload: bytes, *, progressive: bool) -> Frame | None:
    """Frame that a header describes; None for one that no encoder writes."""
    if len(payload) < _FIXED.size:
        return None
    precision, height, width, count = _FIXED.unpack_from(payload)
    # A height of 0 (stated after the first scan) would hide the size from every check.
    if height == 0 or width == 0 or count not in _COMPONENTS:
        return None
    if len(payload) != _FIXED.size + _OF_A_COMPONENT * count:
        return None
    components = _components(payload[_FIXED.size :], width, height)
    if components is None:
        return None
    return Frame(precision, width, height, components, progressive)


def read_scan(payload: bytes, frame: Frame) -> Scan | None:
    """Scan that a header describes; None where it names what the frame does not have."""
    count = payload[0] if payload else 0
    if not 1 <= count <= len(frame.components) or len(payload) != 1 + 2 * count + 3:
        return None
    named = set(payload[1 : 1 + 2 * count : 2])
    held = [one.coefficients for one in frame.components if one.id in named]
    if len(held) != count:
        return None
    return Scan(sum(held), whole=count == len(frame.components))


def _components(specified: bytes, width: int, height: int) -> tuple[Component, ...] | None:
    ids = specified[::_OF_A_COMPONENT]
    across = [value >> 4 for value in specified[1::_OF_A_COMPONENT]]
    down = [value & 15 for value in specified[1::_OF_A_COMPONENT]]
    if len(set(ids)) != len(ids) or not all(1 <= n <= _MOST_SAMPLING for n in across + down):
        return None
    columns = -(-width // (_BLOCK * max(across)))
    rows = -(-height // (_BLOCK * max(down)))
    blocks = [columns * a * rows * d for a, d in zip(across, down, strict=True)]
    return tuple(Component(i, n * _BLOCK**2) for i, n in zip(ids, blocks, strict=True))
