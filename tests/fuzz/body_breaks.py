"""Ways to break the JSON part, its photo being whole; each is a row of the table."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.attempts import Attempt, Base, well_formed
from tests.fuzz.bytes_broken import cut, flipped, inserted, spliced

Members = dict[str, Any]
BrokenText = Callable[[bytes, bytes, Random], bytes]
BrokenMembers = Callable[[Members, Random], Members]

DEEP = (50, 255, 1000, 100_000)
LONG = (65, 201, 5000, 60_000, 900_000)
NUMBERS = (
    b"1e400", b"-1e400", b"9" * 400, b"9" * 5000, b"-0", b"0.1e-9999", b"1e3", b"123456.0",
    b"9007199254740993", b"18446744073709551616", b"NaN", b"Infinity", b"-Infinity", b"0x10", b"01",
)  # fmt: skip
TEXTS = (
    "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\ufeff", "\uffff", "\u202e", "'; --",
    "\r\n\r\nX: y", "../../../etc/passwd", "{{7*7}}", "%s%n", "\x1b[2J", "𠜎" * 40, "e\u0301" * 90,
    "",
)  # fmt: skip
INSTANTS = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00",
    "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "1e10", "20260101",
    "-2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+99:99", "2026-W01-1",
)  # fmt: skip
IDS = (
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "1", "",
    "{01938f00-0000-7000-8000-000000000001}", "urn:uuid:01938f00-0000-7000-8000-000000000001",
    "01938F00-0000-7000-8000-000000000001", "01938f00-0000-4000-8000-000000000001",
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    1.5,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"a": 1},
)
NAMES = (
    "__proto__",
    "__class__",
    "constructor",
    "",
    "\x00",
    "id ",
    "ID",
    "offender_id",
    "$ref",
    "状态",
)
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "gb18030", "utf-7", "cp037")
NOT_UTF8 = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe6\xb5", b"\x80")


def places_in(members: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List where every value of a JSON document is."""
    found = [path] if path else []
    inside = members.items() if isinstance(members, dict) else enumerate(members)
    for name, value in inside:
        deeper = isinstance(value, dict | list)
        found += places_in(value, (*path, name)) if deeper else [(*path, name)]
    return found


def put(members: Members, path: tuple[Any, ...], value: Any) -> Members:
    """Overwrite one value."""
    inside: Any = members
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return members


def _anywhere(values: tuple[Any, ...]) -> BrokenMembers:
    def broken(members: Members, chance: Random) -> Members:
        return put(members, chance.choice(places_in(members)), chance.choice(values))

    return broken


def _at(path: tuple[Any, ...], values: tuple[Any, ...]) -> BrokenMembers:
    return lambda members, chance: put(members, path, chance.choice(values))


def _missing(members: Members, chance: Random) -> Members:
    *path, name = chance.choice([at for at in places_in(members) if isinstance(at[-1], str)])
    inside: Any = members
    for step in path:
        inside = inside[step]
    del inside[name]
    return members


def _extra(members: Members, chance: Random) -> Members:
    inside = chance.choice((members, members["device"], members["place"], members["files"][0]))
    inside[chance.choice(NAMES)] = chance.choice(WRONG)
    return members


def _long(members: Members, chance: Random) -> Members:
    texts = [at for at in places_in(members) if isinstance(at[-1], str)]
    return put(members, chance.choice(texts), chance.choice('x \\"汉') * chance.choice(LONG))


def _many(members: Members, chance: Random) -> Members:
    count = chance.choice((2, 11, 51, 20_000))
    name, one = chance.choice(
        (("files", members["files"][0]), ("answers", {"question": "q", "answer": "a"}))
    )
    return members | {"question_set": "set-1", name: [one] * count}


def _files_lie(members: Members, chance: Random) -> Members:
    lies = {
        "name": ("selfie", "frame-1", "frame-10", "checkin", "../selfie"),
        "sha256": ("0" * 64, "A" * 64, "", "g" * 64, "0" * 63),
        "length": (0, 1, -1, 2**31, 2**63, 16 * 1024 * 1024, "5"),
        "content_type": ("image/png", "text/html", "image/jpeg; charset=utf-8"),
    }
    name = chance.choice(list(lies))
    return put(members, ("files", 0, name), chance.choice(lies[name]))


def _place_lies(members: Members, chance: Random) -> Members:
    name = chance.choice(("latitude", "longitude", "accuracy_m", "datum", "fixed_at"))
    values = (91, -91, 181, 0, -0.0, 1e308, 5e-324, -1, "29", "WGS84", None, *INSTANTS)
    return put(members, ("place", name), chance.choice(values))


MEMBERS: dict[str, BrokenMembers] = {
    "wrong type": _anywhere(WRONG),
    "text with NUL, controls, surrogates": _anywhere(TEXTS),
    "member missing": _missing,
    "member too many": _extra,
    "very long text": _long,
    "very many": _many,
    "instant": _at(("captured_at",), INSTANTS),
    "id": _at(("id",), IDS),
    "files lie": _files_lie,
    "place lies": _place_lies,
}


def _number(body: bytes, _other: bytes, chance: Random) -> bytes:
    members = json.loads(body)
    name = chance.choice(("captured_monotonic_ms", "latitude", "longitude", "accuracy_m", "length"))
    at = {"captured_monotonic_ms": (name,), "length": ("files", 0, name)}.get(name, ("place", name))
    marked = json.dumps(put(members, at, "HERE")).encode()
    return marked.replace(b'"HERE"', chance.choice(NUMBERS))


def _deep(body: bytes, _other: bytes, chance: Random) -> bytes:
    depth, (opened, closed) = chance.choice(DEEP), chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    nested = opened * depth + chance.choice((b"1" + closed * depth, b""))
    name = chance.choice((b'"answers"', b'"more"', b'"place"'))
    return chance.choice((nested, body[:-1] + b"," + name + b":" + nested + b"}"))


def _twice(body: bytes, _other: bytes, chance: Random) -> bytes:
    members = json.loads(body)
    name = chance.choice(list(members))
    again = json.dumps({name: chance.choice((members[name], *WRONG))}).encode()
    return body[:-1] + b"," + again[1:]


def _not_utf8(body: bytes, _other: bytes, chance: Random) -> bytes:
    where = body.index(b'"reference phone"') + chance.randrange(1, 15)
    return body[:where] + chance.choice(NOT_UTF8) + body[where:]


def _around(body: bytes, _other: bytes, chance: Random) -> bytes:
    around = (
        b"\xef\xbb\xbf%s",
        b"%s\x00",
        b"\x00%s",
        b"%s%s",
        b"%s,",
        b"[%s]",
        b"//x\n%s",
        b"\n\t %s \r\n",
    )
    found = chance.choice(around)
    return found.replace(b"%s", body)


def _no_document(_body: bytes, _other: bytes, chance: Random) -> bytes:
    return chance.choice((b"", b" ", b"null", b"true", b"1", b'"x"', b"[]", b"{}", b"[[]]", b"{"))


TEXT: dict[str, BrokenText] = {
    "bits": lambda body, _, chance: flipped(body, chance),
    "cut": lambda body, _, chance: cut(body, chance),
    "spliced with another": spliced,
    "bytes inserted": lambda body, _, chance: inserted(body, chance),
    "huge and impossible numbers": _number,
    "nested deeply": _deep,
    "member twice": _twice,
    "not UTF-8": _not_utf8,
    "BOM and other surroundings": _around,
    "another encoding": lambda body, _, chance: body.decode().encode(chance.choice(ENCODINGS)),
    "no document": _no_document,
}

KINDS = (*TEXT, *MEMBERS)


def attempt(kind: str, base: Base) -> Attempt:
    """Break the JSON part of a check-in."""
    if kind in TEXT:
        broken = TEXT[kind](base.submission.body, base.other, base.chance)
    else:
        # Lone surrogates are written as escapes, which is how JSON can carry them.
        broken = json.dumps(MEMBERS[kind](dict(base.body), base.chance)).encode()
    return well_formed(kind, base, broken)
