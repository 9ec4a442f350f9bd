"""The officers' pages: one file a page, each parses, calls a feature's service and renders."""

from checkin_api.console import (
    account,
    accounts,
    activation,
    audit,
    checkin,
    contact,
    enrolment,
    enrolments,
    exemptions,
    figures,
    items,
    minors,
    notes,
    office_register,
    openings,
    opinions,
    order,
    outages,
    people,
    phones,
    photos,
    postings,
    receipts,
    recusals,
    reports,
    resets,
    second_factor,
    sign_in,
    supervision,
    thresholds,
    transfers,
    window,
)
from checkin_api.console.rendering import open_page
from checkin_api.routes import Route
from mobile_contract.messages import Language, catalogue

PAGES = (
    sign_in,
    second_factor,
    account,
    items,
    checkin,
    window,
    people,
    enrolment,
    enrolments,
    exemptions,
    activation,
    phones,
    order,
    contact,
    receipts,
    photos,
    postings,
    resets,
    accounts,
    office_register,
    notes,
    recusals,
    minors,
    figures,
    openings,
    opinions,
    audit,
    supervision,
    transfers,
    outages,
    thresholds,
    reports,
)


def pages() -> list[Route]:
    """Give every page and form of the console for the one route table."""
    return [route for file in PAGES for route in file.routes.entries]


def refusal_page(status: int) -> tuple[str, int]:
    """Render a refusal for a person; needs no server, so that it can say that one is away."""
    known = f"console.refusal.{int(status)}"
    code = known if known in catalogue(Language.ZH) else "console.refusal.other"
    return open_page("refusal.html", text=code), status
