"""Which of the models at hand judges: the one before, until every enrolled photo has the next's."""

import logging

from sqlalchemy.orm import Session

from storage.model_changes import judging_sha256
from verifier.faces.models import Models
from verifier.jobs.workplace import Workplace

log = logging.getLogger(__name__)


def judging_models(session: Session, workplace: Workplace) -> Models:
    """Returns the models that photos are compared with now; joins the caller's transaction."""
    wanted, following = judging_sha256(session), workplace.next_models
    if following is not None and following.recognizer_sha256 == wanted:
        return following
    if wanted not in {None, workplace.face_models.recognizer_sha256}:
        log.warning("judging_model_not_loaded")  # compared with its own vectors all the same
    return workplace.face_models
