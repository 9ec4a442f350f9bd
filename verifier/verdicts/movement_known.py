"""What is known around the movement challenge of check-ins: asked, exempt, and the last one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import case, exists, select, true
from sqlalchemy.orm import Session, aliased

from mobile_contract.codes import Channel
from mobile_contract.movement_codes import NoMovementReason
from storage.records import CheckIn, EvidenceRow, Offender, RaisedFlag, Window
from verifier.challenges import asked_by_plan, asked_now, is_exempt
from verifier.local_time import local_date
from verifier.verdicts.flags import Flag, Note
from verifier.verdicts.last_evidence import last_evidence
from verifier.verdicts.movement import MovementEvidence
from verifier.verdicts.sweeps import MovementAnswer
from verifier.verdicts.these import THESE, Key, is_one, words

LOOKS_BACK = 7  # check-ins; beyond, "running" means nothing any more
NOT_DONE_CODES = (Flag.MOVEMENT_NOT_DONE.value, Note.MOVEMENT_ONCE_NOT_DONE.value)

# As the window's plan was announced; without one, an ordered window included, by today's plan.
_ASKED = (
    select(CheckIn.offender_id, CheckIn.id)
    .join(THESE, is_one())
    .outerjoin(Window, Window.id == CheckIn.window_id)
    .where(
        CheckIn.channel == Channel.PHONE,
        case(
            (Window.plan_id.is_not(None), asked_by_plan(Window.plan_id)),
            else_=asked_now(CheckIn.offender_id),
        ),
    )
)

_earlier = aliased(CheckIn)
_raised = exists().where(
    RaisedFlag.offender_id == _earlier.offender_id,
    RaisedFlag.checkin_id == _earlier.id,
    RaisedFlag.code.in_(NOT_DONE_CODES),
)
_done = exists().where(
    EvidenceRow.offender_id == _earlier.offender_id,
    EvidenceRow.checkin_id == _earlier.id,
    EvidenceRow.movement["answer"].astext == MovementAnswer.DONE.value,
)
_before = (
    select(_raised.label("not_done"), _done.label("done"), _earlier.received_at)
    .where(
        _earlier.offender_id == CheckIn.offender_id,
        _earlier.channel == Channel.PHONE,
        _earlier.id != CheckIn.id,
        _earlier.received_at < CheckIn.received_at,
    )
    .correlate(CheckIn)
    .order_by(_earlier.received_at.desc())
    .limit(LOOKS_BACK)
    .lateral("before")
)
_EARLIER = (
    select(CheckIn.offender_id, CheckIn.id, _before.c.not_done, _before.c.done)
    .join(THESE, is_one())
    .join(_before, true())
    .order_by(_before.c.received_at.desc())
)


def movement_evidence(session: Session, checkin: CheckIn) -> MovementEvidence:
    """Returns everything of its movement that the decision of one check-in depends on."""
    key = checkin.offender_id, checkin.id
    person = session.get_one(Offender, checkin.offender_id)
    last = last_evidence(session, [key])
    return movements_of(session, [checkin], {person.id: person}, last)[key]


def movements_of(
    session: Session,
    checkins: Sequence[CheckIn],
    people: Mapping[UUID, Offender],
    last: Mapping[Key, EvidenceRow],
) -> Mapping[Key, MovementEvidence]:
    """Returns everything that a decision depends on; whether it was asked comes first."""
    keys = [(checkin.offender_id, checkin.id) for checkin in checkins]
    asked = {(row[0], row[1]) for row in session.execute(_ASKED, words(keys))}
    before = _not_done_before(session, asked)
    return {
        key: _movement(checkin, people[checkin.offender_id], last.get(key), not_done=key in before)
        if key in asked
        else MovementEvidence()
        for key, checkin in zip(keys, checkins, strict=True)
    }


def _movement(
    checkin: CheckIn, person: Offender, last: EvidenceRow | None, *, not_done: bool
) -> MovementEvidence:
    reason = checkin.body.get("no_movement_reason")
    return MovementEvidence(
        asked=True,
        exempt=is_exempt(person, local_date(checkin.received_at)),
        answer=_answer(checkin, last),
        offline=checkin.captured_offline,
        reason=NoMovementReason(reason) if reason else None,
        not_done_before=not_done,
    )


def _answer(checkin: CheckIn, last: EvidenceRow | None) -> MovementAnswer | None:
    if last is not None and last.movement is not None:
        return MovementAnswer(last.movement["answer"])
    # Sent and not looked at: a fault of ours, which is held against nobody.
    return MovementAnswer.UNKNOWN if checkin.body.get("movement") else None


def _not_done_before(session: Session, asked: Collection[Key]) -> set[Key]:
    """Names those whose last check-in of which it could be told was not done; unknown ones pass."""
    if not asked:
        return set()
    told: dict[Key, list[bool]] = defaultdict(list)
    for person, id_, not_done, done in session.execute(_EARLIER, words(asked)):
        if not_done or done:
            told[person, id_].append(not_done)
    return {key for key, answers in told.items() if answers[0]}
