"""The servers of the system on one machine, for development, tests and the demo."""

from storage.local_stack.faults import StackError
from storage.local_stack.processes import Processes
from storage.local_stack.s3 import Store
from storage.local_stack.stack import Choices, LocalStack

__all__ = ["Choices", "LocalStack", "Processes", "StackError", "Store"]
