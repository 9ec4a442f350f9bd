"""Servers of its own: the processes on them are started with wider limits."""

from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
