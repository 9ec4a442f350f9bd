"""Tests of the rules and machines run on servers where nobody else is at work."""

from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
