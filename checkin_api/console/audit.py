"""The page on which the record of acts is read."""

from datetime import date
from urllib.parse import urlencode

from flask import request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.inspections.trail import Asked, Trail, read_trail
from mobile_contract.messages import Language, catalogue

routes = PageRoutes()
LONGEST = 60
SHOWN_YEARS = range(2000, 2200)
# Where the words for the codes of a fact stand.
WORDS_OF = {
    "role": ("console.role",),
    "outcome": ("outcome",),
    "before": ("outcome",),
    "channel": ("channel",),
    "finding": ("outcome",),
    "identity": ("identity",),
    "identity_check": ("console.identity_check",),
    "reason": ("end_reason", "pause_reason"),
    "state": ("state", "objection"),
    "level": ("console.level",),
    "how": ("console.audit.how",),
}


@routes.get("/audit", Action.SEE_AUDIT)
def audit(caller: OfficerCaller) -> str:
    """Show a page of what happened in the caller's district."""
    asked = Asked(_typed("number"), _typed("actor"), _asked_day(), _asked_page())
    trail = read_trail(parts(), caller, asked)
    return page(
        "audit.html",
        caller,
        here="audit",
        asked=asked,
        trail=trail,
        newer=_address(asked, trail, trail.page - 1) if trail.page > 1 else None,
        older=_address(asked, trail, trail.page + 1) if trail.has_more else None,
        in_words=catalogue(Language.ZH),
        code_of=_code_of,
    )


def _code_of(fact: str, value: str) -> str | None:
    """Give the code of the words for the value of a fact, where it is one of a closed set."""
    codes = (f"{family}.{value}" for family in WORDS_OF.get(fact, ()))
    return next((code for code in codes if code in catalogue(Language.ZH)), None)


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST]


def _asked_day() -> date | None:
    try:
        asked = date.fromisoformat(_typed("day"))
    except ValueError:
        return None
    return asked if asked.year in SHOWN_YEARS else None


def _asked_page() -> int:
    asked = _typed("page")
    return int(asked) if asked.isdecimal() else 1


def _address(asked: Asked, trail: Trail, number: int) -> str:
    facts = {"number": asked.number, "actor": asked.actor, "page": number}
    day = {} if trail.day is None else {"day": trail.day.isoformat()}
    return f"/audit?{urlencode({name: one for name, one in (facts | day).items() if one})}"
