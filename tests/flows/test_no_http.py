"""What never became a request is refused like everything else, and is not repeated."""

import json
import socket
from email.parser import BytesParser
from urllib.parse import urlsplit

import pytest

from tests.world import World

TYPED = "zhangsan500101"
HEAD = f"GET /people?q={TYPED} HTTP/1.1\r\nHost: x\r\n"


def answered(url: str, sent: str) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are; gives status, headers and body of what comes back."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as line:
        line.sendall(sent.encode())
        with line.makefile("rb") as answer:
            status, rest = int(answer.readline().split()[1]), answer.read()
    head, _, body = rest.partition(b"\r\n\r\n")
    return status, dict(BytesParser().parsebytes(head).items()), body


@pytest.mark.parametrize(
    "sent",
    [
        f"{TYPED}\r\n\r\n",
        f"GET /{TYPED} HTTP/9.9\r\n\r\n",
        f"GET /{TYPED * 400} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"{HEAD}X: {TYPED * 700}\r\n\r\n",
        f"{HEAD}{TYPED} a: 1\r\n\r\n",
        f"{HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"{HEAD}Transfer-Encoding: {TYPED}\r\n\r\n",
        f"{HEAD}Expect: {TYPED}\r\n\r\n",
    ],
    ids=["words", "version", "address", "header", "name", "lengths", "coding", "expect"],
)
def test_what_is_no_http_is_refused_in_our_words(world: World, sent: str) -> None:
    status, headers, body = answered(world.url, sent)
    assert status == 400
    assert json.loads(body)["code"] == "bad_request"
    assert TYPED not in str(headers) + body.decode()
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "Server-Time" in headers


def test_nor_is_it_in_the_log(world: World) -> None:
    answered(world.url, f"{HEAD}{TYPED} a: 1\r\n\r\n")
    logs = [file.read_text() for file in world.servers.stack.logs.glob("web*")]
    assert any('"event": "no_http"' in log for log in logs)
    assert not any(TYPED in log for log in logs)
