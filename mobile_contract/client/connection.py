"""One way to the server: tokens, nonces, the clocks' headers, and refusals as exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from mobile_contract.activation import TokenPair
from mobile_contract.client.backoff import asked_wait_s
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.keys import Keyring
from mobile_contract.codes import ProblemCode, Retry
from mobile_contract.problems import Problem
from mobile_contract.shapes import PHONE_READS, instant_text

NONCE_HEADER = "DPoP-Nonce"


class NoAnswerError(Exception):
    """Raised when nothing came back, or something that is not this server's: try later."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.wait_s = wait_s


class RefusedError(Exception):
    """Raised for a problem document; its text is for the person."""

    def __init__(self, problem: Problem, answer: bytes, wait_s: float) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.answer = answer
        self.wait_s = wait_s


class SignInNeededError(Exception):
    """Raised when the registration gives no tokens any more; nothing queued is to blame."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class Request:
    """One request; `files` makes it multipart, `token` False leaves the person out of it."""

    method: str
    path: str
    json: bytes | None = None
    files: Mapping[str, tuple[str | None, bytes, str]] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    token: bool = True


class Connection:
    """Requests to one server, made for one registration."""

    def __init__(self, http: httpx.Client, keyring: Keyring, clocks: Clocks) -> None:
        self._http = http
        self._keyring = keyring
        self._clocks = clocks

    def ask(self, request: Request) -> httpx.Response:
        """Make a request and return its good answer.

        Raises RefusedError, NoAnswerError or SignInNeededError.
        """
        try:
            return self._once(request)
        except RefusedError as refusal:
            expired = refusal.problem.code == ProblemCode.TOKEN_EXPIRED
            if not (expired and request.token):
                raise
        self._refresh()
        return self._once(request)

    def _refresh(self) -> None:
        bearer = {"Authorization": f"Bearer {self._keyring.registration().refresh_token}"}
        try:
            answer = self._once(Request("POST", "/v1/tokens", headers=bearer, token=False))
        except RefusedError as refusal:
            if retry_of(refusal.problem) in {Retry.SAME, Retry.LATER}:
                raise
            raise SignInNeededError(refusal.problem) from refusal
        tokens = TokenPair.model_validate_json(answer.content)
        self._keyring.renew(tokens.access_token, tokens.refresh_token)

    def _once(self, request: Request) -> httpx.Response:
        try:
            answer = self._http.request(
                request.method,
                request.path,
                content=request.json,
                files=request.files,
                params=request.query,
                headers=self._headers(request),
            )
        except httpx.TransportError as error:
            raise NoAnswerError(type(error).__name__) from error
        self._remember_nonce(answer)
        if answer.is_success or answer.status_code == HTTPStatus.NOT_MODIFIED:
            return answer
        raise self._refusal(answer)

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {
            "Sent-At": instant_text(self._clocks.wall()),
            "Sent-Monotonic": str(self._clocks.monotonic_ms()),
            "Boot-Id": self._clocks.boot_id(),
        }
        if request.json is not None:
            headers["Content-Type"] = "application/json"
        if request.token:
            headers["Authorization"] = f"Bearer {self._keyring.registration().access_token}"
        return headers | dict(request.headers)

    def _remember_nonce(self, answer: httpx.Response) -> None:
        nonce = answer.headers.get(NONCE_HEADER)
        if nonce:
            self._keyring.keep_nonce(nonce)

    def _refusal(self, answer: httpx.Response) -> Exception:
        wait_s = asked_wait_s(answer.headers.get("Retry-After"), self._clocks.wall)
        try:
            problem = Problem.model_validate_json(answer.content, context=PHONE_READS)
        except ValidationError:
            # A proxy's or a hotel network's page: it says nothing about what was sent.
            return NoAnswerError(f"status {answer.status_code}", wait_s)
        return RefusedError(problem, answer.content, wait_s)


def retry_of(problem: Problem) -> Retry:
    """Return what to do next; an unknown word means what its status means."""
    try:
        return Retry(problem.retry)
    except ValueError:
        busy = problem.status == HTTPStatus.TOO_MANY_REQUESTS
        return (
            Retry.LATER if busy or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Retry.FIX
        )
