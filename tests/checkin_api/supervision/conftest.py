"""Servers without running processes: these tests are the process themselves."""

from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
