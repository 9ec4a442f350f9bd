"""One stack a data folder: a lock that the kernel drops when its holder dies."""

import fcntl
import os
from pathlib import Path

from storage.local_stack.faults import StackError


class FolderLock:
    """Holds a data folder until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; raises StackError where another stack has it."""
        self._handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._handle, 32).decode().strip()
            os.close(self._handle)
            why = f"{folder} is already in use by the stack with process id {holder}"
            raise StackError(
                who="Local servers", why=why, cure="Stop that one, or name another --data"
            ) from error
        os.ftruncate(self._handle, 0)
        os.write(self._handle, str(os.getpid()).encode())

    def release(self) -> None:
        """Let the folder go."""
        os.close(self._handle)
