"""Whether a photo that was not surely the person's looks more like somebody else's."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.records import Likeness, LikenessPerson
from verifier.faces.examine import Look
from verifier.faces.models import Models
from verifier.jobs.search_others import Asked, OtherPerson, SearchReason, search
from verifier.jobs.workplace import Workplace
from verifier.rules.searching import SearchLimit
from verifier.verdicts.evidence import FaceVerdict

log = logging.getLogger(__name__)

_REASONS = {
    FaceVerdict.UNSURE: SearchReason.UNSURE,
    FaceVerdict.NO_MATCH: SearchReason.NO_MATCH,
}


def other_person(
    workplace: Workplace,
    key: tuple[UUID, UUID],
    looked: Look,
    models: Models,
    limit: SearchLimit | None,
) -> OtherPerson | None:
    """Returns who else is enrolled and looks more like the photo than the person does.

    Off without a limit, and where the limit was measured for other vectors or fewer people. After
    a match nobody is looked for. Opens its own transactions.
    """
    reason = _REASONS.get(looked.evidence.verdict)
    if limit is None or reason is None or looked.probe is None:
        return None
    if limit.model != models.recognizer_sha256:
        log.warning("search_limit_of_another_model")
        return None
    own = looked.evidence.scores.sface
    nearer = limit.distance if own is None else min(limit.distance, own)
    probe = looked.probe
    asked = Asked(reason, *key, probe.sface, models.recognizer_sha256, nearer, limit.people)
    return search(workplace, asked).nearest


def keep(session: Session, key: tuple[UUID, UUID], other: OtherPerson, now: datetime) -> None:
    """Writes down that there is somebody, and who; nothing to the record of who it is."""
    row = Likeness(
        offender_id=key[0],
        checkin_id=key[1],
        office_id=other.office_id,
        distance=other.distance,
        found_at=now,
    )
    session.add(row)
    session.flush()
    session.add(LikenessPerson(likeness_id=row.id, other_id=other.person))
