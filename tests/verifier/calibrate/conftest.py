"""Servers without running processes: what is measured was laid beforehand."""

from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
