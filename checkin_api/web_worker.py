"""What is answered where a request never became one: in our words, dressed like everything else.

gunicorn's own page repeats what was sent and tells browsers nothing of how to treat it, and its
lines of log hold paths, with the names that somebody searched for.
"""

import logging
from socket import socket
from typing import Any

from flask import Flask
from gunicorn.http.errors import ParseException
from gunicorn.util import write_nonblock

from checkin_api.patience import PatientWorker
from checkin_api.problems import problem_response
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

log = logging.getLogger(__name__)


class WebWorker(PatientWorker):
    """gunicorn's threads, patient with those who are known, and with our refusals."""

    def handle_error(self, req: Any, client: socket, addr: Any, exc: BaseException) -> None:  # noqa: ARG002 - gunicorn's signature
        """Answer what is no HTTP, or what failed outside of the application, and hang up."""
        code = ProblemCode.BAD_REQUEST if isinstance(exc, ParseException) else ProblemCode.INTERNAL
        if code is ProblemCode.INTERNAL:
            log.error("unforeseen", exc_info=exc)
        else:
            log.warning("no_http", extra={"fault": type(exc).__name__})
        try:
            write_nonblock(client, refusal(self.wsgi, code))
        except OSError:  # nobody listens any more
            log.info("refusal_not_taken")


def refusal(app: Flask, code: ProblemCode) -> bytes:
    """Write a problem document as the whole answer on a connection."""
    with app.test_request_context():
        response = app.process_response(problem_response(RefusedError(code)))
    body = response.get_data()
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(body))
    return f"HTTP/1.1 {response.status}\r\n{response.headers}".encode("latin-1") + body
