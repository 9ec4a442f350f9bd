"""What officers see of a photo: the picture, and nothing else that was in the file."""

import cv2

from verifier.faces import images

LONGEST_SIDE = 1280
_QUALITY = 88


def render(photo: bytes) -> bytes:
    """A JPEG of at most LONGEST_SIDE px, turned upright and free of metadata.

    Raises PhotoUnreadable. Position, device and time of capture in EXIF, and anything hidden
    after the picture, stay in the original.
    """
    picture = images.decode(photo, LONGEST_SIDE)
    written, jpeg = cv2.imencode(".jpg", picture.pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not written:
        msg = "the encoder gave up"
        raise images.PhotoUnreadable(msg)
    return jpeg.tobytes()
