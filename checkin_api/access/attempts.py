"""The limits of signing in: by account and by address, before any password is looked at."""

import logging
import unicodedata

from flask import request

from checkin_api.access import addresses, known_browsers
from checkin_api.access.limits import Limited, count
from checkin_api.extensions import parts

log = logging.getLogger(__name__)

LONGEST_KEY = 100


def count_sign_in(login: str) -> None:
    """Count an attempt to sign in; raises RefusedError(too_many)."""
    address = addresses.client_address()
    if address is not None and not addresses.is_exempt(address):
        count(Limited.SIGN_IN_FROM_ADDRESS, addresses.subscriber(address))
    name = normalised(login)
    cookie = request.cookies.get(known_browsers.COOKIE, "")
    browser = known_browsers.known_name(parts().keys, cookie, name) or "stranger"
    count(Limited.SIGN_IN_OF_ACCOUNT, f"{browser}:{name}")


def normalised(login: str) -> str:
    """Write a login so that no spelling of it has tries of its own."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:LONGEST_KEY]
