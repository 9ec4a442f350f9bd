"""Which faces are too poor to be compared; so far only too small ones."""

from verifier.faces.detection import Face

# Measured on pictures of at most 640 px, the size that is compared: narrower faces double the
# misses. A selfie at arm's length has some 200; pixels that the matcher never sees do not count.
_NARROWEST = 80


def is_good_enough(face: Face) -> bool:
    """Whether a comparison would say more about the person than about the photo."""
    return face.width >= _NARROWEST
