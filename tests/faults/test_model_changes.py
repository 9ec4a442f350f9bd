"""A change of the face model whose worker is killed: others finish it, and nothing judges early."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from uuid import UUID

import pytest
from sqlalchemy import select

from mobile_contract.codes import CheckInState
from storage import model_changes
from storage.local_stack.process_tree import descendants, kill_all, process, wait_gone
from storage.model_changes import AT_ONCE, Progress
from storage.records import EvidenceRow, ModelChange, ReferenceVector, Work, WorkKind
from storage.work import LEASE
from tests.enrolments import another_recognizer, models
from tests.faults.conftest import PATIENCE_S, Scene
from tests.photos import photos
from tests.servers import ROOT
from tests.stage import admin, eventually
from tests.waiting_work import let_work_wait
from verifier.faces.model_files import DLIB_NETWORK, SFACE, sha256_of

KEPT = {SFACE.name, DLIB_NETWORK}
PEOPLE, EACH = 5, 3
PHOTOS = PEOPLE * EACH
SOME = 2  # photos that the worker is through with when it is killed
# Photos left when the last one is not promised yet: a check-in that comes then goes before it.
assert SOME + AT_ONCE < PHOTOS

Worker = subprocess.Popen[bytes]


@dataclass
class Change:
    """A change to another model that was begun, and the file of that model."""

    scene: Scene
    file: Path
    id: UUID

    def far(self) -> Progress:
        """How far it is."""
        with self.scene.factory.session() as session:
            return model_changes.progress(session, self.id)

    def is_looking(self) -> bool:
        """Whether a worker is at one of the photos now."""
        waiting = select(Work).where(Work.kind == WorkKind.RE_EMBED_REFERENCE, Work.examining)
        with self.scene.factory.session() as session:
            return session.scalars(waiting.limit(1)).first() is not None

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A worker that has both models."""
        environment = self.scene.stack.environment("verifier")
        started = subprocess.Popen(
            [sys.executable, "-m", "verifier.worker", "faces"],
            cwd=ROOT,
            env=environment | {"NEXT_RECOGNIZER": str(self.file)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield started
        finally:
            started.terminate()
            started.wait(timeout=20)

    def finish(self) -> None:
        """Wait for a worker to be through with the last photo."""
        eventually(lambda: self.far().finished, within_s=PATIENCE_S)


@pytest.fixture
def change(scene: Scene, tmp_path: Path) -> Change:
    """A change for five people that no worker has taken up."""
    for _ in range(PEOPLE - 1):
        scene.factory.enrolment(scene.factory.offender().id, photos().obama)
    scene.processes.halt("verifier")
    file = another_recognizer(tmp_path)
    admin(scene.stack.environment("command"), "re-embed", str(file), "--begin")
    with scene.factory.session() as session:
        begun = session.scalars(select(ModelChange.id)).one()
    return Change(scene, file, begun)


@pytest.fixture
def broken_off(change: Change) -> Change:
    """The same change, some photos on: its worker was killed with a photo in hand."""
    with change.worker() as worker:
        eventually(lambda: change.far().concluded >= SOME and change.is_looking(), PATIENCE_S, 0.01)
        _kill(worker)
    assert SOME <= change.far().concluded < PHOTOS
    return change


def _kill(worker: Worker) -> None:
    family = [one for one in (process(worker.pid), *descendants(worker.pid)) if one]
    kill_all(family, SIGKILL)
    wait_gone(family, within_s=5)


def leases_end(change: Change) -> None:
    with change.scene.factory.session() as session:
        let_work_wait(session, LEASE)


def judges(change: Change) -> list[str]:
    """Which model told the faces of each check-in apart, in the order they were judged."""
    order = select(EvidenceRow.face).order_by(EvidenceRow.finished_at)
    with change.scene.factory.session() as session:
        return [face["models"][SFACE.name] for face in session.scalars(order)]


def test_what_a_killed_worker_leaves_another_finishes_and_counts_once(broken_off: Change) -> None:
    leases_end(broken_off)
    with broken_off.worker():
        broken_off.finish()
    assert broken_off.far() == Progress(PHOTOS, PHOTOS, given_up=0, finished=True)


def test_then_each_photo_has_one_vector_of_each_model(broken_off: Change) -> None:
    leases_end(broken_off)
    with broken_off.worker():
        broken_off.finish()
    with broken_off.scene.factory.session() as session:
        vectors = session.scalars(select(ReferenceVector)).all()
    assert Counter((one.model, one.model_sha256) for one in vectors) == {
        **{(name, sha256): PHOTOS for name, sha256 in models().sha256.items() if name in KEPT},
        (SFACE.name, sha256_of(broken_off.file)): PHOTOS,
    }


def test_a_check_in_meanwhile_is_judged_by_the_old_model_and_one_afterwards_by_the_new(
    broken_off: Change,
) -> None:
    scene = broken_off.scene
    scene.report()
    leases_end(broken_off)
    with broken_off.worker():
        broken_off.finish()
        scene.report()
        assert [one.state for one in scene.verdicts()] == [CheckInState.CONFIRMED] * 2
    assert judges(broken_off) == [models().recognizer_sha256, sha256_of(broken_off.file)]
