"""What comes again: the same check-in gets its receipt, another one under its id is refused."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.receipts import Attempt, stored_receipt
from checkin_api.checkins.submission import Submission
from checkin_api.refusals import RefusedError, at
from mobile_contract.checkins import CheckInBody, content_differences
from mobile_contract.codes import Channel, ProblemCode
from mobile_contract.receipts import ACCEPTED, Receipt
from storage.database import transaction
from storage.media import StoredObject
from storage.parts import Parts
from storage.records import CheckIn, Media


def answer_again(session: Session, caller: OffenderCaller, body: CheckInBody) -> Receipt | None:
    """Give the receipt of a check-in that is here already; raises RefusedError if it differs."""
    standing = session.get(CheckIn, (caller.offender_id, body.id))
    if standing is None:
        return None
    if standing.channel is not Channel.PHONE:  # a contact that an officer recorded
        raise RefusedError(ProblemCode.CONTENT_DIFFERS, at("channel", "differs"))
    differing = content_differences(CheckInBody.model_validate(standing.body), body)
    if differing:
        errors = tuple(at(name, "differs")[0] for name in differing)
        raise RefusedError(ProblemCode.CONTENT_DIFFERS, errors)
    return stored_receipt(session, Attempt(caller.offender_id, body.id, ACCEPTED))


def answer_for_twin(
    parts: Parts,
    caller: OffenderCaller,
    submission: Submission,
    stored: Mapping[str, StoredObject],
    fault: IntegrityError,
) -> Receipt:
    """Answer for the loser of two posts of one id; its own versions of the files go again.

    Raises RefusedError where the winner's content was another.
    """
    key = (caller.offender_id, submission.body.id)
    with transaction(parts.sessions, caller.scope) as session:
        if session.get(CheckIn, key) is None:
            raise fault
        named = _named_objects(session, key)
    for one in stored.values():
        # Without versions a key may hold the winner's bytes, which are the same: they must stay.
        if (one.key, one.version_id) not in named:
            parts.media.remove(one)
    with transaction(parts.sessions, caller.scope) as session:
        receipt = answer_again(session, caller, submission.body)
    if receipt is None:
        raise fault
    return receipt


def _named_objects(session: Session, key: tuple[UUID, UUID]) -> set[tuple[str, str]]:
    """Give the objects, each by key and version, that rows of a check-in name."""
    offender_id, checkin_id = key
    rows = session.execute(
        select(Media.object_key, Media.version_id).where(
            Media.offender_id == offender_id, Media.checkin_id == checkin_id
        )
    )
    return {(object_key, version_id) for object_key, version_id in rows}
