"""What can go wrong while local servers start, told so that a person knows what to do."""


class StackError(Exception):
    """A local server cannot do its work: which one, why, and what to do about it."""

    def __init__(self, *, who: str, why: str, cure: str) -> None:
        """Build the one plain sentence that a person reads."""
        super().__init__(f"{who}: {why}. {cure}.")
        self.who = who
