"""The phones' route for movement challenges."""

from random import SystemRandom

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.challenges.service import Wanted, hand_out
from checkin_api.extensions import parts
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.challenges import ChallengesAsked, ChallengesTold
from mobile_contract.codes import ProblemCode
from mobile_contract.sending import SendingHeaders
from verifier.challenges import PhoneClock

routes = Routes()


@routes.add(
    "POST",
    "/v1/challenges",
    Action.TAKE_CHALLENGE,
    takes=Takes(body=ChallengesAsked, headers=SendingHeaders),
    answers={201: ChallengesTold},
    problems=(ProblemCode.INVALID_CONTENT, ProblemCode.TOO_MANY),
)
def ask(caller: OffenderCaller, body: ChallengesAsked, headers: SendingHeaders) -> Answer:
    """Ask for a movement challenge, or for some that can be opened without a signal."""
    clock = PhoneClock(headers.sent_monotonic_ms, headers.boot_id)
    told = hand_out(parts(), caller, Wanted(body.ahead, clock), SystemRandom())
    return Answer(told, 201)
