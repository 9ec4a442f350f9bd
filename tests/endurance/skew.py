"""A process whose clock is wrong by what a file says."""

from datetime import datetime, timedelta
from pathlib import Path

from storage import parts


def wrong_clock(folder: str, role: str) -> None:
    """Let `now` of this process be read through the file skew-ROLE; without one it is right."""
    file, right = skew_file(Path(folder), role), parts.utc_now

    def wrong() -> datetime:
        try:
            return right() + timedelta(seconds=float(file.read_text()))
        except (FileNotFoundError, ValueError):
            return right()

    parts.utc_now = wrong


def skew_file(folder: Path, role: str) -> Path:
    """Where the error of a process's clock is written."""
    return folder / f"skew-{role}"
