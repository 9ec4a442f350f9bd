"""Looking at a check-in again when something around it has changed, such as a lapsed invitation."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage import work
from storage.database import transaction
from storage.records import Cause, Queue
from storage.work import Claim
from verifier.items import Matter, open_matter
from verifier.jobs.workplace import Workplace
from verifier.verdicts.reach_verdict import reach_verdict


def handle(workplace: Workplace, claim: Claim) -> None:
    """Judges the check-in by what is known now; needs no look at its photos."""
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        if claim.subject.offender_id is None:
            return
        reached = reach_verdict(session, claim.subject.offender_id, claim.subject.id, now)
    workplace.ring(reached.rings)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: the check-in waits for its officer all the while."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
    """Lets the check-in wait for an officer: a fault of ours must not keep it from one."""
    if claim.subject.offender_id is not None:
        matter = Matter(claim.subject.offender_id, checkin_id=claim.subject.id)
        open_matter(session, matter, Cause.SYSTEM, now)
    return frozenset()
