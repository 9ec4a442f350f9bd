"""`--enrolled` on a real database, as the verifier's login: what is compared, and what is not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select, update

from mobile_contract.codes import CheckInState
from storage.database import Sessions
from storage.local_stack import LocalStack
from storage.records import CheckIn, MediaState, ReferenceSet, ReferenceVector, Review
from tests.enrolments import models
from tests.factories import Factory
from tests.servers import ROOT, sessions_as
from tests.verifier.calibrate.kept import A_DAY, Kept
from verifier.calibrate.enrolled import Enrolled, enrolled_samples
from verifier.calibrate.people import by_person
from verifier.calibrate.trials import Plan, genuine, impostor
from verifier.faces.embedding import DIMENSIONS, Vector
from verifier.verdicts import bands

FACE: Vector = np.eye(1, DIMENSIONS, dtype=np.float32)[0]


@pytest.fixture
def kept(factory: Factory) -> Kept:
    """Lays people."""
    return Kept(factory, models())


@pytest.fixture
def verifier(stack: LocalStack) -> Iterator[Sessions]:
    """The database as the verifier signs in to it."""
    with sessions_as(stack, "verifier") as sessions:
        yield sessions


def found(sessions: Sessions, kept: Kept) -> Enrolled:
    """What is read."""
    return enrolled_samples(sessions, models(), kept.factory.parts.now())


def genuine_trials(read: Enrolled, references: int = 1) -> int:
    """How many genuine trials there are."""
    return len(genuine(by_person(read.samples), Plan(references)).person)


def test_photos_of_one_sitting_are_no_genuine_pair(kept: Kept, verifier: Sessions) -> None:
    kept.person(sittings=1, photos=5, checkins=0)
    kept.person(sittings=1, photos=3, checkins=0)
    read = found(verifier, kept)
    assert len(read.samples) == 8
    assert genuine_trials(read) == 0
    assert len(impostor(by_person(read.samples), Plan(1)).person) == 30  # each against each other's


def test_a_check_in_of_the_day_of_enrolment_is_of_that_sitting(
    kept: Kept, verifier: Sessions
) -> None:
    person, now = kept.factory.offender().id, kept.factory.parts.now()
    kept.set_of(person, [FACE], now)
    kept.checkin(person, FACE, now)
    assert genuine_trials(found(verifier, kept)) == 0
    kept.checkin(person, FACE, now - 2 * A_DAY)
    assert genuine_trials(found(verifier, kept)) == 1


def test_confirmed_check_ins_are_probes_and_never_references(
    kept: Kept, verifier: Sessions
) -> None:
    kept.person(sittings=1, photos=3, checkins=4)
    kept.person(sittings=1, photos=3, checkins=0)
    read = found(verifier, kept)
    assert (len(read.samples), read.checkins, read.by_people) == (10, 4, 0)
    assert genuine_trials(read) == 12  # four check-ins against each of three photos
    strangers = impostor(by_person(read.samples), Plan(3))
    assert len(strangers.person) == 6  # enrolled photos only: of strangers nobody keeps a look


@pytest.mark.parametrize(
    ("state", "media"),
    [
        (CheckInState.IN_REVIEW, MediaState.STORED),
        (CheckInState.NOT_DECIDED, MediaState.STORED),
        (CheckInState.CONFIRMED, MediaState.ERASED),
    ],
)
def test_a_check_in_counts_only_if_confirmed_and_while_its_photo_is_kept(
    kept: Kept, verifier: Sessions, state: CheckInState, media: MediaState
) -> None:
    person, now = kept.factory.offender().id, kept.factory.parts.now()
    kept.checkin(person, FACE, now, state, media)
    assert found(verifier, kept).samples == ()


def test_vectors_of_other_models_and_sets_that_were_not_approved_do_not_count(
    kept: Kept, verifier: Sessions
) -> None:
    kept.person(sittings=1, photos=2, checkins=0)
    kept.person(sittings=1, photos=2, checkins=0)
    with kept.factory.session() as session:
        vectors = session.scalars(select(ReferenceVector)).all()
        vectors[0].model_sha256 = "of another model"
        sets = session.scalars(select(ReferenceSet)).all()
        session.execute(
            update(ReferenceSet).where(ReferenceSet.id == sets[1].id).values(state="collecting")
        )
    assert len(found(verifier, kept).samples) in {1, 2}


def test_who_confirmed_is_said(kept: Kept, verifier: Sessions) -> None:
    person, now = kept.factory.offender().id, kept.factory.parts.now()
    answered, _ = (kept.checkin(person, FACE, now) for _ in range(2))
    kept.factory.added(
        Review(
            offender_id=person,
            checkin_id=answered,
            officer_id=kept.factory.account().id,
            officer_role="officer",
            identity="yes",
            reason="looked",
            answered_at=now,
        )
    )
    read = found(verifier, kept)
    assert (read.checkins, read.by_people) == (2, 1)
    assert "1 of these confirmed by people" in str(read)


def test_nothing_is_written(kept: Kept, verifier: Sessions) -> None:
    kept.person()
    before = _rows(kept)
    found(verifier, kept)
    assert _rows(kept) == before


def _rows(kept: Kept) -> set[tuple[UUID, CheckInState]]:
    with kept.factory.session() as session:
        return {(row.id, row.state) for row in session.scalars(select(CheckIn))}


def run(stack: LocalStack, folder: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the command as somebody types it, with the settings of the verifier."""
    out = folder / "own.json"
    ran = subprocess.run(
        [sys.executable, "-m", "verifier.calibrate", "--enrolled", "--json", str(out)],
        cwd=ROOT,
        env=stack.environment("verifier"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran, json.loads(out.read_text(encoding="utf-8"))


def test_the_command_proposes_limits_from_enough_people_of_ones_own(
    kept: Kept, stack: LocalStack, tmp_path: Path
) -> None:
    for _ in range(26):
        kept.person(sittings=2, photos=3, checkins=2)
    ran, whole = run(stack, tmp_path)
    assert "52 confirmed check-ins, 0 of these" in ran.stdout
    assert "both sexes" in ran.stdout
    shipped = [row for row in whole["rows"] if row["point"] == "shipped"]
    assert {row["matcher"] for row in shipped} == {"sface", "default"}
    assert {row["group"] for row in shipped} == {"unknown", "all"}
    proposed = whole["proposal"]["limits"]
    assert bands.limits_of([_limits(one) for one in proposed if "refused" not in one])
    assert (tmp_path / "own-det.svg").is_file()
    assert (tmp_path / "own-scores.png").is_file()


def _limits(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in bands.Limits.__dataclass_fields__}


def test_the_command_proposes_nothing_from_few(
    kept: Kept, stack: LocalStack, tmp_path: Path
) -> None:
    for _ in range(3):
        kept.person()
    ran, whole = run(stack, tmp_path)
    assert "no threshold set is proposed" in ran.stdout
    assert all("refused" in one for one in whole["proposal"]["limits"])


def test_an_empty_deployment_is_no_fault(
    factory: Factory, stack: LocalStack, tmp_path: Path
) -> None:
    assert factory
    ran, whole = run(stack, tmp_path)
    assert whole["rows"] == []
    assert "no threshold set is proposed" in ran.stdout
