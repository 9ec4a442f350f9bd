"""The phones' routes for enrolled photos."""

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.references.phone import own_enrolment, send_photo
from checkin_api.routes import Answer, Routes, Takes, Upload
from checkin_api.uploads import whole_part
from mobile_contract.codes import ProblemCode
from mobile_contract.enrolment import EnrolmentTold

ONE_PHOTO = Upload("image/jpeg", {"type": "string", "format": "binary"})
LARGEST = 16 * 1024 * 1024  # the rule in force may say less

routes = Routes()


@routes.add("GET", "/v1/enrolment", Action.READ_OWN, answers={200: EnrolmentTold})
def own(caller: OffenderCaller) -> Answer:
    """Read what the person is enrolled with, and what became of photos that were sent."""
    return Answer(own_enrolment(parts(), caller))


@routes.add(
    "POST",
    "/v1/enrolment/photos",
    Action.SEND_PHOTOS,
    takes=Takes(upload=ONE_PHOTO),
    answers={202: EnrolmentTold},
    problems=(
        ProblemCode.NOT_OPEN,
        ProblemCode.TOO_LARGE,
        ProblemCode.INVALID_CONTENT,
        ProblemCode.PHOTO_NOT_JPEG,
        ProblemCode.PHOTO_DAMAGED,
        ProblemCode.PHOTO_TOO_LARGE,
        ProblemCode.UNAVAILABLE,
    ),
)
def send(caller: OffenderCaller) -> Answer:
    """Send one photo to be enrolled with; an officer approves the set."""
    return Answer(send_photo(parts(), caller, whole_part("photo", LARGEST)), 202)
