"""What the stack knows of a server, whichever it is."""

from typing import Protocol

from storage.local_stack.supervised import Command


class NotReadyError(Exception):
    """A server does not answer yet."""


class Server(Protocol):
    """One server of the stack, whichever program it is."""

    @property
    def name(self) -> str:
        """Return the server's name in code: postgres, valkey or s3."""

    @property
    def title(self) -> str:
        """Return the server's name for people."""

    def prepare(self) -> Command:
        """Lay down what the server needs and return how it is started."""

    def check(self) -> None:
        """Return when the server answers; raises NotReadyError or OSError while it does not."""

    def settle(self) -> None:
        """Do what only a running server can have done to it; harmless when repeated."""
