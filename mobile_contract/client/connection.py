"""One way to the server: proofs, tokens, nonces, the clocks' headers, refusals as exceptions."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from mobile_contract.activation import TokenPair
from mobile_contract.client.backoff import asked_wait_s
from mobile_contract.client.clocks import Clocks
from mobile_contract.client.keys import Keyring
from mobile_contract.codes import ProblemCode, Retry
from mobile_contract.problems import Problem
from mobile_contract.proofs import NONCE_HEADER, PROOF_HEADER, SCHEME, Proven, SenderKey
from mobile_contract.shapes import PHONE_READS, instant_text

TIME_HEADER = "Server-Time"
# A proxy may pass an upload on only when it has all of it: a token should last for that.
ENOUGH = timedelta(minutes=5)
RENEWED = frozenset({ProblemCode.TOKEN_EXPIRED, ProblemCode.NOT_SIGNED_IN})


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


class Credential(StrEnum):
    """What a request shows of the sender."""

    NONE = "none"
    NEW_KEY = "new_key"  # proves the key of a registration that is still to come
    OWN_KEY = "own_key"  # proves the registration's key
    ACCESS = "access"  # and shows its token
    REFRESH = "refresh"


@dataclass(frozen=True)
class Request:
    """One request; `files` makes it multipart, `photo` is a body of its own."""

    method: str
    path: str
    json: bytes | None = None
    photo: bytes | None = None
    files: Mapping[str, tuple[str | None, bytes, str]] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    credential: Credential = Credential.ACCESS


class Connection:
    """Requests to one server, made for one registration."""

    def __init__(self, http: httpx.Client, keyring: Keyring, clocks: Clocks) -> None:
        self._http = http
        self._keyring = keyring
        self._clocks = clocks
        self._server_time: datetime | None = None

    def ask(self, request: Request) -> httpx.Response:
        """Make a request and return its good answer.

        Raises RefusedError, NoAnswerError or SignInNeededError.
        """
        try:
            return self._proven(request)
        except RefusedError as refusal:
            renewed = refusal.problem.code in RENEWED
            if not (renewed and request.credential is Credential.ACCESS):
                raise
        self.renew()
        return self._proven(request)

    def renew(self) -> None:
        """Get new tokens, with the refresh token or, where that is not taken, by the key alone.

        Raises RefusedError, NoAnswerError or SignInNeededError.
        """
        try:
            try:
                pair = self.token_pair(Credential.REFRESH)
            except RefusedError as refusal:
                if refusal.problem.code != ProblemCode.NOT_SIGNED_IN:
                    raise
                pair = self.token_pair(Credential.OWN_KEY)
        except RefusedError as refusal:
            if retry_of(refusal.problem) in {Retry.SAME, Retry.LATER}:
                raise
            raise SignInNeededError(refusal.problem) from refusal
        self._keyring.renew(pair)

    def renew_if_ending(self) -> None:
        """Renew a token that may end during an upload, by the server's clock alone."""
        ends_at = datetime.fromisoformat(self._keyring.registration().access_expires_at)
        if self._server_time is not None and ends_at - self._server_time < ENOUGH:
            self.renew()

    def token_pair(self, credential: Credential) -> TokenPair:
        """Ask for tokens by a refresh token or a key."""
        answer = self._proven(Request("POST", "/v1/tokens", credential=credential))
        try:
            return TokenPair.model_validate_json(answer.content, context=PHONE_READS)
        except ValidationError as error:
            message = "an answer that is no pair of tokens"
            raise NoAnswerError(message) from error

    def _proven(self, request: Request) -> httpx.Response:
        """Make a request; once more where the proof wanted the nonce of the very answer."""
        try:
            return self._once(request)
        except RefusedError as refusal:
            if refusal.problem.code != ProblemCode.USE_DPOP_NONCE:
                raise
        return self._once(request)

    def _once(self, request: Request) -> httpx.Response:
        sent = self._http.build_request(
            request.method,
            request.path,
            content=request.photo if request.json is None else request.json,
            files=request.files,
            params=request.query,
            headers=self._headers(request),
        )
        sent.headers.update(self._shown(request.credential, sent))
        try:
            answer = self._http.send(sent)
        except httpx.TransportError as error:
            raise NoAnswerError(type(error).__name__) from error
        self._remember(answer)
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
        elif request.photo is not None:
            headers["Content-Type"] = "image/jpeg"
        return headers | dict(request.headers)

    def _shown(self, credential: Credential, sent: httpx.Request) -> dict[str, str]:
        """Give the proof for a request, and the token that it is bound to."""
        match credential:
            case Credential.NONE:
                return {}
            case Credential.NEW_KEY:
                return {PROOF_HEADER: self._proof(self._keyring.new_key(), sent, None)}
        registration = self._keyring.registration()
        token = {
            Credential.ACCESS: registration.access_token,
            Credential.REFRESH: registration.refresh_token,
        }.get(credential)
        shown = {} if token is None else {"Authorization": f"{SCHEME} {token}"}
        return shown | {PROOF_HEADER: self._proof(registration.key, sent, token)}

    def _proof(self, key: SenderKey, sent: httpx.Request, token: str | None) -> str:
        proven = Proven(sent.method, str(sent.url), self._keyring.nonce(), token)
        # Not of the handset's chance: a repeated id is refused, also after a restart.
        return key.proof(proven, self._clocks.wall(), secrets.token_urlsafe(16))

    def _remember(self, answer: httpx.Response) -> None:
        nonce = answer.headers.get(NONCE_HEADER)
        if nonce:
            self._keyring.keep_nonce(nonce)
        try:
            self._server_time = datetime.fromisoformat(answer.headers.get(TIME_HEADER, ""))
        except ValueError:
            self._server_time = None

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
