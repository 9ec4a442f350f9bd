"""The phones' routes for check-ins."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from flask import Response, g, request

from checkin_api.access.callers import OffenderCaller
from checkin_api.access.permissions import Action
from checkin_api.access.phone_limits import NewCheckIns
from checkin_api.checkins import queries
from checkin_api.checkins.files import expected_files, take_files
from checkin_api.checkins.refused import record_refusal
from checkin_api.checkins.service import submit_checkin
from checkin_api.checkins.submission import attempted_id, read_submission
from checkin_api.extensions import parts
from checkin_api.problems import refusal_of
from checkin_api.refusals import RefusedError, at
from checkin_api.routes import Answer, Routes, Takes, Upload
from checkin_api.uploads import Part, received_parts, whole_part
from mobile_contract.checkins import (
    JSON_PART,
    CheckInBody,
    CheckInList,
    CheckInsSince,
    CheckInStatus,
)
from mobile_contract.codes import CheckInState, NextStep, ProblemCode
from mobile_contract.files_held import FILES_HELD, held_text
from mobile_contract.receipts import Receipt
from mobile_contract.sending import SendingHeaders
from storage.database import transaction

VERDICT_EXPECTED_S = 2
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MULTIPART = Upload(
    "multipart/form-data",
    {
        "type": "object",
        "required": [JSON_PART],
        "properties": {
            JSON_PART: {"$ref": "#/components/schemas/CheckInBody"},
            "selfie": {"type": "string", "format": "binary"},
        },
        "additionalProperties": {"type": "string", "format": "binary"},
    },
    (CheckInBody,),
)
ONE_PHOTO = Upload("image/jpeg", {"type": "string", "format": "binary"})

routes = Routes()


@routes.add(
    "POST",
    "/v1/checkins",
    Action.SUBMIT_CHECKIN,
    takes=Takes(headers=SendingHeaders, upload=MULTIPART),
    answers={202: Receipt},
    problems=(
        ProblemCode.UNKNOWN_PART,
        ProblemCode.CONTENT_DIFFERS,
        ProblemCode.SUPERVISION_ENDED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_TYPE,
        ProblemCode.INVALID_CONTENT,
        ProblemCode.TOO_MANY,
        ProblemCode.UNAVAILABLE,
    ),
)
def submit(caller: OffenderCaller, headers: SendingHeaders) -> Answer:
    """Send a check-in, with its files or before them; the same again gets the same receipt."""
    arrived: Mapping[str, Part] = {}
    try:
        arrived = received_parts()
        submission = read_submission(arrived, headers)
        _require_same_id(submission.body.id)
        taken = submit_checkin(parts(), caller, submission, NewCheckIns())
    except RefusedError as refusal:
        _leave_receipt(caller, refusal, arrived)
        raise
    return Answer(
        taken.receipt,
        202,
        {
            "Location": f"/v1/checkins/{taken.receipt.checkin_id}",
            "Retry-After": str(VERDICT_EXPECTED_S),
            FILES_HELD: held_text(taken.held),
        },
    )


def _require_same_id(checkin_id: UUID) -> None:
    """Raise RefusedError where the header names another check-in than the body."""
    named = request.headers.get("Idempotency-Key", str(checkin_id))
    if named.lower() != str(checkin_id):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("Idempotency-Key", "id_differs"))


def _leave_receipt(
    caller: OffenderCaller, refusal: RefusedError, arrived: Mapping[str, Part]
) -> None:
    checkin_id = attempted_id(request.headers.get("Idempotency-Key", ""), arrived)
    if checkin_id is not None:
        code = refusal_of(refusal).code
        g.receipt = record_refusal(parts(), caller, checkin_id, code, arrived)


@routes.add(
    "PUT",
    "/v1/checkins/<uuid:checkin_id>/files/<name>",
    Action.SUBMIT_CHECKIN,
    takes=Takes(upload=ONE_PHOTO),
    answers={200: CheckInStatus},
    problems=(
        ProblemCode.NOT_FOUND,
        ProblemCode.TOO_LARGE,
        ProblemCode.PHOTO_NOT_JPEG,
        ProblemCode.PHOTO_DAMAGED,
        ProblemCode.HASH_DIFFERS,
    ),
)
def put_file(caller: OffenderCaller, checkin_id: UUID, name: str) -> Answer:
    """Send one declared file of a check-in; any order, any number of times."""
    expected = expected_files(parts(), caller, checkin_id)
    expected.file(name)  # nothing is read of what nobody declared
    arrived = whole_part(name, expected.limits.max_bytes)
    take_files(parts(), caller, expected, [arrived])
    return Answer(_read(caller, checkin_id))


@routes.add(
    "GET",
    "/v1/checkins",
    Action.READ_OWN,
    takes=Takes(query=CheckInsSince),
    answers={200: CheckInList},
)
def changed(caller: OffenderCaller, query: CheckInsSince) -> Answer:
    """Read the check-ins that changed since an instant, oldest change first."""
    now = parts().now()
    with transaction(parts().sessions, caller.scope) as session:
        found = queries.changed_since(session, caller.offender_id, query.since or BEGINNING, now)
    return Answer(CheckInList(checkins=tuple(found)))


@routes.add(
    "GET",
    "/v1/checkins/<uuid:checkin_id>",
    Action.READ_OWN,
    answers={200: CheckInStatus, 304: None},
    problems=(ProblemCode.NOT_FOUND,),
)
def status(caller: OffenderCaller, checkin_id: UUID) -> Answer | Response:
    """Read where one check-in stands."""
    told = _read(caller, checkin_id)
    tag = hashlib.sha256(told.model_dump_json().encode()).hexdigest()[:32]
    if request.if_none_match.contains(tag):
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    waits = told.state in {CheckInState.RECEIVED, CheckInState.VERIFYING}
    soon = waits and told.next.step is NextStep.WAIT  # and not for files that the phone has
    later = {"Retry-After": str(VERDICT_EXPECTED_S)} if soon else {}
    return Answer(told, 200, {"ETag": f'"{tag}"'} | later)


def _read(caller: OffenderCaller, checkin_id: UUID) -> CheckInStatus:
    with transaction(parts().sessions, caller.scope) as session:
        told = queries.status(session, caller.offender_id, checkin_id, parts().now())
    if told is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return told
