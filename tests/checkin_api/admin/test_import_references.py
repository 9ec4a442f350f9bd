"""Photos of many people at once: whole for each person, again without change, a line a fault."""

import json
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from storage.local_stack import LocalStack
from storage.records import (
    ApprovalBasis,
    Media,
    Offender,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
    Role,
    Work,
    WorkKind,
)
from tests.checkin_api.admin.conftest import Ran, Terminal
from tests.checkin_api.arranged import examine_all, picture
from tests.factories import Factory

pytestmark = pytest.mark.media


class Bulk:
    """A district's account with a folder of photos."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal, self.factory, self.folder = terminal, terminal.factory, folder
        self.district = self.factory.district()
        self.office = self.factory.office(self.district)
        self.login = self.factory.officer(role=Role.DISTRICT, district=self.district).login

    def person(self, photos: int = 3) -> Offender:
        """Somebody of the district with photos in the folder."""
        person = self.factory.offender(self.office)
        for number in range(photos):
            self.lay(person.number, f"{number}.jpg", picture(next(self.factory.numbers) * 7))
        return person

    def lay(self, number: str, name: str, data: bytes) -> None:
        """A file in somebody's folder."""
        (self.folder / number).mkdir(exist_ok=True)
        (self.folder / number / name).write_bytes(data)

    def run(self, login: str | None = None) -> Ran:
        """Import the folder."""
        return self.terminal.run(
            "--as", login or self.login, "--json", "import-references", self.folder
        )

    def told(self) -> dict[str, object]:
        """What an import says."""
        found: dict[str, object] = json.loads(self.run().out)
        return found

    def sets(self) -> list[tuple[UUID, ReferenceSetState, ReferenceSource]]:
        """All sets there are."""
        with self.factory.session() as session:
            rows = session.scalars(select(ReferenceSet)).all()
        return [(row.offender_id, row.state, row.source) for row in rows]


@pytest.fixture
def bulk(stack: LocalStack, terminal: Terminal, tmp_path: Path) -> Bulk:
    """A district's account with an empty folder."""
    photos = tmp_path / "photos"
    photos.mkdir()
    return Bulk(Terminal(stack.environment("command"), terminal.factory), photos)


def waiting(person: Offender) -> tuple[UUID, ReferenceSetState, ReferenceSource]:
    return (person.id, ReferenceSetState.COLLECTING, ReferenceSource.FOLDER)


def test_each_set_waits_for_approval_and_for_the_worker(bulk: Bulk) -> None:
    people = [bulk.person(), bulk.person(5)]
    ran = bulk.run()
    assert ran.status == 0, ran.err
    assert sorted(bulk.sets()) == sorted(waiting(person) for person in people)
    with bulk.factory.session() as session:
        promised = session.execute(select(Work.kind, Work.subject_id).distinct()).all()
    kinds = Counter(kind for kind, _ in promised)  # a worker may add the same again meanwhile
    assert (kinds[WorkKind.EMBED_REFERENCE], kinds[WorkKind.RENDER_MEDIA]) == (8, 8)


def test_the_same_folder_again_changes_nothing(bulk: Bulk) -> None:
    bulk.person()
    assert bulk.told() == {"added": 1, "unchanged": 0, "fault": 0, "faults": []}
    assert bulk.told() == {"added": 0, "unchanged": 1, "fault": 0, "faults": []}
    with bulk.factory.session() as session:
        assert session.scalar(select(func.count()).select_from(ReferencePhoto)) == 3


def test_what_a_killed_import_had_not_reached_is_taken_by_the_next(bulk: Bulk) -> None:
    bulk.person()
    bulk.run()
    later = bulk.person()
    assert bulk.told()["added"] == 1
    assert waiting(later) in bulk.sets()


def test_photos_that_were_approved_meanwhile_are_no_change(bulk: Bulk) -> None:
    person = bulk.person()
    bulk.run()
    examine_all(bulk.factory)
    with bulk.factory.session() as session:
        row = session.scalars(select(ReferenceSet)).one()
        row.approved_by, row.basis = row.created_by, ApprovalBasis.CASE_FILE
        row.state = ReferenceSetState.APPROVED
    assert bulk.told()["unchanged"] == 1
    assert bulk.sets() == [(person.id, ReferenceSetState.APPROVED, ReferenceSource.FOLDER)]


def test_a_fault_is_a_line_and_stops_nobody_else(bulk: Bulk) -> None:
    good = bulk.person()
    bulk.lay("CQ-UNKNOWN", "1.jpg", picture(3))
    many, odd, torn = bulk.person(6), bulk.person(1), bulk.person(1)
    bulk.lay(odd.number, "scan.png", b"PNG")
    bulk.lay(torn.number, "torn.jpg", picture(9)[:400])
    (bulk.folder / "readme.txt").write_text("stray")
    (bulk.folder / "Thumbs.db").write_bytes(b"left behind")
    ran = bulk.run()
    assert ran.status == 1
    assert sorted(json.loads(ran.out)["faults"]) == sorted(
        [
            ["readme.txt", "stray"],
            ["CQ-UNKNOWN", "unknown_person"],
            [many.number, "count"],
            [f"{odd.number}/scan.png", "photo_not_jpeg"],
            [f"{torn.number}/torn.jpg", "photo_damaged"],
        ]
    )
    assert bulk.sets() == [waiting(good)]


def test_a_link_in_a_folder_leads_nowhere(bulk: Bulk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(picture(5))
    person = bulk.person(1)
    (bulk.folder / person.number / "link.jpg").symlink_to(secret)
    assert bulk.told()["faults"] == [[f"{person.number}/link.jpg", "unreadable"]]
    assert bulk.sets() == []


def test_somebody_of_another_district_is_as_nobody(bulk: Bulk, factory: Factory) -> None:
    stranger = factory.offender()
    bulk.lay(stranger.number, "1.jpg", picture(4))
    assert bulk.told()["faults"] == [[stranger.number, "unknown_person"]]


@pytest.mark.parametrize("role", [Role.HEAD, Role.ADMINISTRATOR, Role.CITY])
def test_only_an_account_of_a_district_imports(bulk: Bulk, role: Role) -> None:
    bulk.person()
    other = bulk.factory.officer(bulk.office if role is Role.HEAD else None, role).login
    ran = bulk.run(other)
    assert ran.status == 1
    assert other in ran.err
    assert bulk.sets() == []
    with bulk.factory.session() as session:
        assert session.scalars(select(Media)).all() == []
