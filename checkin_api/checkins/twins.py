"""What comes again: the same check-in gets its receipt, another one under its id is refused."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.files import keep_files, remove_unnamed
from checkin_api.checkins.receipts import Attempt, stored_receipt
from checkin_api.checkins.submission import Submission
from checkin_api.refusals import RefusedError, at
from mobile_contract.checkins import CheckInBody, content_differences
from mobile_contract.codes import Channel, ProblemCode
from mobile_contract.receipts import ACCEPTED, Receipt
from storage.database import transaction
from storage.media import StoredObject
from storage.parts import Parts
from storage.records import CheckIn


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
) -> tuple[Receipt, frozenset[str]]:
    """Answer for the loser of two posts of one id; of its files stays what the winner lacked.

    Gives the winner's receipt, and the names of all files that are held then. Raises RefusedError
    where the winner's content was another: then none of them stays.
    """
    try:
        with transaction(parts.sessions, caller.scope) as session:
            receipt = answer_again(session, caller, submission.body)
    except RefusedError:
        remove_unnamed(parts, caller, submission.body.id, stored)
        raise
    if receipt is None:
        raise fault
    return receipt, keep_files(parts, caller, submission.body.id, stored)
