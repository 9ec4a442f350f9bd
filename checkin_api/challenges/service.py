"""Handing out challenges: one to be opened at once, or a few for places without a signal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.refusals import RefusedError
from mobile_contract.challenges import (
    ANSWER_WITHIN_S,
    OPEN_WITHIN_S,
    ChallengesTold,
    ChallengeTold,
    PromptTold,
)
from mobile_contract.codes import ProblemCode
from mobile_contract.messages import Language, message
from mobile_contract.movement_codes import Prompt
from storage.database import transaction
from storage.parts import Parts
from storage.records import Challenge, Offender
from verifier import challenges
from verifier.challenges import PhoneClock, TooManyChallengesError
from verifier.local_time import local_date

RETRY_AFTER_S = 600


@dataclass(frozen=True)
class Wanted:
    """What a phone asks for, and what it said of its clock when it asked."""

    ahead: bool
    clock: PhoneClock


def hand_out(
    parts: Parts, caller: OffenderCaller, wanted: Wanted, chance: Random
) -> ChallengesTold:
    """Issue what is asked for; raises RefusedError(too_many).

    Whether the plan asks for movement is said and does not matter: a phone that heard of a plan
    before it changed is not sent away, and an answer that nobody asked for raises nothing.
    """
    with transaction(parts.sessions, caller.scope) as session:
        issued = _issued(session, parts, caller, wanted, chance)
        person = session.get_one(Offender, caller.offender_id)
        exempt = challenges.is_exempt(person, local_date(parts.now()))
        asked = not exempt and challenges.is_asked(session, caller.offender_id)
        return ChallengesTold(asked=asked, challenges=tuple(_told(issued)))


def _issued(
    session: Session, parts: Parts, caller: OffenderCaller, wanted: Wanted, chance: Random
) -> Iterable[Challenge]:
    person, now = caller.offender_id, parts.now()
    try:
        if wanted.ahead:
            return challenges.issue_ahead(session, person, wanted.clock, chance, now)
        return [challenges.issue(session, person, wanted.clock, chance, now)]
    except TooManyChallengesError:
        raise RefusedError(ProblemCode.TOO_MANY, retry_after_s=RETRY_AFTER_S) from None


def _told(issued: Iterable[Challenge]) -> Iterable[ChallengeTold]:
    for row in issued:
        ahead_s = (row.open_until - row.issued_at) // timedelta(seconds=1)
        yield ChallengeTold(
            id=row.id,
            prompts=tuple(_prompt(Prompt(code)) for code in row.prompts),
            ahead=row.ahead,
            issued_at=row.issued_at,
            open_until=row.open_until,
            open_within_s=ahead_s if row.ahead else OPEN_WITHIN_S,
            answer_within_s=ANSWER_WITHIN_S,
        )


def _prompt(prompt: Prompt) -> PromptTold:
    return PromptTold(
        code=prompt,
        text_zh=message(f"prompt.{prompt}", Language.ZH),
        text_en=message(f"prompt.{prompt}", Language.EN),
    )
