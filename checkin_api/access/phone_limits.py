"""How often a person's phone may come: by person, never by address, and never needing Redis.

Carriers put many phones behind one address, so only who is not known yet is counted by address,
generously. While Redis is away nothing is counted and nothing waits. Known check-ins and refused
uploads cost nothing, and a 429 within a window counts as contact (docs/rules.md 2).
"""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from flask import Flask, current_app, g, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from checkin_api.access import addresses
from checkin_api.access.callers import OffenderCaller
from checkin_api.access.limits import patience
from checkin_api.access.permissions import Action
from checkin_api.access.secret_texts import hashed
from checkin_api.refusals import RefusedError
from checkin_api.routes import route_table
from checkin_api.settings import WebSettings
from mobile_contract.codes import ProblemCode

log = logging.getLogger(__name__)

QUIET_AFTER_FAILURE_S = 5.0
EXTENSION = "phone_limits"


class PhoneLimited(StrEnum):
    """Everything that is limited of phones."""

    NEW_CHECKINS = "new_checkins"
    REQUESTS = "requests"
    ENTRANCE_BY_NUMBER = "entrance_by_number"
    ENTRANCE_BY_ADDRESS = "entrance_by_address"


def phone_rates(settings: WebSettings) -> Mapping[PhoneLimited, str]:
    """Give the table; what each counts by stands beside it."""
    return {
        # by person: check-ins that were taken in. A day has a few, a retake or an order adds some.
        PhoneLimited.NEW_CHECKINS: settings.phone_checkins,
        # by person: every other request. A phone that opens its app makes about ten.
        PhoneLimited.REQUESTS: settings.phone_requests,
        # by number and line, so that whoever guesses elsewhere shuts nobody out; wrong codes are
        # counted in PostgreSQL besides
        PhoneLimited.ENTRANCE_BY_NUMBER: settings.entrances_per_number,
        # by IPv4 address or IPv6 /64, named networks exempt
        PhoneLimited.ENTRANCE_BY_ADDRESS: settings.entrances_per_address,
    }


@dataclass
class PhoneLimits:
    """Counts in Redis; after a failure it is not asked again for a while."""

    counter: FixedWindowRateLimiter
    rates: Mapping[PhoneLimited, list[RateLimitItem]]
    quiet_until: float = field(default=0.0)

    def require_room(self, limited: PhoneLimited, key: str) -> None:
        """Raise RefusedError(too_many) where nothing more may be counted; counts nothing."""
        self._each(limited, key, count=False)

    def count(self, limited: PhoneLimited, key: str) -> None:
        """Count one; raises RefusedError(too_many) where that is one too many."""
        self._each(limited, key, count=True)

    def _each(self, limited: PhoneLimited, key: str, *, count: bool) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            waits = [self._wait(rate, f"{limited}:{key}", count) for rate in self.rates[limited]]
        except (RedisError, StorageError) as fault:
            self.quiet_until = time.monotonic() + QUIET_AFTER_FAILURE_S
            log.warning("limits_unreachable", extra={"fault": type(fault).__name__})
            return
        if any(waits):
            log.warning("limit_reached", extra={"limited": str(limited)})
            raise RefusedError(ProblemCode.TOO_MANY, retry_after_s=max(waits))

    def _wait(self, rate: RateLimitItem, key: str, count: bool) -> int:  # noqa: FBT001 - not public
        """Give the seconds to wait; 0 where there is room."""
        name = hashed(key)
        if (self.counter.hit if count else self.counter.test)(rate, name):
            return 0
        left = self.counter.get_window_stats(rate, name).reset_time - time.time()
        return min(max(int(left) + 1, 1), rate.get_expiry())


def install_phone_limits(app: Flask, settings: WebSettings) -> None:
    """Set the limits up behind the gate; connects to nothing. Without Redis there are none."""
    if settings.redis_url is None:
        return
    storage = storage_from_string(
        settings.redis_url, wrap_exceptions=False, key_prefix="phones", **patience()
    )
    rates = {one: parse_many(text) for one, text in phone_rates(settings).items()}
    app.extensions[EXTENSION] = PhoneLimits(FixedWindowRateLimiter(storage), rates)
    app.before_request(_count_request)


class NewCheckIns:
    """The limit of new check-ins, as taking them in asks for it."""

    def require_room(self, person_id: UUID) -> None:
        """Raise RefusedError(too_many) where a person has sent too many new check-ins."""
        if (limits := _limits()) is not None:
            limits.require_room(PhoneLimited.NEW_CHECKINS, str(person_id))

    def count(self, person_id: UUID) -> None:
        """Count a check-in that was taken in; it stays taken in whatever the count says."""
        if (limits := _limits()) is not None:
            with suppress(RefusedError):
                limits.count(PhoneLimited.NEW_CHECKINS, str(person_id))


def count_entrance(person_number: str) -> None:
    """Count somebody unknown who names a person's number; raises RefusedError(too_many)."""
    limits = _limits()
    if limits is None:
        return
    address = addresses.client_address()
    line = "nowhere" if address is None else addresses.subscriber(address)
    if address is not None and not addresses.is_exempt(address):
        limits.count(PhoneLimited.ENTRANCE_BY_ADDRESS, line)
    limits.count(PhoneLimited.ENTRANCE_BY_NUMBER, f"{person_number}:{line}")


def _count_request() -> None:
    caller = g.get("caller")
    limits = _limits()
    if limits is None or not isinstance(caller, OffenderCaller):
        return
    if route_table(current_app)[str(request.endpoint)].action is not Action.SUBMIT_CHECKIN:
        limits.count(PhoneLimited.REQUESTS, str(caller.offender_id))


def _limits() -> PhoneLimits | None:
    found: PhoneLimits | None = current_app.extensions.get(EXTENSION)
    return found
