"""Step 1 goes on: from two administrators down, each role is confirmed by who answers for it."""

import re

from tests.story.cast import OFFICERS, Cast
from tests.story.telling import Line, Telling, expect

WAITING = re.compile(
    r'name="posting" value="([0-9a-f-]+)"[^>]*><span><b>[^<]*</b> <small>([^<]+)</small>'
)
# Who confirms, whom, and what that is.
CHAIN = (
    ("admin2", ("city",), "the city's first supervisor"),
    ("city", ("wu", "he"), "the first supervisor of each district"),
    ("wu", ("zhou",), "the head of an office"),
    ("zhou", ("zhang", "liu"), "the officers of the office"),
    ("he", ("xu",), "an officer of the other district"),
)


def confirm_everybody(cast: Cast, telling: Telling) -> None:
    """Let everybody who is to see people be confirmed, on the page made for it."""
    _unconfirmed(cast, telling)
    for login, whom, what in CHAIN:
        desk = cast.desks[login]
        found = {name: posting for posting, name in WAITING.findall(desk.browser.page("/postings"))}
        expect(f"{login} finds {whom}", holds=set(whom) <= set(found))
        desk.send("/postings", "/confirm", posting=[found[name] for name in whom])
        expect(f"{whom} are in force", holds=all(_finds_something(cast, name) for name in whom))
        names = ", ".join(OFFICERS[name]["name"] for name in whom)
        who = f"{OFFICERS[login]['name']} ({OFFICERS[login]['role']})"
        telling.tell(Line(1, who, f"confirms {what}", f"in force: {names}"))


def _unconfirmed(cast: Cast, telling: Telling) -> None:
    waiting = ("city", "wu", "zhou", "zhang")
    expect(
        "nobody unconfirmed finds anything",
        holds=not any(_finds_something(cast, login) for login in waiting),
    )
    names = "、".join(OFFICERS[login]["name"] for login in waiting)
    telling.tell(Line(1, names, "look before they are confirmed", "no page for any of them: 404"))


def _finds_something(cast: Cast, login: str) -> bool:
    browser = cast.desks[login].browser
    return any(browser.http.get(page).is_success for page in ("/items", "/postings"))
