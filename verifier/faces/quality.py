"""Which faces are too poor to be compared; so far only too small ones."""

from verifier.faces.detection import Face

# Measured: narrower faces double the misses. Counted in the picture that is compared (640 px, or
# 1280 px for a face that would be too small in it), because pixels that the matcher never sees do
# not help. A selfie at arm's length has some 200 at 640 px.
_NARROWEST = 80


def is_good_enough(face: Face) -> bool:
    """Whether a comparison would say more about the person than about the photo."""
    return face.width >= _NARROWEST
