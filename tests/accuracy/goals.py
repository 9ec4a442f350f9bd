"""What the verifier promises about its error rates, and whether a folder of faces bears it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.calibrate.matchers import Matcher
from verifier.calibrate.rows import ALL, Point, Row

REFERENCES = 3
MOST_MISSES = 0.01  # at FMR 0.1 %, in each group
MOST_FALSE_MATCHES = 0.002  # of the shipped threshold set, in the worse group
FMR_01 = 0.001


@dataclass(frozen=True)
class Goal:
    """One promise, what was measured, and how often a rate of that size can be told at all."""

    promise: str
    measured: float
    most: float
    enough: bool

    @property
    def met(self) -> bool:
        """Whether the figure is within the promise."""
        return self.measured <= self.most


def goals(rows: Sequence[Row]) -> list[Goal]:
    """The goals for ours with three references, group by group."""
    ours = [
        row
        for row in rows
        if row.matcher is Matcher.DEFAULT and row.references == REFERENCES and row.sex == ALL
    ]
    by_group = [row for row in ours if row.group != ALL]
    return [
        *(
            Goal(f"{row.group}: FNMR at FMR 0.1 %", row.fnmr, MOST_MISSES, _enough(row))
            for row in by_group
            if row.point is Point.FMR_01
        ),
        *(
            Goal(f"{row.group}: FMR of the shipped set", row.fmr, MOST_FALSE_MATCHES, _enough(row))
            for row in by_group
            if row.point is Point.SHIPPED
        ),
    ]


def _enough(row: Row) -> bool:
    """Whether ten strangers could have passed at 0.1 %: fewer trials tell no such rate."""
    return row.impostor * FMR_01 >= 10
