"""From which address a request comes; a header's word counts only behind our own proxies."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import request

from checkin_api.extensions import web_settings
from checkin_api.settings import Network

Address = IPv4Address | IPv6Address
ONE_SUBSCRIBER_V6 = 64  # an IPv6 line is a whole /64


def client_address() -> Address | None:
    """Give the asker's address; None where it cannot be told.

    X-Forwarded-For is read from the right, as far as the proxies in TRUSTED_PROXIES wrote it.
    """
    trusted = web_settings().trusted_proxies
    found = _address(request.remote_addr or "")
    steps = [
        step for line in request.headers.getlist("X-Forwarded-For") for step in line.split(",")
    ]
    for step in reversed(steps):
        if found is None or not _within(found, trusted):
            break
        if (written := _address(step.strip())) is None:
            break  # left of a word that is no address stands what the client likes
        found = written
    return found


def is_exempt(address: Address) -> bool:
    """Tell whether an address belongs to a network that no address limit counts."""
    return _within(address, web_settings().exempt_networks)


def subscriber(address: Address) -> str:
    """Name the line behind an address: itself, or its IPv6 network."""
    if isinstance(address, IPv6Address):
        return (int(address) >> (128 - ONE_SUBSCRIBER_V6)).to_bytes(8, "big").hex()
    return str(address)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
