"""The editor's key: one file, made on first use, that nobody else may read."""

import os
from collections.abc import Mapping
from pathlib import Path

from mobile_contract.proofs import NoKeyError, SenderKey

FILE = Path("community-checkin") / "editor-key.pem"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
OTHERS = 0o077


class KeyFileError(Exception):
    """A key file that holds no key, or that others can read."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(reason)
        self.file = file
        self.reason = reason


def usual_file(environ: Mapping[str, str]) -> Path:
    """Give where the key lies unless somebody says otherwise: the user's configuration folder."""
    named = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(named) if Path(named).is_absolute() else Path.home() / ".config"
    return folder / FILE


def editor_key(file: Path) -> SenderKey:
    """Read the key, or make it where there is none; raises KeyFileError and OSError."""
    try:
        return _read(file)
    except FileNotFoundError:
        return _made(file)


def _read(file: Path) -> SenderKey:
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_mode & OTHERS:
            reason = "open_to_others"
            raise KeyFileError(file, reason)
        try:
            return SenderKey.from_pem(opened.read())
        except NoKeyError as fault:
            reason = "no_key"
            raise KeyFileError(file, reason) from fault


def _made(file: Path) -> SenderKey:
    key = SenderKey.generate()
    file.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as opened:
        opened.write(key.pem)
    partial.replace(file)
    return key
