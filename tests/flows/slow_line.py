"""A request that comes as slowly as a line in the mountains lets it."""

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

PIECES_A_SECOND = 4


@dataclass(frozen=True)
class Answer:
    """What came back, read when the whole request had been sent."""

    status: int
    body: bytes


def trickle(request: httpx.Request, bytes_a_second: int, until: float = 1.0) -> Answer:
    """Send a request piece by piece and then read its answer, as a paced sender does.

    With `until` the body breaks off after that share of it, and the answer is read all the same.
    """
    parts, body = urlsplit(str(request.url)), request.read()
    step = max(1, bytes_a_second // PIECES_A_SECOND)
    head = f"{request.method} {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    head += "".join(
        f"{name}: {value}\r\n" for name, value in request.headers.items() if name != "host"
    )
    address = (parts.hostname or "", parts.port or 80)
    with socket.create_connection(address, timeout=120) as line:
        line.sendall(head.encode() + b"Connection: close\r\n\r\n")
        kept = body[: int(len(body) * until)]
        for begin in range(0, len(kept), step):
            line.sendall(kept[begin : begin + step])
            time.sleep(1 / PIECES_A_SECOND)
        if until < 1.0:
            line.shutdown(socket.SHUT_WR)
        with line.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            _, _, told = answer.read().partition(b"\r\n\r\n")
    return Answer(status, told)
