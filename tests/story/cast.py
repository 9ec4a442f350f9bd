"""The people of the story: laid out by an administrator, enrolled by an officer."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import yaml

from mobile_contract.client.phone import Phone
from mobile_contract.codes import Datum
from mobile_contract.places import Place
from storage.parts import utc_now
from tests.authenticators import Authenticator
from tests.photos import Photos
from tests.stage import Stage, admin
from tests.story.desk import Desk, Folder
from tests.story.telling import Line, Telling
from verifier.local_time import local_date

SQUARE = Place(latitude=29.5630, longitude=106.5516, datum=Datum.WGS84, accuracy_m=20.0)
FENCE_RADIUS_M = 2000


@dataclass(frozen=True)
class Person:
    """One supervised person of the story."""

    number: str
    name: str
    office: str


CHEN = Person("CQ000001", "陈一", "NAN1")
WANG = Person("CQ000002", "王二", "NAN1")
LI = Person("CQ000003", "李三", "NAN1")
ZHAO = Person("CQ000004", "赵四", "NAN1")

LAYOUT = {
    "districts": [{"code": "NAN", "name": "南岸区"}, {"code": "YB", "name": "渝北区"}],
    "offices": [
        {"code": "NAN1", "name": "花园司法所", "district": "NAN"},
        {"code": "NAN2", "name": "海棠司法所", "district": "NAN"},
        {"code": "YB1", "name": "龙溪司法所", "district": "YB"},
    ],
    "officers": [
        {"login": "admin1", "name": "陈管", "role": "administrator"},
        {"login": "admin2", "name": "何静", "role": "administrator"},
        {"login": "city", "name": "秦岭", "role": "city"},
        {"login": "zhang", "name": "张敏", "role": "officer", "office": "NAN1"},
        {"login": "liu", "name": "刘洋", "role": "officer", "office": "NAN1"},
        {"login": "zhou", "name": "周平", "role": "head", "office": "NAN1"},
        {"login": "wu", "name": "吴静", "role": "district", "district": "NAN"},
        {"login": "he", "name": "何川", "role": "district", "district": "YB"},
        {"login": "xu", "name": "徐丽", "role": "officer", "office": "YB1"},
        {"login": "editor", "name": "孙编", "role": "editor"},
    ],
}

OFFICERS = {one["login"]: one for one in LAYOUT["officers"]}


@dataclass
class Cast:
    """Everybody, signed in."""

    stage: Stage
    desks: dict[str, Desk] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    authenticators: dict[str, Authenticator] = field(default_factory=dict)
    phones: dict[Person, Phone] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    def folder_of(self, person: Person, login: str = "zhang") -> Folder:
        """A person's pages on somebody's desk; all people of the story are in Zhang's office."""
        return Folder(self.desks[login], self.ids[person.number])

    def seen(self, person: Person, checkin: UUID) -> str:
        """Flags, notes and the comparison of a check-in, as the officer's page shows them."""
        folder = self.folder_of(person)
        return ", ".join([*folder.flags(checkin), f"comparison {folder.comparison(checkin)}"])


def lay_out(stage: Stage, environment: Mapping[str, str], telling: Telling) -> Cast:
    """Let an administrator lay out the city, and everybody set a password."""
    tomorrow = local_date(utc_now()) + timedelta(days=1)
    people = [
        {
            "number": person.number,
            "name": person.name,
            "office": person.office,
            "starts": str(tomorrow - timedelta(days=30)),
            "plan": "daily",
            # The story orders its own windows, so that it passes at any hour.
            "plan_starts": str(tomorrow),
        }
        for person in (CHEN, WANG, LI, ZHAO)
    ]
    file = stage.folder / "city.yaml"
    _write(file, LAYOUT | {"offenders": people})
    done = admin(environment, "lay-out", str(file))
    cast = Cast(stage)
    cast.ids = {one["key"]: UUID(one["id"]) for one in done["done"] if one["kind"] == "person"}
    for one in done["done"]:
        if one.get("setup_code"):
            _take_seat(cast, one["key"], one["setup_code"])
    counts = ", ".join(f"{len(LAYOUT[name])} {name}" for name in ("districts", "offices"))
    did = f"lays out {counts}, {len(people)} people"
    seats = f"{len(cast.desks)} accounts took their codes, set passwords and second factors up"
    telling.tell(Line(1, "administrator", did, seats))
    return cast


def _write(file: Path, content: object) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _take_seat(cast: Cast, login: str, code: str) -> None:
    password = secrets.token_urlsafe(12)
    browser = cast.stage.browser()
    browser.submit(
        "/set-up", "/set-up", login=login, code=code, password=password, password_again=password
    )
    cast.authenticators[login] = browser.set_second_factor_up()
    cast.desks[login] = Desk(browser)
    cast.passwords[login] = password


def enrol(cast: Cast, photos: Photos, telling: Telling) -> None:
    """Let officers enrol three people, set their fences and hand out activation codes."""
    references = {CHEN: photos.obama, WANG: (photos.biden,), LI: (photos.astronaut,), ZHAO: ()}
    for person, pictures in references.items():
        folder = cast.folder_of(person)
        folder.set_fence(SQUARE, FENCE_RADIUS_M)
        if pictures:
            folder.add_references(pictures)
    for person, pictures in references.items():
        folder = cast.folder_of(person)
        if pictures:
            folder.approve_references(len(pictures))
        code = folder.activation_code()
        cast.phones[person] = cast.stage.phone(person.number, code)
        enrolled = f"{len(pictures)} photos approved" if pictures else "not enrolled yet"
        did = f"enrols {person.name} and hands out a code"
        telling.tell(Line(1, "张敏", did, f"phone activated, {enrolled}"))
