"""How often something may be tried: the table, counted by Flask-Limiter; phones: phone_limits.

Counts live in Redis; while it is away each process counts for itself, and no answer waits for it
longer than 0.2 s. A limit never decides what becomes of a check-in: a 429 is no miss.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g
from flask_limiter import Limiter, RateLimitExceeded
from limits.errors import StorageError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from checkin_api.access.secret_texts import hashed
from checkin_api.refusals import RefusedError
from checkin_api.settings import WebSettings
from mobile_contract.codes import ProblemCode

log = logging.getLogger(__name__)

REDIS_PATIENCE_S = 0.2


class Limited(StrEnum):
    """Everything that is limited."""

    SIGN_IN_OF_ACCOUNT = "sign_in_of_account"
    SIGN_IN_FROM_ADDRESS = "sign_in_from_address"


@dataclass(frozen=True)
class Rate:
    """How many in how long, and which answers count; None: every attempt, whatever its answer."""

    times: str
    counts: Callable[[Response], bool] | None = None


def refused(response: Response) -> bool:
    """Tell whether a sign-in was refused; what succeeds is never held against an address."""
    return response.status_code == HTTPStatus.UNAUTHORIZED


def rates(settings: WebSettings) -> Mapping[Limited, Rate]:
    """Give the table; the key of each is what `count` is called with."""
    return {
        # by login as typed, whether there is such an account or not
        Limited.SIGN_IN_OF_ACCOUNT: Rate("5 per minute"),
        # by IPv4 address or IPv6 /64, named networks exempt
        Limited.SIGN_IN_FROM_ADDRESS: Rate(
            f"{settings.sign_in_per_address} per minute", counts=refused
        ),
    }


def install_limits(app: Flask, settings: WebSettings) -> None:
    """Set Flask-Limiter up; connects to nothing."""
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # its notes name the key
    limiter = Limiter(
        _key,
        app=app,
        strategy="moving-window",
        storage_uri=settings.redis_url or "memory://",
        storage_options=patience() if settings.redis_url else {},
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # a count that fails after the answer was made spoils no answer
        key_prefix="checkin",
    )
    limiter.request_filter(_asks_for_no_limit)
    app.extensions["limits"] = {
        limited: (limiter, _check(limiter, limited, rate))
        for limited, rate in rates(settings).items()
    }


def count(limited: Limited, key: str) -> None:
    """Count one attempt; raises RefusedError(too_many) with the seconds to wait."""
    limiter, check = current_app.extensions["limits"][limited]
    g.limit_key = hashed(f"{limited}:{key}")
    try:
        check()
    except RateLimitExceeded as exceeded:
        log.warning("limit_reached", extra={"limited": str(limited)})
        wait = _seconds(limiter, exceeded.limit.limit.get_expiry())
        raise RefusedError(ProblemCode.TOO_MANY, retry_after_s=wait) from None
    finally:
        del g.limit_key


def _check(limiter: Limiter, limited: Limited, rate: Rate) -> Callable[[], None]:
    def check() -> None:
        """Do nothing: Flask-Limiter counts before it."""

    check.__qualname__ = f"check_{limited}"  # by which Flask-Limiter knows it
    declared = limiter.shared_limit(
        rate.times, scope=str(limited), key_func=_key, deduct_when=rate.counts
    )
    counted: Callable[[], None] = declared(check)
    return counted


def _seconds(limiter: Limiter, at_most: int) -> int:
    """Say when the oldest attempt is forgotten; the whole period where Redis went away."""
    try:
        reached = limiter.current_limit
        wait = at_most if reached is None else reached.reset_at - int(time.time())
    except (RedisError, StorageError):
        return at_most
    return min(max(wait, 1), at_most)


def _key() -> str:
    return str(g.limit_key)


def _asks_for_no_limit() -> bool:
    # Flask-Limiter looks at every request; those without a limit must not wait for Redis.
    return "limit_key" not in g


def patience() -> dict[str, Any]:
    """Give what a client of Redis needs so that no answer waits for it."""
    return {
        "socket_timeout": REDIS_PATIENCE_S,
        "socket_connect_timeout": REDIS_PATIENCE_S,
        "retry": Retry(NoBackoff(), 0),
    }
