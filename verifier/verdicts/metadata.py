"""Whether a photo's own metadata speak of another phone, another time, or of editing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.exif import Camera
from verifier.local_time import SHANGHAI

# Programs that change pictures, as they sign themselves. A camera's own software is a version or
# the name of its build, and is nobody's business.
_EDITORS = (
    "photoshop",
    "lightroom",
    "gimp",
    "snapseed",
    "picsart",
    "pixelmator",
    "meitu",
    "美图",
    "faceapp",
    "facetune",
    "canva",
    "paint.net",
    "acdsee",
    "imagemagick",
    "ffmpeg",
    "screenshot",
    "stable diffusion",
)
_APPLE = "apple"
_APPLES_SYSTEMS = ("ios", "ipados")


@dataclass(frozen=True)
class SaidOfPhone:
    """What a phone said of itself, and which cameras it has shown in confirmed check-ins."""

    model: str
    os: str
    known_cameras: Collection[str] = ()


def metadata_differ(
    camera: Camera, phone: SaidOfPhone, captured_at: datetime, tolerance: timedelta
) -> bool:
    """Tells whether camera, date or software are unlike phone and capture; absence is nothing."""
    return (
        _camera_differs(camera, phone)
        or _date_differs(camera.taken_at, captured_at, tolerance)
        or _is_editor(camera.software, phone.model)
    )


def _camera_differs(camera: Camera, phone: SaidOfPhone) -> bool:
    if camera.model is None or camera.model in phone.known_cameras:
        return False
    by_apple = _plain(camera.make or camera.model).startswith((_APPLE, "iphone", "ipad"))
    of_apple = phone.os.lower().startswith(_APPLES_SYSTEMS)
    if by_apple or of_apple:
        # A phone of Apple's calls itself by a part number, its photos by the name of the trade.
        return by_apple is not of_apple
    taken, said = _plain(camera.model), _plain(phone.model)
    return bool(taken and said) and taken not in said and said not in taken


def _date_differs(taken_at: datetime | None, captured_at: datetime, tolerance: timedelta) -> bool:
    if taken_at is None:
        return False
    taken = taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=SHANGHAI)
    return abs(taken - captured_at) > tolerance


def _is_editor(software: str | None, model: str) -> bool:
    """Tells whether a program that changes pictures signed; some phones are named like one."""
    said, own = (software or "").lower(), model.lower()
    return any(name in said and name not in own for name in _EDITORS)


def _plain(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())
