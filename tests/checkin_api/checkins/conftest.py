"""On servers without anybody at work."""

from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
