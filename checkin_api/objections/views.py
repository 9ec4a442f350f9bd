"""The phones' route for objections."""

from uuid import UUID

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.objections.service import make_objection
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.codes import ProblemCode
from mobile_contract.objections import ObjectionBody, ObjectionTold

routes = Routes()


@routes.add(
    "POST",
    "/v1/checkins/<uuid:checkin_id>/objection",
    Action.OBJECT,
    takes=Takes(body=ObjectionBody),
    answers={200: ObjectionTold},
    problems=(ProblemCode.NOT_FOUND, ProblemCode.NOT_OPEN, ProblemCode.CONTENT_DIFFERS),
)
def make(caller: OffenderCaller, checkin_id: UUID, body: ObjectionBody) -> Answer:
    """Disagree with a decision; someone else will decide."""
    return Answer(make_objection(parts(), caller, checkin_id, body))
