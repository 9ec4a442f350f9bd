"""The doctor says in plain lines what an environment reaches, can and lacks."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, text, update

from storage.abilities import Ability, Has, try_abilities
from storage.doctor import main
from storage.local_stack import LocalStack, Store
from storage.media import MediaKey, MediaStore
from storage.records import Media, MediaKind, Work
from storage.s3_client import open_client
from storage.settings import StoreSettings
from storage.stored_media import stored_object
from tests.factories import Factory
from tests.forged_write import forge_write
from tests.waiting_work import WaitingWork, media_of

ROOT = Path(__file__).parent.parent.parent
ABLE = {
    Store.RCLONE: dict.fromkeys(Ability, Has.NO),
    Store.MINIO: dict.fromkeys(Ability, Has.YES),
}


@dataclass(frozen=True)
class Told:
    """What the doctor said of an environment."""

    status: int
    findings: list[dict[str, Any]]

    def about(self, subject: str) -> list[tuple[str, str]]:
        """What was said of one thing, with its grade."""
        return [
            (finding["grade"], finding["said"])
            for finding in self.findings
            if finding["about"] == subject
        ]


@dataclass
class Doctor:
    """Runs the doctor in this process and reads what it says."""

    environment: Mapping[str, str]
    capture: pytest.CaptureFixture[str]

    def say(self, *arguments: str, **changed: str) -> Told:
        status = main(["--json", *arguments], {**self.environment, **changed})
        return Told(status, json.loads(self.capture.readouterr().out))


@pytest.fixture
def doctor(
    stack: LocalStack,
    factory: Factory,  # noqa: ARG001 - emptied first
    capsys: pytest.CaptureFixture[str],
) -> Doctor:
    return Doctor(stack.environment("command"), capsys)


@pytest.fixture
def empty_store(stack: LocalStack) -> Iterator[MediaStore]:
    """A bucket without objects: what other tests left is theirs."""
    settings = StoreSettings.read(stack.environment("web"))
    media = MediaStore(settings)
    _remove_all(settings, media)
    yield media
    _remove_all(settings, media)


def _remove_all(settings: StoreSettings, media: MediaStore) -> None:
    client = open_client(settings)
    for held in list(media.listed()):
        client.remove_object(settings.bucket, held.key, version_id=held.version_id or None)


@pytest.fixture
def kept(factory: Factory, empty_store: MediaStore) -> Media:  # noqa: ARG001 - emptied first
    """A photo with its row."""
    key = MediaKey.checkin(uuid4(), uuid4(), "0" * 64)
    row = WaitingWork(factory).media_row(MediaKind.CHECKIN, key, b"photo")
    with factory.session() as session:
        session.add(row)
    return row


def test_the_doctor_runs_as_a_command_and_ends_well_where_all_is_well(
    stack: LocalStack, factory: Factory
) -> None:
    assert factory
    answer = subprocess.run(
        [sys.executable, "-m", "storage.doctor"],
        capture_output=True,
        text=True,
        env=stack.environment("command"),
        cwd=ROOT,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    assert "signed in as checkin_command" in answer.stdout
    assert "Valkey" in answer.stdout
    assert stack.environment("web")["S3_SECRET_KEY"] not in answer.stdout + answer.stderr


def test_a_database_that_is_away_is_a_fault(doctor: Doctor) -> None:
    told = doctor.say(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    assert told.status == 1
    assert told.about("PostgreSQL") == [("fault", "no answer")]


def test_a_bell_that_is_away_is_a_fault(doctor: Doctor) -> None:
    told = doctor.say(REDIS_URL="redis://127.0.0.1:9/0")
    assert told.status == 1
    assert [grade for grade, _ in told.about("Redis")] == ["fault"]


def test_a_store_that_is_away_is_a_fault(doctor: Doctor) -> None:
    told = doctor.say(S3_URL="http://127.0.0.1:9")
    assert told.about("object store") == [("fault", "no answer at 127.0.0.1:9")]


def test_a_bucket_that_is_missing_is_a_fault_that_names_the_cure(doctor: Doctor) -> None:
    ((grade, said),) = doctor.say(S3_BUCKET="no-such-bucket").about("object store")
    assert grade == "fault"
    assert "python -m storage.migrations" in said


def test_a_setting_that_is_missing_is_named(doctor: Doctor) -> None:
    assert main([], {**doctor.environment, "S3_URL": ""}) == 2
    assert "S3_URL is not set" in doctor.capture.readouterr().err


def test_a_role_that_stands_above_row_level_security_is_warned_of(
    doctor: Doctor, stack: LocalStack
) -> None:
    url = stack.superuser_url.replace("postgresql://", "postgresql+psycopg://", 1)
    grades = [grade for grade, _ in doctor.say(DATABASE_URL=url).about("PostgreSQL")]
    assert "warn" in grades


def test_a_year_without_working_days_is_warned_of(doctor: Doctor) -> None:
    assert {grade for grade, _ in doctor.say().about("working days")} == {"warn"}


def test_a_year_with_working_days_is_not(doctor: Doctor, factory: Factory) -> None:
    years: dict[str, dict[str, list[str]]] = {
        str(year): {"off": [], "worked": []} for year in range(2025, 2100)
    }
    with factory.session() as session:
        session.execute(
            text(
                "INSERT INTO rules (name, value, valid_from, set_by, reason, set_at)"
                " VALUES ('working_days', cast(:years AS jsonb), now(), 't', 't', now())"
            ),
            {"years": json.dumps(years)},
        )
    assert doctor.say().about("working days") == []


def test_work_that_waits_for_long_is_warned_of(doctor: Doctor, factory: Factory) -> None:
    WaitingWork(factory).checkin(factory.offender().id, None)
    assert doctor.say().about("work")[0][0] == "ok"
    with factory.session() as session:
        then = func.now() - timedelta(minutes=5)
        session.execute(update(Work).values(not_before=then, added_at=then))
    assert doctor.say().about("work")[0][0] == "warn"


@pytest.mark.media
def test_the_abilities_of_a_store_are_found_by_trying(stack: LocalStack) -> None:
    settings = StoreSettings.read(stack.environment("web"))
    assert try_abilities(settings) == ABLE[stack.store]


@pytest.mark.media
def test_trying_abilities_leaves_nothing_behind(stack: LocalStack, empty_store: MediaStore) -> None:
    settings = StoreSettings.read(stack.environment("web"))
    try_abilities(settings)
    assert list(empty_store.listed()) == []
    assert [bucket.name for bucket in open_client(settings).list_buckets()] == [settings.bucket]


@pytest.mark.media
def test_media_that_agree_with_their_rows_are_well(doctor: Doctor, kept: Media) -> None:
    assert kept
    told = doctor.say("--media")
    assert (told.status, [finding["grade"] for finding in told.findings]) == (0, ["ok"])


@pytest.mark.media
def test_a_row_whose_object_is_gone_is_named(
    doctor: Doctor, kept: Media, empty_store: MediaStore
) -> None:
    empty_store.remove(stored_object(kept))
    told = doctor.say("--media")
    assert told.status == 1
    ((_, said),) = told.about("media")
    assert said.startswith(f"gone: {kept.object_key}")
    assert str(kept.id) in said


@pytest.mark.media
def test_an_object_that_no_row_knows_is_named(doctor: Doctor, empty_store: MediaStore) -> None:
    put = empty_store.put(MediaKey.study("1" * 64), b"stray", "text/plain")
    told = doctor.say("--media")
    ((grade, said),) = told.about("media")
    assert (told.status, grade) == (0, "warn")  # for a day its row may be on its way
    assert said.startswith(f"unknown: {put.key}")
    assert put.version_id in said


@pytest.mark.media
def test_a_row_whose_bytes_are_others_is_named(
    doctor: Doctor, factory: Factory, empty_store: MediaStore
) -> None:
    put = empty_store.put(MediaKey.study("2" * 64), b"stray", "text/plain")
    row = media_of(MediaKind.STUDY, replace(put, sha256="3" * 64), factory.parts.now())
    with factory.session() as session:
        session.add(row)
    ((_, said),) = doctor.say("--media").about("media")
    assert said.startswith(f"changed: {put.key}")


@pytest.mark.media
def test_a_write_that_nobody_signed_is_named_with_its_version(
    doctor: Doctor, kept: Media, empty_store: MediaStore, stack: LocalStack
) -> None:
    """CVE-2026-41145: this MinIO takes a write from whoever knows the access key id."""
    if stack.store is not Store.MINIO:
        pytest.skip("only MinIO takes unsigned writes; make test STORE=minio")
    forged = forge_write(StoreSettings.read(doctor.environment), kept.object_key, b"forged")
    assert forged != kept.version_id
    assert empty_store.fetch(stored_object(kept)) == b"photo"
    told = doctor.say("--media")
    said = {told for _, told in told.about("media")}
    assert {one.split(":")[0] for one in said} == {"unknown", "overwritten"}
    assert any(one.startswith(f"unknown: {kept.object_key} version {forged}") for one in said)
