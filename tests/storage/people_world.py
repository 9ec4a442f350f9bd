"""Two districts of two offices with an adult and somebody under 18 each, and who works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, update

from storage.records import CaseOpening, NamedOfficer, Officer, Posting, Recusal, Role
from tests.factories import Factory
from tests.storage.people_rows import PeopleRows
from verifier.local_time import local_date

NORTH, SOUTH = ("n1", "n2"), ("s1", "s2")
OFFICES = NORTH + SOUTH
WORKS = frozenset({Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD, Role.DUTY, Role.DISTRICT})


def young(office: str) -> str:
    """Name the person under 18 of an office; the adult has the office's name."""
    return f"{office}-young"


EVERYBODY = frozenset((*OFFICES, *map(young, OFFICES)))


@dataclass(frozen=True)
class Caller:
    """An account and the people whom it must see: these and no others.

    `works_with`: the people whose rows it may write; `leads`: whose offices it answers for.
    """

    id: UUID
    sees: frozenset[str] = frozenset()
    works_with: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    audits: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()


@dataclass
class PeopleWorld:
    """Accounts of every kind, by what they are; see `caller`."""

    factory: Factory
    offices: dict[str, UUID]
    districts: dict[str, UUID]
    rows: PeopleRows
    today: date
    callers: dict[str, Caller] = field(default_factory=dict)

    def caller(self, name: str, *posts: tuple[Role, str], sees: str = "", **more: Any) -> Caller:
        """Add an account that is posted so; `sees` names people, parted by blanks."""
        people = frozenset(sees.split())
        account = self.factory.account()
        for role, place in posts:
            self.factory.posting(
                account.id,
                role,
                office=self.offices.get(place),
                district=self.districts.get(place),
            )
        works = any(role in WORKS for role, _ in posts)
        made = Caller(account.id, people, people if works else frozenset())
        self.callers[name] = replace(made, **more)
        return self.callers[name]

    def posting_of(self, caller: Caller, **values: Any) -> None:
        """Change the postings of a caller."""
        with self.factory.session() as session:
            session.execute(update(Posting).where(Posting.officer_id == caller.id).values(**values))

    def add(self, row: object) -> None:
        """Lay a row."""
        with self.factory.session() as session:
            session.add(row)


@contextmanager
def laid_world(factory: Factory, owner: Engine, now: datetime) -> Iterator[PeopleWorld]:
    """The world, with one row of every table for every person."""
    north, south = factory.district(), factory.district()
    offices = {one: factory.office(north) for one in NORTH}
    offices |= {one: factory.office(south) for one in SOUTH}
    bystander = factory.account()
    today = local_date(now)
    with owner.connect() as connection:
        rows = PeopleRows(connection, bystander.id, factory.office())
        rows.lay_library()
        for name, office in offices.items():
            rows.lay(name, office, None)
            rows.lay(young(name), office, today + timedelta(days=365))
        connection.commit()
    world = PeopleWorld(factory, offices, {"N": north, "S": south}, rows, today)
    _lay_offices_staff(world)
    _lay_overseers(world)
    _lay_those_out_of_force(world, now)
    yield world


def _lay_offices_staff(world: PeopleWorld) -> None:
    leads = frozenset({"n1", young("n1")})
    world.caller("social worker", (Role.SOCIAL_WORKER, "n1"), sees="n1")
    world.caller("officer", (Role.OFFICER, "n1"), sees="n1")
    world.caller("officer of two", (Role.OFFICER, "n1"), (Role.OFFICER, "s2"), sees="n1 s2")
    head = world.caller("head", (Role.HEAD, "n1"), sees="n1", leads=leads)
    named = world.caller("named officer", (Role.OFFICER, "n1"), sees="n1 n1-young")
    world.add(
        NamedOfficer(
            offender_id=world.rows.ids["n1-young"],
            officer_id=named.id,
            named_by=head.id,
            named_at=world.factory.parts.now(),
        )
    )
    _recuse(world, world.caller("recused officer", (Role.OFFICER, "n1")), "n1")


def _lay_overseers(world: PeopleWorld) -> None:
    north = frozenset((*NORTH, *map(young, NORTH)))
    both = frozenset(NORTH)
    world.caller("duty officer", (Role.DUTY, "N"), sees="n1 n2")
    world.caller("supervisor", (Role.DISTRICT, "N"), sees="n1 n2", leads=north, audits=both)
    inspector = (Role.PROCURATOR, "N")
    world.caller("procurator", inspector, sees=" ".join(north), audits=north)
    recused = world.caller("recused procurator", inspector, sees="n1-young n2 n2-young")
    world.callers["recused procurator"] = replace(recused, audits=recused.sees)
    _recuse(world, recused, "n1")
    world.caller("city", (Role.CITY, ""))
    opener = world.caller("city with a case", (Role.CITY, ""), sees="s1")
    _open(world, "city with a case", opener, "s1", timedelta(hours=1))
    late = world.caller("city with an old case", (Role.CITY, ""))
    _open(world, "city with an old case", late, "s1", -timedelta(seconds=1))
    of_young = world.caller("city with a case of somebody young", (Role.CITY, ""))
    _open(world, "city with a case of somebody young", of_young, "s1-young", timedelta(hours=1))
    other = world.caller("officer with a case", (Role.OFFICER, "n1"), sees="n1")
    _open(world, "officer with a case", other, "s1", timedelta(hours=1))
    world.caller("editor", (Role.EDITOR, ""))
    world.caller("administrator", (Role.ADMINISTRATOR, ""))


def _lay_those_out_of_force(world: PeopleWorld, now: datetime) -> None:
    yesterday, tomorrow = world.today - timedelta(days=1), world.today + timedelta(days=1)
    world.caller("unposted")
    out: dict[str, dict[str, Any]] = {
        "unconfirmed": {"confirmed_at": None, "confirmed_by": None},
        "ended": {"ended_at": now, "ended_by": "test"},
        "cover from tomorrow": {"starts_on": tomorrow, "ends_on": tomorrow},
        "cover until yesterday": {"starts_on": yesterday, "ends_on": yesterday},
    }
    for name, values in out.items():
        world.posting_of(world.caller(name, (Role.HEAD, "n1")), **values)
    days = {"starts_on": world.today, "ends_on": world.today}
    world.posting_of(world.caller("cover today", (Role.OFFICER, "n1"), sees="n1"), **days)
    closed = world.caller("disabled", (Role.OFFICER, "n1"))
    with world.factory.session() as session:
        session.execute(update(Officer).where(Officer.id == closed.id).values(disabled_at=now))


def _recuse(world: PeopleWorld, caller: Caller, person: str) -> None:
    world.add(
        Recusal(
            offender_id=world.rows.ids[person],
            officer_id=caller.id,
            reason="kin",
            set_by=world.rows.bystander,
            set_at=world.factory.parts.now(),
        )
    )


def _open(world: PeopleWorld, name: str, caller: Caller, person: str, lasts: timedelta) -> None:
    now = world.factory.parts.now()
    world.add(
        CaseOpening(
            officer_id=caller.id,
            offender_id=world.rows.ids[person],
            reason="a stated reason",
            opened_at=now - timedelta(hours=2),
            expires_at=now + lasts,
        )
    )
    world.callers[name] = replace(caller, opened=frozenset({person}))
