"""Every exception that may leave a view: one table, two renderers (JSON for /v1, a page)."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from gunicorn.http.errors import ChunkMissingTerminator, NoMoreData, ParseException
from werkzeug.exceptions import ClientDisconnected, HTTPException

from checkin_api.refusals import RefusedError
from checkin_api.uploads import discard_rest
from mobile_contract.codes import ProblemCode
from mobile_contract.messages import Language, message
from mobile_contract.problems import CONTENT_TYPE, RETRY, STATUS, Problem
from mobile_contract.proofs import ALGORITHM, SCHEME
from storage.database import DatabaseUnavailableError
from storage.media import ObjectDiffersError, ObjectMissingError, StoreUnavailableError

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5
OF_HTTP = {
    HTTPStatus.BAD_REQUEST: ProblemCode.BAD_REQUEST,
    HTTPStatus.NOT_FOUND: ProblemCode.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemCode.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemCode.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ProblemCode.UNSUPPORTED_TYPE,
}
OF_EXCEPTION: dict[type[Exception], ProblemCode] = {
    DatabaseUnavailableError: ProblemCode.UNAVAILABLE,
    StoreUnavailableError: ProblemCode.UNAVAILABLE,
    ObjectMissingError: ProblemCode.NOT_FOUND,
    ObjectDiffersError: ProblemCode.NOT_FOUND,
}
# A body that broke off says nothing against what the phone holds: the same again, not `fix`, after
# which a phone keeps the entry and sends it no more until its app is newer.
BROKEN_OFF = (ClientDisconnected, NoMoreData, ChunkMissingTerminator)
# What the server says of a body while a view reads it, such as a chunk whose size is no number.
NO_HTTP = ParseException
DPOP_ERRORS = {
    ProblemCode.TOKEN_EXPIRED: "invalid_token",
    ProblemCode.DEVICE_REVOKED: "invalid_token",
    ProblemCode.NOT_REGISTERED: "invalid_token",
    ProblemCode.USE_DPOP_NONCE: "use_dpop_nonce",
    ProblemCode.INVALID_DPOP_PROOF: "invalid_dpop_proof",
}


def install_problems(app: Flask, page: Callable[[int], tuple[str, int]]) -> None:
    """Answer every exception; `page` renders a refusal of the console for a person."""

    def answer(fault: Exception) -> Response:
        refusal = refusal_of(fault)
        if refusal.code is ProblemCode.INTERNAL:
            log.error("unforeseen", exc_info=fault)
        elif refusal.code is ProblemCode.UNAVAILABLE:
            log.warning("server_away", exc_info=fault.__cause__ or fault)
        discard_rest()
        if request.path.startswith("/v1/"):
            return problem_response(refusal)
        if refusal.code is ProblemCode.NOT_SIGNED_IN:
            return _to_sign_in()
        return _page_response(page, refusal)

    app.register_error_handler(Exception, answer)


def _page_response(page: Callable[[int], tuple[str, int]], refusal: RefusedError) -> Response:
    text, status = page(STATUS[refusal.code])
    return _patient(Response(text, status, content_type="text/html; charset=utf-8"), refusal)


def _patient(response: Response, refusal: RefusedError) -> Response:
    if refusal.retry_after_s is not None:
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _to_sign_in() -> Response:
    """Send a browser to sign in and then back; a form's text is lost, its page is not."""
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = f"/sign-in?{urlencode({'next': back})}"
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def refusal_of(fault: Exception) -> RefusedError:
    """Translate any exception into the one that says what the asker is told."""
    if isinstance(fault, RefusedError):
        return fault
    if isinstance(fault, BROKEN_OFF):
        return RefusedError(ProblemCode.PART_MISSING)
    if isinstance(fault, HTTPException):
        return RefusedError(OF_HTTP.get(HTTPStatus(fault.code or 500), ProblemCode.BAD_REQUEST))
    if isinstance(fault, NO_HTTP):
        return RefusedError(ProblemCode.BAD_REQUEST)
    for kind, code in OF_EXCEPTION.items():
        if isinstance(fault, kind):
            return RefusedError(code, retry_after_s=RETRY_AFTER_S)
    return RefusedError(ProblemCode.INTERNAL)


def problem_of(refusal: RefusedError) -> Problem:
    """Give the problem document of a refusal; it never echoes what was sent."""
    key = f"problem.{refusal.code}"
    return Problem(
        type=f"/v1/docs#{refusal.code}",
        title=STATUS[refusal.code].phrase,
        status=STATUS[refusal.code],
        code=refusal.code,
        text_zh=message(key, Language.ZH),
        text_en=message(key, Language.EN),
        retry=RETRY[refusal.code],
        receipt=g.get("receipt"),
        errors=refusal.errors,
    )


def problem_response(refusal: RefusedError) -> Response:
    """Render the problem document of a refusal."""
    told = problem_of(refusal)
    answer = Response(told.model_dump_json(), told.status, content_type=CONTENT_TYPE)
    response = _patient(answer, refusal)
    if told.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = _challenge(refusal.code)
    return response


def _challenge(code: ProblemCode) -> str:
    """Say by which scheme to come again, and what was wrong (RFC 9449, 7.1)."""
    error = DPOP_ERRORS.get(code)
    return f'{SCHEME} algs="{ALGORITHM}"' + (f', error="{error}"' if error else "")
