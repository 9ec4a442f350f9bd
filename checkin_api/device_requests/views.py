"""The phones' route for asking without a code."""

from checkin_api.access.by_token import proven_key
from checkin_api.access.callers import Anybody
from checkin_api.access.permissions import Action
from checkin_api.access.phone_limits import count_entrance
from checkin_api.device_requests.pace import same_pace
from checkin_api.device_requests.service import request_registration
from checkin_api.extensions import parts
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.codes import ProblemCode
from mobile_contract.device_requests import DeviceRequestBody, DeviceRequested
from mobile_contract.messages import Language, message

routes = Routes()
TEXT = "device_request.received"


@routes.add(
    "POST",
    "/v1/device-requests",
    Action.REQUEST_PHONE,
    takes=Takes(body=DeviceRequestBody),
    answers={202: DeviceRequested},
    problems=(ProblemCode.TOO_MANY,),
)
def ask(_caller: Anybody, body: DeviceRequestBody) -> Answer:
    """Ask an officer to register this phone; the answer is the same for every number."""
    count_entrance(body.person_number)
    with same_pace():
        request_registration(parts(), body, proven_key())
    told = DeviceRequested(text_zh=message(TEXT, Language.ZH), text_en=message(TEXT, Language.EN))
    return Answer(told, 202)
