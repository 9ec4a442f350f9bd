"""A leak planted on purpose: with it `make fuzz` must end red, or it could not see a real one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ROOT

PATCHES = Path(__file__).parent / "patches"
SETTING = "FUZZ_LEAK_KIB"
KEPT: list[bytes] = []


@dataclass(frozen=True)
class Leak:
    """So many KiB of each upload that is never let go of."""

    kib: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process is given that is to leak."""
        return {"PYTHONPATH": f"{PATCHES}{os.pathsep}{ROOT}", SETTING: self.kib}


def forget_nothing(kib: int) -> None:
    """Keep something of every upload in this process."""
    from checkin_api import uploads  # noqa: PLC0415 - before the views that name the function

    read = uploads.received_parts

    def read_and_keep() -> dict[str, uploads.Part]:
        KEPT.append(b"\x01" * (kib * 1024))
        return read()

    uploads.received_parts = read_and_keep
