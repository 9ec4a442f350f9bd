"""By which URL the world calls a path of this server, and when two URLs are the same."""

import re
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def url_of(public_url: str, path: str) -> str:
    """Give the URL of a path as the application knows it, without escapes."""
    return public_url.rstrip("/") + quote(path, safe="/:@!$&'()*+,;=~-._", errors="replace")


def normal_url(url: str) -> str | None:
    """Write a URL in its one normal form (RFC 3986, 6.2.2 and 6.2.3), without query and fragment.

    None for a text that is no absolute http(s) URL, and for one that names a user.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc or not url.isascii():
        return None
    named = f"[{host}]" if ":" in host else host
    shown = "" if port in {None, DEFAULT_PORTS[scheme]} else f":{port}"
    return f"{scheme}://{named}{shown}{_normal_path(parts.path)}"


def _normal_path(path: str) -> str:
    """Write a path's escapes in one way and resolve its dots."""
    escapes = re.sub(r"%([0-9A-Fa-f]{2})", _one_escape, path)
    steps: list[str] = []
    for step in escapes.split("/")[1:]:
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    dotted = escapes.endswith(("/.", "/.."))
    return "/" + "/".join(steps) + ("/" if dotted and steps else "")


def _one_escape(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if UNRESERVED.fullmatch(letter) else f"%{found[1].upper()}"
