"""Browsers that an account was signed in with: a stranger's tries do not use up their limit.

Without this, whoever knows a login could keep its owner out with five wrong passwords a minute.
"""

import hashlib
import hmac
import secrets

from storage.keys import Keys

COOKIE = "checkin_browser"
KEPT_S = 180 * 24 * 3600
RANDOM_BYTES = 16


def mark(keys: Keys, login: str) -> str:
    """Make the cookie of a browser that has just signed in as `login`."""
    name = secrets.token_hex(RANDOM_BYTES)
    return f"{name}.{_tag(keys.seals[max(keys.seals)], name, login)}"


def known_name(keys: Keys, cookie: str, login: str) -> str | None:
    """Give the name of a browser that once signed in as `login`; None for a stranger."""
    name, _, tag = cookie.partition(".")
    for key in keys.seals.values():
        if hmac.compare_digest(_tag(key, name, login).encode(), tag.encode()):
            return name
    return None


def _tag(key: bytes, name: str, login: str) -> str:
    said = f"checkin known browser\n{name}\n{login}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
