"""Everybody who can knock at the door: one of each role in each place, phones, and nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import httpx

from checkin_api.access.permissions import Action, Who, Whose, allowed
from mobile_contract.client.phone import Phone
from storage.records import CaseOpening, Offender, Officer, Recusal, Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from tests.world import World


class Where(StrEnum):
    """Where a post lies, seen from the person that is asked for."""

    HERE = "here"  # the person's own office
    NEXT_DOOR = "next door"  # another office of the district
    ELSEWHERE = "elsewhere"  # another district
    NOWHERE = "nowhere"  # a role without a place, or no post at all


class Line(StrEnum):
    """How somebody speaks with the system."""

    NONE = "none"
    BROWSER = "browser"
    PHONE = "phone"


WHERE_OF = dict.fromkeys(
    OFFICE_ROLES, (Where.HERE, Where.NEXT_DOOR, Where.ELSEWHERE)
) | dict.fromkeys(DISTRICT_ROLES, (Where.HERE, Where.ELSEWHERE))


@dataclass(frozen=True)
class Player:
    """Somebody who asks, and what the table makes of them."""

    name: str
    line: Line = Line.NONE
    whos: frozenset[Who] = frozenset({Who.ANYBODY})
    where: Where = Where.NOWHERE
    owns: bool = False  # the data asked for is the player's own
    opened: bool = False  # has opened the case, with a reason
    recused: bool = False

    def may(self, action: Action) -> bool:
        """Tell whether some role of the player may do this at all."""
        return any(allowed(who, action) is not None for who in self.whos)

    def reaches(self, action: Action) -> bool:
        """Tell whether the person asked for lies within what the action reaches."""
        return not self.recused and any(self._covers(allowed(who, action)) for who in self.whos)

    def _covers(self, whose: Whose | None) -> bool:
        match whose:
            case Whose.OWN:
                return self.owns
            case Whose.OFFICE:
                return self.where is Where.HERE
            case Whose.DISTRICT:
                return self.where in {Where.HERE, Where.NEXT_DOOR}
            case Whose.OPENED:
                return self.opened
            case Whose.CITY | Whose.NOBODYS:
                return True
            case None:
                return False


def players() -> Iterator[Player]:
    """Give everybody."""
    yield Player("nobody")
    for role in Role:
        for where in WHERE_OF.get(role, (Where.NOWHERE,)):
            yield Player(f"{role} {where}", Line.BROWSER, _account(role), where)
    head, city = _account(Role.HEAD), _account(Role.CITY)
    yield Player("city with the case opened", Line.BROWSER, city, opened=True)
    yield Player("head here, recused", Line.BROWSER, head, Where.HERE, recused=True)
    yield Player("head here, unconfirmed", Line.BROWSER, frozenset({Who.ACCOUNT}))
    phone = frozenset({Who.OFFENDER})
    yield Player("the person", Line.PHONE, phone, owns=True)
    yield Player("another person", Line.PHONE, phone)
    yield Player("the person, ended", Line.PHONE, phone, owns=True)
    yield Player("the person, paused", Line.PHONE, phone, owns=True)


def _account(role: Role) -> frozenset[Who]:
    return frozenset({Who.ACCOUNT, Who(role.value)})


@dataclass
class Cast:
    """The players with their clients, and the office that everything is asked about."""

    world: World
    office: UUID = field(init=False)
    owners: dict[str, Offender] = field(default_factory=dict)
    browsers: dict[str, httpx.Client] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        factory = self.world.factory
        self.stranger = self.world.client()
        north, south = factory.district(), factory.district()
        self.district = north
        self.office = factory.office(north)
        self.offices = {
            Where.HERE: self.office,
            Where.NEXT_DOOR: factory.office(north),
            Where.ELSEWHERE: factory.office(south),
        }
        self.districts = {Where.HERE: north, Where.ELSEWHERE: south}
        for player in players():
            if player.line is Line.BROWSER:
                self.browsers[player.name] = self.seat(player)
            elif player.line is Line.PHONE:
                self._equip(player)

    def owner_for(self, player: Player) -> Offender:
        """The person whose data a player asks for: the own, or somebody's of the office."""
        if player.owns:
            return self.owners[player.name]
        person = self.world.factory.offender(self.office, name=f"丙{len(self.owners)}丁")
        self._recuse_and_open(person)
        return person

    def seat(self, player: Player) -> httpx.Client:
        """A new account as the player's, signed in."""
        factory = self.world.factory
        role = next((Role(who.value) for who in player.whos if who is not Who.ACCOUNT), Role.HEAD)
        office = (
            self.offices[player.where]
            if role in OFFICE_ROLES and player.where in self.offices
            else None
        )
        if player.where is Where.NOWHERE and role in OFFICE_ROLES:
            account = factory.account()
            factory.posting(account.id, role, office=self.office, confirmed=False)
        else:
            district = self.districts[player.where] if role in DISTRICT_ROLES else None
            account = factory.officer(office, role, district)
        self.officers.setdefault(player.name, account)
        return self.world.officer(account).http

    def _equip(self, player: Player) -> None:
        factory = self.world.factory
        person = factory.offender(self.office, name=f"甲{len(self.owners)}乙")
        self.owners[player.name] = person
        self.phones[player.name] = self.world.phone_of(person)

    def _recuse_and_open(self, person: Offender) -> None:
        """Let the recused be recused from a person, and the city open the case."""
        now = self.world.factory.parts.now()
        head = self.officers["head here, recused"].id
        city = self.officers["city with the case opened"].id
        with self.world.factory.session() as session:
            session.add(
                Recusal(
                    offender_id=person.id, officer_id=head, reason="亲属", set_by=head, set_at=now
                )
            )
            session.add(
                CaseOpening(
                    offender_id=person.id,
                    officer_id=city,
                    reason="信访件核查,需查看签到",
                    opened_at=now,
                    expires_at=now + timedelta(hours=24),
                )
            )
