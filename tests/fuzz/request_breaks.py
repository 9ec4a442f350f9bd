"""Ways to break the request around the parts: boundaries, part headers, what goes beside it."""

from collections.abc import Callable
from dataclasses import replace

from tests.fuzz.attempts import BOUNDARY, Attempt, Base, closing, known_as, part, well_formed
from tests.fuzz.bytes_broken import cut, flipped

TYPES = (
    "multipart/form-data",
    "multipart/form-data; boundary=",
    f"multipart/form-data; boundary={BOUNDARY}x",
    f'multipart/form-data; boundary="{BOUNDARY}"; charset=utf-16',
    f"multipart/mixed; boundary={BOUNDARY}",
    "multipart/form-data; boundary=" + "b" * 4000,
    'multipart/form-data; boundary="a b\xe9"',
    f"multipart/form-data; boundary*=utf-8''{BOUNDARY}",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain; charset=utf-7",
    "",
    ";",
)
NAMINGS = (
    b'; name="checkin"; filename="a.json"',
    b'; name="checkin"; filename=""',
    b"; name=checkin",
    b'; name="selfie"',
    b'; name="a\x00b"',
    b"; name*=utf-8''%ED%A0%80",
    b'; name="' + b"x" * 9000 + b'"',
    b'; name="frame-1"',
    b'; name="checkin"; name="selfie"',
    b"",
)  # fmt: skip
HEADS = (
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: application/json; charset=utf-16\r\n",
    b"Content-Type: text/plain; charset=nothing\r\n",
    b"Content-Length: 1\r\n",
    b"Content-Length: 999999999\r\n",
    b"X: " + b"y" * 20_000 + b"\r\n",
    b"X: y\r\n" * 500,
    b"no colon\r\n",
    b"\xff\xfe: \x00\r\n",
    b"Content-Type: multipart/mixed; boundary=inner\r\n",
)
BESIDE = {
    "Idempotency-Key": ("x", "\xe9", "01938f00-0000-7000-8000-000000000001", "{}", "0" * 2000),
    "Sent-At": ("never", "9999-12-31T23:59:59Z", "\xff", "2026-01-01T00:00:00", "1" * 3000),
    "Sent-Monotonic": ("-1", "1e400", "NaN", "9" * 5000, "\xb2", "5.0"),
    "Boot-Id": ("", "\xa0", "x" * 3000, "../.."),
    "Content-Encoding": ("gzip", "deflate", "identity", "x"),
    "Accept": ("text/html", "*/*;q=x", "application/json;q=9e999"),
    "Accept-Language": ("zh-" * 900, "\xff", "*"),
    "If-None-Match": ("*", '"' * 999),
    "Range": ("bytes=0-0", "bytes=-1"),
    "Expect": ("100-continue",),
    "X-Request-Id": ("\x80", "x" * 5000),
    "X-Forwarded-For": ("1.2.3.4," * 300, "::1", "x"),
}


def _lie(kind: str, base: Base, content: bytes) -> Attempt:
    return Attempt(kind, base.submission.id, content, headers=known_as(base))


def _whole(base: Base) -> Attempt:
    return well_formed("", base, base.submission.body)


def _type(kind: str, base: Base) -> Attempt:
    content_type = base.chance.choice(TYPES)
    return replace(_lie(kind, base, _whole(base).content), content_type=content_type)


def _boundary_within(kind: str, base: Base) -> Attempt:
    marks = (b"\r\n--%b\r\n", b"\r\n--%b--\r\n", b"--%b", b"\r\n--%b-", b"\r\n--")
    mark = base.chance.choice(marks).replace(b"%b", BOUNDARY.encode())
    at = base.chance.randrange(len(base.photo))
    photo = base.photo[:at] + mark * base.chance.choice((1, 2, 30)) + base.photo[at:]
    content = part("checkin", base.submission.body) + part("selfie", photo) + closing()
    return _lie(kind, base, content)


def _ending(kind: str, base: Base) -> Attempt:
    whole = _whole(base).content
    bare = whole[: -len(closing())]
    endings = (b"", b"--", closing()[:-4], closing() * 2, closing() + b"x" * 70_000, closing()[:-2])
    return _lie(kind, base, bare + base.chance.choice(endings))


def _line_ends(kind: str, base: Base) -> Attempt:
    ends = base.chance.choice((b"\n", b"\r", b"\r\n\r\n", b" \r\n"))
    return _lie(kind, base, _whole(base).content.replace(b"\r\n", ends))


def _naming(kind: str, base: Base) -> Attempt:
    naming = base.chance.choice(NAMINGS)
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data".encode() + naming + b"\r\n\r\n"
    other = part(base.chance.choice(("checkin", "selfie")), base.photo)
    return _lie(kind, base, head + base.submission.body + b"\r\n" + other + closing())


def _part_head(kind: str, base: Base) -> Attempt:
    head = f"--{BOUNDARY}\r\n".encode() + base.chance.choice(HEADS)
    head += b'Content-Disposition: form-data; name="checkin"\r\n\r\n'
    content = head + base.submission.body + b"\r\n" + part("selfie", base.photo) + closing()
    return _lie(kind, base, content)


def _parts(kind: str, base: Base) -> Attempt:
    frozen, selfie = part("checkin", base.submission.body), part("selfie", base.photo)
    chosen: tuple[bytes, ...] = base.chance.choice(
        (
            (frozen,),
            (selfie,),
            (),
            (selfie, frozen),
            (frozen, frozen, selfie),
            (frozen, selfie, selfie),
            (frozen, selfie, part("frame-1", b"x")),
            (frozen, selfie, part("another", b"x")),
            (frozen, *(part(f"more-{at}", b"") for at in range(1500)), selfie),
            (frozen, selfie, part("text", b"").replace(b"; filename=", b"; x=") * 30),
        )
    )
    return _lie(kind, base, b"".join(chosen) + closing())


def _beside(kind: str, base: Base) -> Attempt:
    name = base.chance.choice(list(BESIDE))
    whole = _whole(base)
    headers = dict(whole.headers) | {name: base.chance.choice(BESIDE[name])}
    return replace(whole, kind=kind, headers=headers)


def _flipped(kind: str, base: Base) -> Attempt:
    whole = _whole(base).content
    return _lie(kind, base, flipped(whole[:900], base.chance) + whole[900:])


def _cut(kind: str, base: Base) -> Attempt:
    return _lie(kind, base, cut(_whole(base).content, base.chance))


BROKEN: dict[str, Callable[[str, Base], Attempt]] = {
    "content type": _type,
    "boundary within": _boundary_within,
    "ending": _ending,
    "line ends": _line_ends,
    "name of a part": _naming,
    "headers of a part": _part_head,
    "parts repeated, missing, unknown": _parts,
    "headers beside": _beside,
    "bits": _flipped,
    "cut": _cut,
}


def attempt(kind: str, base: Base) -> Attempt:
    """Break the request around a check-in."""
    return BROKEN[kind](kind, base)
