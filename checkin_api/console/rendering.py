"""Values to a page: the language, the words, local times, and who is signed in."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import g, has_request_context, render_template, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.gate import may
from checkin_api.access.permissions import Action
from checkin_api.console.form_safety import form_token
from checkin_api.extensions import parts
from checkin_api.sign_in.service import read_account
from mobile_contract.messages import Language, catalogue, message
from verifier.local_time import SHANGHAI

LANGUAGE_COOKIE = "checkin_language"
DONE = "done"
# Pages that the head of every page leads to: the first steps of their paths.
PLACES = (
    ("items", Action.SEE_ITEMS),
    ("people", Action.SEE_PERSON),
    ("references", Action.COLLECT_PHOTOS),
    ("receipts", Action.SEE_PERSON),
    ("lost-phone", Action.STOP_PHONE),
    ("transfers", Action.SUPERVISE),
    ("minors", Action.SEE_NAMED),
    ("outages", Action.SEE_OUTAGES),
    ("figures", Action.SEE_FIGURES),
    ("reports", Action.SEE_REPORTS),
    ("openings", Action.OPEN_CASE),
    ("opinions", Action.SEE_OPINIONS),
    ("audit", Action.SEE_AUDIT),
    ("postings", Action.SEE_POSTINGS),
    ("resets", Action.RESET_ACCOUNT),
    ("accounts", Action.MANAGE_ACCOUNTS),
    ("offices", Action.MANAGE_OFFICES),
    ("threshold-sets", Action.ACTIVATE_THRESHOLDS),
)


def chosen_language() -> Language:
    """Give the language of the page: `?lang=`, else the cookie's, else Chinese."""
    if not has_request_context():
        return Language.ZH
    wanted = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return Language(wanted) if wanted in set(Language) else Language.ZH


def page(template: str, caller: OfficerCaller, **values: Any) -> str:
    """Render a page for somebody who is signed in."""
    return _rendered(
        template,
        account=read_account(parts(), caller),
        places_to_go=[name for name, action in PLACES if may(caller, action)],
        may=partial(may, caller),
        form_token=form_token(),
        done=_done(),
        **values,
    )


def open_page(template: str, **values: Any) -> str:
    """Render a page for anybody; touches no server."""
    return _rendered(template, account=None, **values)


def _rendered(template: str, **values: Any) -> str:
    language = chosen_language()
    return render_template(
        template,
        t=partial(_text, language),
        language=language,
        other_language=_address_in(Language.EN if language is Language.ZH else Language.ZH),
        when=when,
        day=day,
        last_day=last_day,
        between=between,
        request_id=g.get("request_id", ""),
        filled=_filled,
        **values,
    )


def _text(language: Language, code: str, **facts: object) -> str:
    return message(code, language, **facts)


def when(instant: datetime | None) -> str:
    """Write an instant as the clocks in Chongqing show it."""
    return "" if instant is None else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def day(instant: datetime | date | None) -> str:
    """Write the day of an instant in Chongqing, or a day."""
    if isinstance(instant, datetime):
        return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d")
    return "" if instant is None else instant.isoformat()


def last_day(deadline: datetime) -> str:
    """Write the last day before a deadline: deadlines end with a day, at its 24:00."""
    return day(deadline - timedelta(seconds=1))


def between(begins: datetime, ends: datetime) -> str:
    """Write two instants, the day of the second only where it is another."""
    later = when(ends)[11:16] if day(begins) == day(ends) else when(ends)[5:16]
    return f"{when(begins)[:16]} – {later}"


def for_input(instant: datetime) -> str:
    """Write an instant as a date-and-time field of a form holds it."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")


def _filled(name: str, default: str = "") -> str:
    """Give what was typed before a form came back with a fault: nobody types a reason twice."""
    return request.form.get(name, default) if request.method == "POST" else default


def _done() -> str | None:
    code = f"console.done.{request.args.get(DONE, '')}"
    return code if code in catalogue(Language.ZH) else None


def _address_in(language: Language) -> str:
    kept = {name: value for name, value in request.args.items() if name not in {"lang", DONE}}
    path = request.path if request.method == "GET" else "/"
    return f"{path}?{urlencode({**kept, 'lang': language.value})}"
