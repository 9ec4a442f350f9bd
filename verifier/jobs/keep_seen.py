"""What is kept of a selfie beside the evidence: by what it would be known again, and its vectors.

Vectors stay a while so that a deployment can measure on its own people: `python -m
verifier.calibrate --enrolled` reads those of confirmed check-ins. Which these will be is not known
yet where an officer has to look, so all are kept, as long as the photo of a confirmed one.
"""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.records import CheckIn, CheckInVector
from verifier.faces import matching
from verifier.faces.bursts import Probe
from verifier.faces.embedding import Vector
from verifier.faces.examine import Look
from verifier.faces.model_files import DLIB_NETWORK, SFACE
from verifier.faces.models import Models
from verifier.jobs import replays
from verifier.jobs.checkin_photos import selfie_of
from verifier.rules.in_force import in_force_for
from verifier.verdicts.evidence import FaceScores


def keep_seen(
    session: Session, checkin: CheckIn, looked: Look, models: Models, now: datetime
) -> None:
    """Compares a selfie with earlier ones and keeps what it was; joins the caller's transaction."""
    photo = selfie_of(session, checkin.offender_id, checkin.id)
    if photo is None:
        return
    if looked.hashes is not None:
        replays.compare(session, checkin, photo, looked.hashes, now)
    if looked.probe is not None and looked.evidence.scores.sface is not None:
        rules = in_force_for(session, checkin.offender_id, checkin.received_at)
        rows = [
            {
                "offender_id": checkin.offender_id,
                "checkin_id": checkin.id,
                "model": model,
                "model_sha256": models.sha256[model],
                "media_id": photo.id,
                "vector": matching.to_bytes(vector),
                "keep_until": now + timedelta(days=rules.keep_confirmed_days),
            }
            for model, vector in _made(looked.probe, looked.evidence.scores).items()
        ]
        session.execute(insert(CheckInVector).values(rows).on_conflict_do_nothing())


def _made(probe: Probe, scores: FaceScores) -> dict[str, Vector]:
    """Returns what was computed anyway; dlib's only where it was asked."""
    made = {SFACE.name: probe.sface}
    return made if scores.dlib is None else made | {DLIB_NETWORK: probe.second}
