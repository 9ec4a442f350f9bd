"""A completion (学习记录): judged here, recorded once, whatever how often it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.refusals import RefusedError, at
from checkin_api.study.queries import completion_result, published_version, written_quiz
from mobile_contract.codes import ProblemCode
from mobile_contract.problems import ProblemFault
from mobile_contract.study import CompletionBody, CompletionResult
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Completion
from verifier.study.judging import Demands, Judgement, Question, Worked, judge


def complete(parts: Parts, caller: OffenderCaller, body: CompletionBody) -> CompletionResult:
    """Record a completion; the same again gets the same result, for ever.

    Raises RefusedError: not_found for a version that phones do not see, content_differs for an
    id that came before with something else, invalid_content for a body at odds with itself.
    """
    _require_sound(body)
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        version = published_version(session, body.version_id)
        if version is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        judgement = judge(
            [
                Question(question.id, frozenset(question.right))
                for question in written_quiz(version)
            ],
            Demands(version.pass_mark, version.minimum_minutes),
            _worked(body),
        )
        completion = _recorded(session, caller, body, judgement, now)
        return completion_result(completion, version)


def _require_sound(body: CompletionBody) -> None:
    if body.finished_at < body.started_at:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/finished_at", "before_start"))
    named: set[str] = set()
    for place, answered in enumerate(body.answers):
        if answered.question in named:
            where = f"/answers/{place}/question"
            raise RefusedError(ProblemCode.INVALID_CONTENT, at(where, "named_twice"))
        named.add(answered.question)


def _worked(body: CompletionBody) -> Worked:
    return Worked(
        choices={answered.question: frozenset(answered.choices) for answered in body.answers},
        minutes=body.minutes,
        elapsed=body.finished_at - body.started_at,
    )


def _recorded(
    session: Session,
    caller: OffenderCaller,
    body: CompletionBody,
    judgement: Judgement,
    now: datetime,
) -> Completion:
    """Give the one row of this id; of equal twins in flight the primary key decides."""
    frozen = body.model_dump(mode="json")
    key = {"offender_id": caller.offender_id, "id": body.id}
    written = session.execute(
        insert(Completion)
        .values(
            **key,
            version_id=body.version_id,
            body=frozen,
            score=judgement.score,
            passed=judgement.passed,
            minutes=judgement.minutes,
            # A phone's clock may be ahead; nobody finished after the server heard of it.
            finished_at=min(body.finished_at, now),
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Completion.id)
    ).first()
    completion = session.get_one(Completion, key)
    if written is None:
        _require_same(completion.body, frozen)
    else:
        _note(session, caller, completion, now)
    return completion


def _require_same(held: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    differing = [name for name in sent if held.get(name) != sent[name]]
    if differing:
        errors = [ProblemFault(pointer=f"/{name}", reason="differs") for name in differing]
        raise RefusedError(ProblemCode.CONTENT_DIFFERS, errors)


def _note(session: Session, caller: OffenderCaller, completion: Completion, now: datetime) -> None:
    audit.record(
        session,
        "completion_recorded",
        now,
        offender_id=caller.offender_id,
        subject=completion.id,
        version_id=str(completion.version_id),
        passed=completion.passed,
    )
