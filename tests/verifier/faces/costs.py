"""Measures what each picture of a folder costs, each in a fork of one process that is warm.

`python -m tests.verifier.faces.costs FOLDER` prints JSON: what became of a picture, the seconds of
CPU that the door, and examining or rendering took, and by how many MiB the process grew at its
highest. What the door refuses is looked at no further, as it is in a worker.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from verifier import photos
from verifier.faces import images, renditions
from verifier.faces.images import PhotoUnreadable
from verifier.photos import PhotoLimits, PhotoRefused

MODULE = "tests.verifier.faces.costs"
SEARCHED_SIDE = 640
MIB = 1024


def measured(photo: bytes) -> dict[str, Any]:
    """Look at one picture as a worker does, and measure that."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): forget the peak
    before = _peak()
    door, refused = _at_the_door(photo)
    if refused:
        return _told(door, before) | {"readable": False, "refused": refused, "seconds": 0.0}
    decoded = _seconds(lambda: images.decode(photo, SEARCHED_SIDE))
    rendered = _seconds(lambda: renditions.render(photo))
    readable = decoded is not None and rendered is not None
    took = {"readable": readable, "refused": "", "seconds": max(decoded or 0, rendered or 0)}
    return _told(door, before) | took


def _told(door: float, before: int) -> dict[str, Any]:
    return {"door": door, "mib": (_peak() - before) / MIB}


def _at_the_door(photo: bytes) -> tuple[float, str]:
    """Check as the upload route does; gives the seconds, and why it is refused, if it is."""
    begun, refused = time.process_time(), ""
    try:
        photos.check(photo, PhotoLimits())
    except PhotoRefused as fault:
        refused = str(fault.defect)
    return time.process_time() - begun, refused


def _seconds(act: Callable[[], object]) -> float | None:
    begun = time.process_time()
    try:
        act()
    except PhotoUnreadable:
        return None
    return time.process_time() - begun


def _peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def _forked(photo: bytes) -> dict[str, Any]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, json.dumps(measured(photo)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    os.wait()
    return told


def costs_of(pictures: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Measure pictures by name, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in pictures.items():
            (Path(folder) / name).write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-m", MODULE, folder], check=True, capture_output=True
        )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def main(folder: Path) -> None:
    """Print what each file costs, by its name."""
    files = sorted(folder.iterdir())
    measured(files[0].read_bytes())  # what OpenCV loads on its first picture counts for none
    sys.stdout.write(json.dumps({path.name: _forked(path.read_bytes()) for path in files}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
