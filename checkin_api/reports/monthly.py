"""Machine against human, out of one month's check-ins that people looked at; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mobile_contract.codes import CheckInState
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.flags import Flag

FEW = 5  # shares of fewer say nothing
ONE_IN = 20  # of the confirmations against the machine, for the district
OFTEN = 2  # false alarms in a month: the enrolled photos may be the reason
# What people can come to; `in_review` is what is still open.
HUMAN = (
    CheckInState.CONFIRMED,
    CheckInState.NOT_CONFIRMED,
    CheckInState.NOT_DECIDED,
    CheckInState.IN_REVIEW,
)
DECIDED = frozenset({CheckInState.CONFIRMED, CheckInState.NOT_CONFIRMED})


@dataclass(frozen=True)
class Confirmation:
    """The answer that confirmed a check-in; its id is made by the database, unknown before."""

    id: UUID
    officer: str
    by_head: bool


@dataclass(frozen=True)
class Looked:
    """One check-in of the month that was flagged or that somebody answered."""

    offender_id: UUID
    number: str
    name: str
    office: str
    checkin_id: UUID
    received_at: datetime
    state: CheckInState
    face: str  # verdict of the last attempt
    references: int
    phone: str
    flags: frozenset[str]
    confirmation: Confirmation | None

    @property
    def is_false_alarm(self) -> bool:
        """Tell whether it was flagged and people confirmed it."""
        return bool(self.flags) and self.confirmation is not None and self._is_confirmed

    @property
    def is_against_machine(self) -> bool:
        """Tell whether people confirmed what the machine took for another face or an old photo."""
        doubted = self.face == FaceVerdict.NO_MATCH or Flag.POSSIBLE_REPLAY in self.flags
        return doubted and self.confirmation is not None and self._is_confirmed

    @property
    def _is_confirmed(self) -> bool:
        return self.state is CheckInState.CONFIRMED


@dataclass(frozen=True)
class Came:
    """What became of some of them; `decided` are those confirmed or not."""

    name: str
    looked_at: int
    by_state: Mapping[CheckInState, int]

    @property
    def decided(self) -> int:
        """Count those that people confirmed or did not."""
        return sum(self.by_state.get(state, 0) for state in DECIDED)

    @property
    def confirmed(self) -> int:
        """Count those that people confirmed: the alarm was false."""
        return self.by_state.get(CheckInState.CONFIRMED, 0)

    @property
    def overturned(self) -> float | None:
        """Give the share of the decided that was confirmed; None where they are few."""
        return self.confirmed / self.decided if self.decided >= FEW else None


@dataclass(frozen=True)
class Often:
    """A person with several false alarms in the month."""

    offender_id: UUID
    number: str
    name: str
    false_alarms: int


def machine_against_human(cases: Iterable[Looked]) -> list[Came]:
    """Say for each verdict of the comparison what people came to."""
    return _parted(cases, lambda one: (one.face,))


def overturned_flags(cases: Iterable[Looked]) -> list[Came]:
    """Say for each flag what became of the check-ins that carried it."""
    return _parted(cases, lambda one: one.flags)


def by_office(cases: Iterable[Looked]) -> list[Came]:
    """Say the same by office."""
    return _parted(cases, lambda one: (one.office,))


def by_references(cases: Iterable[Looked]) -> list[Came]:
    """Say the same by how many enrolled photos there were to compare with."""
    return _parted(cases, lambda one: (str(one.references),))


def by_phone(cases: Iterable[Looked], most: int = 10) -> list[Came]:
    """Say the same by the phones that were used most."""
    found = _parted(cases, lambda one: (one.phone,))
    return sorted(found, key=lambda one: (-one.looked_at, one.name))[:most]


def false_alarms(cases: Sequence[Looked]) -> Counter[UUID]:
    """Count false alarms by person."""
    return Counter(one.offender_id for one in cases if one.is_false_alarm)


def alarmed_often(cases: Sequence[Looked]) -> list[Often]:
    """Give the people whose photos raised several false alarms, most of them first."""
    counts = false_alarms(cases)
    people = {one.offender_id: one for one in cases}
    found = [
        Often(person, people[person].number, people[person].name, count)
        for person, count in counts.items()
        if count >= OFTEN
    ]
    return sorted(found, key=lambda one: (-one.false_alarms, one.number))


def against_machine(cases: Iterable[Looked]) -> list[Looked]:
    """Give the confirmations that the head looks at again, in order of time."""
    return sorted(
        (one for one in cases if one.is_against_machine),
        key=lambda one: (one.received_at, one.checkin_id),
    )


def for_the_district(cases: Iterable[Looked]) -> list[Looked]:
    """Give those of them that the district looks at: a sample, and what a head confirmed alone.

    The sample is one in 20 by the id of the confirming answer: the same for ever, and nobody
    knows before answering whether it will be looked at.
    """
    return [one for one in against_machine(cases) if _is_for_district(one.confirmation)]


def _is_for_district(confirmation: Confirmation | None) -> bool:
    return confirmation is not None and (confirmation.by_head or confirmation.id.int % ONE_IN == 0)


def _parted(cases: Iterable[Looked], names_of: Callable[[Looked], Iterable[str]]) -> list[Came]:
    states: dict[str, Counter[CheckInState]] = defaultdict(Counter)
    for case in cases:
        for name in names_of(case):
            states[name][case.state] += 1
    return [Came(name, counts.total(), counts) for name, counts in sorted(states.items())]
