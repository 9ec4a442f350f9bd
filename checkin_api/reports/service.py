"""The monthly report of who leads an office or a district."""

from dataclasses import dataclass

from checkin_api.access.callers import OfficerCaller
from checkin_api.reports import monthly
from checkin_api.reports.monthly import Came, Looked, Often
from checkin_api.reports.queries import Month, Received, looked, received
from storage.database import transaction
from storage.parts import Parts
from storage.records import Role


@dataclass(frozen=True)
class Report:
    """What the page shows of one month."""

    month: Month
    received: Received
    looked_at: int
    verdicts: tuple[Came, ...]
    flags: tuple[Came, ...]
    offices: tuple[Came, ...]
    references: tuple[Came, ...]
    phones: tuple[Came, ...]
    false_alarms: int
    people_alarmed: int
    often: tuple[Often, ...]
    against_machine: tuple[Looked, ...]
    sampled: bool  # of a district: a part of them
    against_machine_in_all: int

    @property
    def false_alarms_per_person(self) -> float | None:
        """Give false alarms for each person who checked in; None where those are few."""
        people = self.received.people
        return self.false_alarms / people if people >= monthly.FEW else None


def read_report(parts: Parts, caller: OfficerCaller, month: Month) -> Report:
    """Give one month; a district reads a part of the confirmations against the machine."""
    with transaction(parts.sessions, caller.scope) as session:
        counts = received(session, caller, month)
        cases = looked(session, caller, month)
    alarms, again = monthly.false_alarms(cases), monthly.against_machine(cases)
    # The head answers for all of them, and an inspector reads what there is.
    whole = any(post.role in {Role.HEAD, Role.PROCURATOR} for post in caller.posts)
    shown = again if whole else monthly.for_the_district(cases)
    return Report(
        month=month,
        received=counts,
        looked_at=len(cases),
        verdicts=tuple(monthly.machine_against_human(cases)),
        flags=tuple(monthly.overturned_flags(cases)),
        offices=tuple(monthly.by_office(cases)),
        references=tuple(monthly.by_references(cases)),
        phones=tuple(monthly.by_phone(cases)),
        false_alarms=alarms.total(),
        people_alarmed=len(alarms),
        often=tuple(monthly.alarmed_often(cases)),
        against_machine=tuple(shown),
        sampled=not whole,
        against_machine_in_all=len(again),
    )
