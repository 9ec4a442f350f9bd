"""The ways in which the API says no; raised anywhere above storage, rendered in problems.py."""

from collections.abc import Sequence

from mobile_contract.codes import ProblemCode
from mobile_contract.problems import ProblemFault


class RefusedError(Exception):
    """A request that is answered with a problem document."""

    def __init__(
        self,
        code: ProblemCode,
        errors: Sequence[ProblemFault] = (),
        *,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


def at(pointer: str, reason: str) -> tuple[ProblemFault]:
    """Name the one place that is wrong and why, without its value."""
    return (ProblemFault(pointer=pointer, reason=reason),)
