"""Addresses inside the console; where to go after signing in is never another site."""

import re
from http import HTTPStatus
from urllib.parse import quote

from flask import Response

# One slash at the start, then no backslash, control character or space: browsers read `//host`
# and `/\host` as another site.
LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def local_address(wanted: str) -> str:
    """Give an address of this console; the start page for anything else."""
    return wanted if LOCAL.fullmatch(wanted) else "/"


def see_other(address: str, done: str | None = None) -> Response:
    """Send the browser on after a form, so that reloading sends nothing twice."""
    joint = "&" if "?" in address else "?"
    target = address if done is None else f"{address}{joint}done={quote(done)}"
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
