"""Measures what each picture of a folder costs, each in a fork of one process that is warm.

`python -m tests.verifier.faces.costs FOLDER` prints JSON: what became of a picture, the seconds of
CPU that examining and rendering took, and by how many MiB the process grew at its highest.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifier.faces import images, renditions
from verifier.faces.images import PhotoUnreadable

SEARCHED_SIDE = 640
MIB = 1024


def measured(photo: bytes) -> dict[str, Any]:
    """Look at one picture as a worker does, and measure that."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): forget the peak
    before = _peak()
    decoded = _seconds(lambda: images.decode(photo, SEARCHED_SIDE))
    rendered = _seconds(lambda: renditions.render(photo))
    readable = decoded is not None and rendered is not None
    return {"readable": readable, "mib": (_peak() - before) / MIB} | (
        {"seconds": max(decoded or 0, rendered or 0)}
    )


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


def main(folder: Path) -> None:
    """Print what each file costs, by its name."""
    files = sorted(folder.iterdir())
    measured(files[0].read_bytes())  # what OpenCV loads on its first picture counts for none
    sys.stdout.write(json.dumps({path.name: _forked(path.read_bytes()) for path in files}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
