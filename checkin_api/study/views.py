"""The routes of study modules: phones work through them, editors send them."""

from uuid import UUID

from flask import Response, request

from checkin_api.access.attempts import count_sign_in
from checkin_api.access.by_token import presented_refresh, proven_key
from checkin_api.access.callers import Anybody, OffenderCaller, OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError, at
from checkin_api.routes import JSON_BODY_CAP, Answer, Routes, Takes, Upload, validated_json
from checkin_api.study import content, editors, files, queries, service
from checkin_api.uploads import discard_rest, whole_body
from mobile_contract.codes import ProblemCode
from mobile_contract.content import (
    EditorSignIn,
    EditorToken,
    ModuleManifest,
    VersionOffered,
    VersionPublished,
)
from mobile_contract.study import (
    LARGEST_FILE,
    CompletionBody,
    CompletionResult,
    ModuleList,
    VersionManifest,
)
from storage.database import transaction

ANY_TYPE = "*/*"
ONE_FILE = Upload(ANY_TYPE, {"type": "string", "format": "binary"})
ONE_MANIFEST = Upload(
    "application/json", {"$ref": "#/components/schemas/ModuleManifest"}, (ModuleManifest,)
)
FOR_EVER = "private, max-age=31536000, immutable"  # named by its hash, it never changes

routes = Routes()


@routes.add("GET", "/v1/study/modules", Action.STUDY, answers={200: ModuleList})
def modules(caller: OffenderCaller) -> Answer:
    """List the published modules, with what the person completed."""
    with transaction(parts().sessions, caller.scope) as session:
        return Answer(queries.module_list(session, caller.offender_id))


@routes.add(
    "GET",
    "/v1/study/versions/<uuid:version_id>",
    Action.STUDY,
    answers={200: VersionManifest},
    problems=(ProblemCode.NOT_FOUND,),
)
def version(caller: OffenderCaller, version_id: UUID) -> Answer:
    """Read all that is needed to work through one version without a connection."""
    with transaction(parts().sessions, caller.scope) as session:
        found = queries.published_version(session, version_id)
        if found is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        return Answer(queries.manifest(session, found))


@routes.add(
    "GET",
    "/v1/study/versions/<uuid:version_id>/files/<sha256>",
    Action.STUDY,
    answers={200: ANY_TYPE, 304: None},
    problems=(ProblemCode.NOT_FOUND, ProblemCode.UNAVAILABLE),
)
def version_file(caller: OffenderCaller, version_id: UUID, sha256: str) -> Response:
    """Download one file of a version."""
    file, stored = files.find_file(parts(), caller, version_id, sha256)
    told = {"ETag": f'"{sha256}"', "Cache-Control": FOR_EVER}
    if request.if_none_match.contains(sha256):
        return Response(status=304, headers=told)
    length = {"Content-Length": str(file.length)}
    chunks = files.open_file(parts(), stored)
    return Response(chunks, 200, told | length, content_type=file.content_type)


@routes.add(
    "POST",
    "/v1/study/completions",
    Action.STUDY,
    takes=Takes(body=CompletionBody),
    answers={200: CompletionResult},
    problems=(
        ProblemCode.NOT_FOUND,
        ProblemCode.CONTENT_DIFFERS,
        ProblemCode.INVALID_CONTENT,
    ),
)
def completion(caller: OffenderCaller, body: CompletionBody) -> Answer:
    """Send a completion; the same id and content again gets the same result."""
    return Answer(service.complete(parts(), caller, body))


@routes.add(
    "POST",
    "/v1/content/sign-in",
    Action.SIGN_IN,
    takes=Takes(body=EditorSignIn),
    answers={200: EditorToken},
    problems=(
        ProblemCode.SIGN_IN_REFUSED,
        ProblemCode.SECOND_FACTOR_NEEDED,
        ProblemCode.TOO_MANY,
        ProblemCode.INVALID_CONTENT,
    ),
)
def content_sign_in(caller: Anybody, body: EditorSignIn) -> Answer:
    """Sign an editor's content tool in."""
    proof = proven_key()  # first: asking for a nonce is no attempt
    count_sign_in(body.login)
    return Answer(editors.sign_in(parts(), caller, body, proof))


@routes.add(
    "POST",
    "/v1/content/tokens",
    Action.REFRESH_TOKENS,
    answers={200: EditorToken},
    problems=(ProblemCode.NOT_SIGNED_IN, ProblemCode.TOKEN_EXPIRED),
)
def content_tokens(caller: Anybody) -> Answer:
    """Let an editor's tool go on with its upload, by the refresh token and its key."""
    return Answer(editors.renew(parts(), caller, proven_key(), presented_refresh()))


@routes.add(
    "POST",
    "/v1/content/versions",
    Action.UPLOAD_CONTENT,
    takes=Takes(upload=ONE_MANIFEST),
    answers={200: VersionOffered},
    problems=(
        ProblemCode.MODULE_INVALID,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_TYPE,
    ),
)
def offer_version(caller: OfficerCaller) -> Answer:
    """Offer one version of a module; the answer names the files that are missing."""
    return Answer(content.offer_version(parts(), caller, _manifest()))


@routes.add(
    "PUT",
    "/v1/content/files/<sha256>",
    Action.UPLOAD_CONTENT,
    takes=Takes(upload=ONE_FILE),
    answers={204: None},
    problems=(
        ProblemCode.NOT_FOUND,
        ProblemCode.TOO_LARGE,
        ProblemCode.HASH_DIFFERS,
        ProblemCode.UNAVAILABLE,
    ),
)
def put_file(caller: OfficerCaller, sha256: str) -> Answer:
    """Send one missing file; one that is held is not stored again."""
    length = files.wanted_length(parts(), caller, sha256)
    if length is None:
        discard_rest()
        return Answer(None, 204)
    if (request.content_length or 0) > length:
        raise RefusedError(ProblemCode.TOO_LARGE, at("", "longer_than_offered"))
    request.max_content_length = LARGEST_FILE
    files.store_file(parts(), caller, sha256, request.stream, length)
    return Answer(None, 204)


@routes.add(
    "POST",
    "/v1/content/versions/<uuid:version_id>/publish",
    Action.UPLOAD_CONTENT,
    answers={200: VersionPublished},
    problems=(ProblemCode.NOT_FOUND, ProblemCode.MODULE_INVALID),
)
def publish(caller: OfficerCaller, version_id: UUID) -> Answer:
    """Let phones see a version; again gets the same answer."""
    return Answer(content.publish(parts(), caller, version_id))


def _manifest() -> ModuleManifest:
    if request.mimetype != "application/json":
        raise RefusedError(ProblemCode.UNSUPPORTED_TYPE, at("", "not_json"))
    try:
        return validated_json(ModuleManifest, whole_body(JSON_BODY_CAP))
    except RefusedError as refusal:
        if refusal.code is ProblemCode.INVALID_CONTENT:
            raise RefusedError(ProblemCode.MODULE_INVALID, refusal.errors) from None
        raise
