"""One cell: one route asked by one player; what the table promises and what the door says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx

from checkin_api.access.permissions import Action, Who, allowed
from checkin_api.app import routes
from checkin_api.routes import Route
from mobile_contract.client.clocks import system_clocks
from mobile_contract.client.connection import Connection, RefusedError, Request
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring
from mobile_contract.codes import ProblemCode
from mobile_contract.problems import CONTENT_TYPE
from tests.access.cast import Cast, Line, Player, Where, players
from tests.access.examples import EXAMPLES, Example
from tests.access.targets import Target, Targets

# Ids of paths that name what belongs to one person.
PERSONAL = frozenset(
    {"offender_id", "checkin_id", "window_id", "media_id", "set_id", "notice_id", "transfer_id"}
    | {"request_id", "photo_id"}
)
# And what belongs to an account of the office.
PLACED = frozenset({"posting_id", "reset_id", "outage_id"})
# A transfer is taken by the office that is asked, which lies next door here.
ASKED_NEXT_DOOR = frozenset(
    {"/transfers/<uuid:transfer_id>/take", "/transfers/<uuid:transfer_id>/refuse"}
)
# The city answers for its own and for districts' leaders, not for an office's (access/confirming).
NOT_THE_CITYS = frozenset({"/postings/<uuid:posting_id>/end"})
# What ends the sign-in that it is asked with.
SIGNED_OUT_BY = frozenset({Action.SIGN_OUT, Action.SECURE_ACCOUNT})
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


# Where somebody stands, seen from the office next door to the person's.
SEEN_FROM_NEXT_DOOR = {
    Where.HERE: Where.NEXT_DOOR,
    Where.NEXT_DOOR: Where.HERE,
    Where.ELSEWHERE: Where.ELSEWHERE,
    Where.NOWHERE: Where.NOWHERE,
}


# Pages of somebody whose password was right and whose code is still asked for.
HALF_WAY = "/second-factor"
# Whoever holds a key may knock here; the route itself says whether it knows it.
BY_KEY_ALONE = frozenset({Action.ACTIVATE_PHONE, Action.REQUEST_PHONE, Action.REFRESH_TOKENS})


class Door(StrEnum):
    """What the door says."""

    OPEN = "open"
    SIGN_IN = "sign in first"
    NOT_ALLOWED = "not allowed"
    NOT_FOUND = "not found"
    BROKEN = "broken"  # a fault of ours; never promised


@dataclass(frozen=True)
class Cell:
    """One route asked by one player."""

    route: Route
    player: Player
    promised: Door
    said: Door
    status: int
    leaks: bool  # names a person whom the player may not read about

    @property
    def differs(self) -> bool:
        """Tell whether the door says something else than the table, or too much."""
        return self.promised is not self.said or self.leaks

    def __str__(self) -> str:
        leak = ", and names a person out of reach" if self.leaks else ""
        return (
            f"{self.route.method} {self.route.path} as {self.player.name}: table says"
            f" {self.promised}, door says {self.said} ({self.status}){leak}"
        )


def promised(route: Route, player: Player) -> Door:
    """Say what the permission table promises a player at a route."""
    is_api = route.path.startswith("/v1/")
    if route.path.startswith(HALF_WAY):
        return Door.SIGN_IN
    knows = player.line is (Line.PHONE if is_api else Line.BROWSER)
    asks_as = player.whos if knows else frozenset({Who.ANYBODY})
    if route.action in BY_KEY_ALONE:
        asks_as = frozenset({Who.ANYBODY})
    if not any(allowed(who, route.action) is not None for who in asks_as):
        if Who.ANYBODY in asks_as:
            return Door.SIGN_IN
        return Door.NOT_ALLOWED if is_api else Door.NOT_FOUND
    about_somebody = (PERSONAL | PLACED) & set(PARAMETER.findall(route.path))
    if about_somebody and knows and not _reaches(route, player):
        return Door.NOT_FOUND
    return Door.OPEN


def _reaches(route: Route, player: Player) -> bool:
    if route.path in NOT_THE_CITYS and Who.CITY in player.whos:
        return False
    if route.path in ASKED_NEXT_DOOR:
        return replace(player, where=SEEN_FROM_NEXT_DOOR[player.where]).reaches(route.action)
    if not PERSONAL & set(PARAMETER.findall(route.path)):
        player = replace(player, recused=False)  # one is recused from people
    return player.reaches(route.action)


def said(route: Route, answer: httpx.Response) -> Door:
    """Say what an answer means."""
    to_sign_in = answer.headers.get("Location", "").startswith("/sign-in?next=")
    if route.action in BY_KEY_ALONE and answer.status_code == HTTPStatus.UNAUTHORIZED:
        return Door.OPEN
    if to_sign_in or (answer.status_code == HTTPStatus.UNAUTHORIZED and _is_the_gates(answer)):
        return Door.SIGN_IN
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return Door.NOT_ALLOWED
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return Door.NOT_FOUND
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Door.BROKEN
    return Door.OPEN


def _is_the_gates(answer: httpx.Response) -> bool:
    """Tell the gate's 401 from that of a route that takes passwords or codes itself."""
    is_problem = answer.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
    return is_problem and ProblemCode(answer.json()["code"]) is ProblemCode.NOT_SIGNED_IN


@dataclass
class Matrix:
    """The whole table, tried."""

    cast: Cast
    targets: Targets
    standing: dict[str, Target] = field(default_factory=dict)
    tokens: dict[httpx.Client, str] = field(default_factory=dict)

    def cells(self, route: Route) -> Iterator[Cell]:
        """Try one route as everybody."""
        for player in players():
            promise = promised(route, player)
            target = self._target(route, player, promise)
            answer = self._ask(route, player, target)
            leaks = target.person.name in answer.text and not sees(player)
            yield Cell(route, player, promise, said(route, answer), answer.status_code, leaks)

    def _target(self, route: Route, player: Player, promise: Door) -> Target:
        """Give what is asked about: anew where asking may change it."""
        kept = player.name if player.owns else "somebody"
        changes = route.method != "GET" and promise is Door.OPEN
        if changes:
            return self.targets.lay(self.cast.owner_for(player))
        if kept not in self.standing:
            self.standing[kept] = self.targets.lay(self.cast.owner_for(player))
        return self.standing[kept]

    def _ask(self, route: Route, player: Player, target: Target) -> httpx.Response:
        example = EXAMPLES.get((route.method, route.path), Example())
        path = PARAMETER.sub(
            lambda found: target.ids[example.ids.get(found[1], found[1])], route.path
        )
        if player.line is Line.PHONE and route.path.startswith("/v1/"):
            return self._by_phone(route, player, path, example.filled(target.ids))
        return self._by_browser(route, player, path, example.filled(target.ids))

    def _by_browser(
        self, route: Route, player: Player, path: str, example: Example
    ) -> httpx.Response:
        http = self._browser(route, player)
        sent: dict[str, Any] = {"params": example.query}
        if route.path.startswith("/v1/"):
            sent["json"] = example.json
        elif route.method == "POST":
            sent["data"] = {"form_token": self._token(http), **example.form}
            sent["files"] = example.files or None
        return http.request(route.method, path, **sent)

    def _browser(self, route: Route, player: Player) -> httpx.Client:
        if player.line is not Line.BROWSER:
            return self.cast.stranger
        ends_sign_ins = route.method == "POST" and route.action in SIGNED_OUT_BY
        return self.cast.seat(player) if ends_sign_ins else self.cast.browsers[player.name]

    def _token(self, http: httpx.Client) -> str:
        if http not in self.tokens:
            found = re.search(r'name="form_token" value="(\w+)"', http.get("/account").text)
            self.tokens[http] = found[1] if found else ""
        return self.tokens[http]

    def _by_phone(
        self, route: Route, player: Player, path: str, example: Example
    ) -> httpx.Response:
        folder = self.cast.world.folders[self.cast.phones[player.name]]
        connection = Connection(self.cast.world.client(), Keyring(folder, Disk()), system_clocks())
        request = Request(route.method, path, json=example.json_bytes(), query=example.query)
        try:
            return connection.ask(request)
        except RefusedError as refusal:
            return httpx.Response(
                refusal.problem.status,
                content=refusal.answer,
                headers={"Content-Type": CONTENT_TYPE},
            )


def table() -> list[Route]:
    """Give every route."""
    return routes()


def sees(player: Player) -> bool:
    """Tell whether a player may read about the person asked for."""
    return player.owns or player.reaches(Action.SEE_PERSON)
