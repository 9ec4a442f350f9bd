"""Reading what waits."""

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.photo_looks import ManyLooks, many_looks
from checkin_api.offices.queries import waiting_for
from checkin_api.offices.waiting import Waiting, Wanted
from storage.database import transaction
from storage.figures import oldest_wait_s, read_figures
from storage.parts import Parts
from storage.records import Queue


def read_waiting(parts: Parts, caller: OfficerCaller, wanted: Wanted) -> Waiting:
    """Give what waits for the caller, what is due first at the top."""
    with transaction(parts.sessions, caller.scope) as session:
        return waiting_for(session, caller, wanted, parts.now())


def read_backlog_minutes(parts: Parts, caller: OfficerCaller) -> int:
    """Give for how many whole minutes the oldest photo has waited to be looked at."""
    with transaction(parts.sessions, caller.scope) as session:
        return int(oldest_wait_s(read_figures(session), Queue.FACES) // 60)


def read_many_looks(parts: Parts, caller: OfficerCaller) -> list[ManyLooks]:
    """Give the hours in which somebody whom the caller leads saw very many photos."""
    with transaction(parts.sessions, caller.scope) as session:
        return many_looks(session, caller, parts.now())
