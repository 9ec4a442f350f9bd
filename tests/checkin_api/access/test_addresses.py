"""Whose word about an address counts."""

from ipaddress import ip_address as address
from ipaddress import ip_network

import pytest
from flask import Flask

from checkin_api.access.addresses import client_address, is_exempt, subscriber
from checkin_api.settings import WebSettings

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def seen(peer: str, *headers: str, proxies: bool = True) -> str:
    """The address of a request that came from a peer with these X-Forwarded-For lines."""
    app = Flask("test")
    app.extensions["web_settings"] = WebSettings(
        "http://x", trusted_proxies=PROXIES if proxies else ()
    )
    with app.test_request_context(
        "/",
        environ_base={"REMOTE_ADDR": peer},
        headers=[("X-Forwarded-For", one) for one in headers],
    ):
        return str(client_address())


@pytest.mark.parametrize(
    ("peer", "headers", "found"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        # a stranger says what he likes
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        # our proxy's word counts, what stands left of it does not
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("1.2.3.4", "198.51.100.1"), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2",), "198.51.100.1"),
        ("10.0.0.1", ("10.9.9.9",), "10.9.9.9"),
        ("10.0.0.1", ("rubbish",), "10.0.0.1"),
        ("10.0.0.1", ("1.2.3.4, unknown",), "10.0.0.1"),
        ("10.0.0.1", ("1.2.3.4, ",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("fd00::1", ("2001:db8::7",), "2001:db8::7"),
    ],
)
def test_a_header_counts_only_as_far_as_our_proxies_wrote_it(
    peer: str, headers: tuple[str, ...], found: str
) -> None:
    assert seen(peer, *headers) == found


def test_without_proxies_no_header_counts() -> None:
    assert seen("10.0.0.1", "198.51.100.1", proxies=False) == "10.0.0.1"


def test_an_ipv6_line_is_counted_once_and_named_networks_not_at_all() -> None:
    assert subscriber(address("2001:db8::1")) == subscriber(address("2001:db8::ffff:1"))
    assert subscriber(address("2001:db8::1")) != subscriber(address("2001:db8:0:1::1"))
    app = Flask("test")
    app.extensions["web_settings"] = WebSettings("http://x", exempt_networks=PROXIES)
    with app.app_context():
        assert is_exempt(address("10.1.1.1"))
        assert not is_exempt(address("11.1.1.1"))
