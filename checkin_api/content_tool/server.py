"""The server as an editor's machine sees it: five requests, each of which can be made again.

Every request proves the editor's key (RFC 9449); the token alone opens nothing.
"""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from mobile_contract.codes import ProblemCode
from mobile_contract.content import (
    EditorSignIn,
    EditorToken,
    ModuleManifest,
    VersionOffered,
    VersionPublished,
)
from mobile_contract.problems import Problem
from mobile_contract.proofs import NONCE_HEADER, PROOF_HEADER, SCHEME, Proven, SenderKey
from mobile_contract.shapes import PHONE_READS

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# The server reads a file whole, then stores it, before it answers.
PATIENCE = httpx.Timeout(30, connect=10, read=300)


class UnsafeServerError(Exception):
    """A password would travel readable over the network."""


class NoAnswerError(Exception):
    """Nothing came back, or something that is not this server's."""


class RefusedError(Exception):
    """The server said no, in a problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def connect(url: str) -> httpx.Client:
    """Make the connection to a server; raises UnsafeServerError, sends nothing yet."""
    parts = urlsplit(url)
    loopback = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise UnsafeServerError(url)
    return httpx.Client(base_url=url, timeout=PATIENCE, trust_env=not loopback)


class ContentServer:
    """One signed-in connection."""

    def __init__(self, http: httpx.Client, key: SenderKey) -> None:
        self._http = http
        self._key = key
        self._nonce: str | None = None
        self._token: str | None = None
        self._refresh = ""

    def sign_in(self, body: EditorSignIn) -> None:
        """Get a token for this upload; raises RefusedError, NoAnswerError, as all requests do."""
        self._token = None
        self._keep(self._ask("/v1/content/sign-in", body))

    def offer(self, manifest: ModuleManifest) -> VersionOffered:
        """Offer a version; the answer names the files that are missing."""
        answer = self._ask("/v1/content/versions", manifest)
        return VersionOffered.model_validate_json(answer.content)

    def send_file(self, sha256: str, length: int, chunks: Iterator[bytes]) -> None:
        """Send one missing file."""
        self._go_on()
        request = self._http.build_request(
            "PUT",
            f"/v1/content/files/{sha256}",
            content=chunks,
            headers={
                "Content-Length": str(length),
                "Content-Type": "application/octet-stream",
            },
        )
        self._answer(request)

    def publish(self, version_id: UUID) -> VersionPublished:
        """Let phones see a version."""
        self._go_on()
        answer = self._ask(f"/v1/content/versions/{version_id}/publish")
        return VersionPublished.model_validate_json(answer.content)

    def _go_on(self) -> None:
        """Get a fresh token and nonce by a small request: a large file is not sent twice."""
        self._token = self._refresh
        self._keep(self._ask("/v1/content/tokens"))

    def _keep(self, answer: httpx.Response) -> None:
        told = EditorToken.model_validate_json(answer.content)
        self._token, self._refresh = told.access_token, told.refresh_token

    def _ask(self, path: str, body: BaseModel | None = None) -> httpx.Response:
        """Make a small request, once more where the server wants its newest nonce proven."""
        try:
            return self._answer(self._small(path, body))
        except RefusedError as refusal:
            if refusal.problem.code != ProblemCode.USE_DPOP_NONCE:
                raise
        return self._answer(self._small(path, body))

    def _small(self, path: str, body: BaseModel | None) -> httpx.Request:
        content = body.model_dump_json(exclude_none=True).encode() if body else b""
        headers = {"Content-Type": "application/json"} if body else {}
        return self._http.build_request("POST", path, content=content, headers=headers)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self._prove(request)
        try:
            answer = self._http.send(request)
        except httpx.TransportError as fault:
            raise NoAnswerError(type(fault).__name__) from fault
        self._nonce = answer.headers.get(NONCE_HEADER, self._nonce)
        if answer.is_success:
            return answer
        try:
            problem = Problem.model_validate_json(answer.content, context=PHONE_READS)
        except ValidationError as fault:
            raise NoAnswerError(str(answer.status_code)) from fault
        raise RefusedError(problem)

    def _prove(self, request: httpx.Request) -> None:
        proven = Proven(request.method, str(request.url), self._nonce, self._token)
        proof = self._key.proof(proven, datetime.now(UTC), secrets.token_urlsafe(16))
        request.headers[PROOF_HEADER] = proof
        if self._token is not None:
            request.headers["Authorization"] = f"{SCHEME} {self._token}"
