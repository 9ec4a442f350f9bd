"""The phones' routes for what a person asks the office for."""

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.person_requests.service import ask, own_requests
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.codes import ProblemCode
from mobile_contract.requests import RequestBody, RequestList, RequestTold

routes = Routes()


@routes.add("GET", "/v1/requests", Action.READ_OWN, answers={200: RequestList})
def own(caller: OffenderCaller) -> Answer:
    """Read what the person asked the office for, and the answers."""
    return Answer(own_requests(parts(), caller))


@routes.add(
    "POST",
    "/v1/requests",
    Action.ASK_OFFICE,
    takes=Takes(body=RequestBody),
    answers={200: RequestTold},
    problems=(ProblemCode.NOT_OPEN, ProblemCode.CONTENT_DIFFERS),
)
def make(caller: OffenderCaller, body: RequestBody) -> Answer:
    """Ask for an exemption from a duty, or for new references; an officer answers."""
    return Answer(ask(parts(), caller, body))
