"""Requests that no HTTP library would write: lengths that are not so, bodies that never end."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fuzz.attempts import Attempt
from tests.fuzz.crowd import PATH, WITHIN_S, Sender

LIES = (
    "length too long",
    "length too short",
    "length negative",
    "length no number",
    "length twice",
    "length and chunks",
    "chunk size a lie",
    "chunk size no number",
    "chunks without end",
    "gone in mid-body",
)
HUNG_UP = 1  # no status: an answer to who is gone, or to what is no request, is not owed
READ = 65536


@dataclass(frozen=True)
class _Framing:
    """How a body is announced, and what is then written."""

    headers: str
    body: bytes


def tell(lie: str, sender: Sender, attempt: Attempt) -> int | None:
    """Send one lie and read the answer's status; None where the server rightly gave none."""
    framing = _framing(lie, attempt.content)
    host, port = str(urlsplit(sender.registration.server_url).netloc).split(":")
    shown = {"Host": f"{host}:{port}", "Content-Type": attempt.content_type} | sender.proof()
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in shown.items())]
    head = "\r\n".join([*lines, *framing.headers.split("|"), "", ""]).encode()
    with socket.create_connection((host, int(port)), timeout=WITHIN_S) as line:
        try:
            line.sendall(head + framing.body)
            if lie == "gone in mid-body":
                return None
            line.shutdown(socket.SHUT_WR)
            return _status(line.recv(READ))
        except ConnectionError:
            return None


def _framing(lie: str, body: bytes) -> _Framing:
    half, length = body[: len(body) // 2], len(body)
    chunked = "Transfer-Encoding: chunked"
    return {
        "length too long": _Framing(f"Content-Length: {length + 5000}", body),
        "length too short": _Framing(f"Content-Length: {length // 2}", body),
        "length negative": _Framing("Content-Length: -1", body),
        "length no number": _Framing("Content-Length: 1e3", body),
        "length twice": _Framing(f"Content-Length: {length}|Content-Length: 3", body),
        "length and chunks": _Framing(f"Content-Length: {length}|{chunked}", body),
        "chunk size a lie": _Framing(chunked, b"10\r\n" + body + b"\r\n0\r\n\r\n"),
        "chunk size no number": _Framing(chunked, b"zz\r\n" + half),
        "chunks without end": _Framing(chunked, f"{length:x}\r\n".encode() + body + b"\r\n"),
        "gone in mid-body": _Framing(f"Content-Length: {length}", half),
    }[lie]


def _status(answer: bytes) -> int | None:
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None
