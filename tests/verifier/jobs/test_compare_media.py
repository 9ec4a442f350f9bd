"""Media and their rows are compared by the hour: what is wrong is found, nothing is removed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from storage import sweeps
from storage.database import DatabaseUnavailableError, Scope, ScopeKind
from storage.local_stack import LocalStack, Store
from storage.media import MediaKey
from storage.media_doctor import erase_orphans, examine_media
from storage.records import (
    AuditEntry,
    Media,
    MediaFinding,
    MediaKind,
    MediaSweep,
    Queue,
    WorkKind,
    Wrong,
)
from storage.stored_media import stored_object
from tests.factories import Factory
from tests.verifier.jobs.draining import ahead, drain, without_store
from tests.verifier.jobs.sweeping import (
    DAY,
    aged,
    begin,
    found,
    put_over,
    remove_all,
    rule,
    sweep,
)
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace

pytestmark = pytest.mark.media
CLERK = Scope(ScopeKind.COMMAND, "clerk")


@pytest.fixture(autouse=True)
def nothing_stored(stack: LocalStack, factory: Factory) -> Iterator[None]:
    """What other tests left in the store is theirs."""
    remove_all(stack, factory.parts.media)
    yield
    remove_all(stack, factory.parts.media)


@pytest.fixture
def keep(factory: Factory) -> Callable[[], Media]:
    """Stores photos with their rows."""

    def kept() -> Media:
        key = MediaKey.checkin(uuid4(), uuid4(), uuid4().hex * 2)
        row = WaitingWork(factory).media_row(MediaKind.CHECKIN, key, b"the photo")
        row.offender_id = None
        with factory.session() as session:
            session.add(row)
        return row

    return kept


def test_one_of_each_kind_is_found_in_one_run_and_nothing_is_removed(
    factory: Factory, chores: Workplace, keep: Callable[[], Media]
) -> None:
    well, lost, over = keep(), keep(), keep()
    factory.parts.media.remove(stored_object(lost))
    put_over(factory, over, b"somebody else")
    for stray in ("study/" + "f" * 64, "checkins/zzz", "elsewhere/deep/file", "file"):
        factory.parts.media.put(MediaKey(stray), b"stray", "text/plain")
    held = sorted(one.key for one in factory.parts.media.listed())
    done = sweep(factory, replace(chores, parts=aged(chores.parts)))
    assert done.finished_at is not None
    versions = factory.parts.media.keeps_versions()
    assert (Wrong.GONE, lost.id) in found(factory)
    assert (Wrong.OVERWRITTEN if versions else Wrong.CHANGED, over.id) in found(factory)
    assert [wrong for wrong, _ in found(factory)].count(Wrong.UNKNOWN) == 4 + versions
    assert well.id not in {media for _, media in found(factory)}
    assert sorted(one.key for one in factory.parts.media.listed()) == held


@pytest.mark.parametrize(
    ("age", "named"), [(DAY - timedelta(minutes=2), 0), (DAY + timedelta(minutes=2), 1)]
)
def test_an_object_without_a_row_is_named_after_a_day(
    factory: Factory, chores: Workplace, age: timedelta, named: int
) -> None:
    factory.parts.media.put(MediaKey.study("a" * 64), b"stray", "text/plain")
    sweep(factory, replace(chores, parts=aged(chores.parts, age)))
    assert len(found(factory)) == named


def test_what_is_right_again_is_wrong_no_more(
    factory: Factory, chores: Workplace, keep: Callable[[], Media]
) -> None:
    lost = keep()
    factory.parts.media.remove(stored_object(lost))
    sweep(factory, chores)
    assert found(factory) == [(Wrong.GONE, lost.id)]
    sweep(factory, chores)
    with factory.session() as session:
        assert len(session.scalars(select(MediaFinding)).all()) == 1
        session.execute(text("DELETE FROM media_findings; DELETE FROM media"))
        stored = factory.parts.media.put(MediaKey(lost.object_key), b"the photo", "image/jpeg")
        lost.version_id = stored.version_id
        session.merge(lost)
    sweep(factory, chores)
    assert found(factory) == []


def test_bytes_that_changed_without_a_trace_are_found_in_their_turn(
    factory: Factory, chores: Workplace, keep: Callable[[], Media]
) -> None:
    row = keep()
    rule(factory, "media_read_days", 1)
    with factory.session() as session:
        session.execute(text("UPDATE media SET sha256 = :other"), {"other": "0" * 64})
        session.execute(
            text(
                "INSERT INTO media_sweeps (number, depth, started_at, finished_at)"
                " VALUES (:number, 0, now() - interval '2 days', now())"
            ),
            {"number": 24 + row.id.int % 24 - 2},
        )
    assert sweep(factory, chores).bytes_of == 0
    assert found(factory) == []
    assert sweep(factory, chores).bytes_of == 1
    assert found(factory) == [(Wrong.CHANGED, row.id)]
    assert sweep(factory, chores).bytes_of == 1  # a suspect is read until it is right
    assert found(factory) == [(Wrong.CHANGED, row.id)]


def test_photos_of_the_same_length_put_over_another_are_read(
    factory: Factory, chores: Workplace, keep: Callable[[], Media], stack: LocalStack
) -> None:
    if stack.store is not Store.RCLONE:
        pytest.skip("a store with versions says so itself")
    row = keep()
    put_over(factory, row, b"THE PHOTO")
    with factory.session() as session:
        session.execute(text("UPDATE media SET state_since = state_since - interval '1 hour'"))
    sweep(factory, chores)
    assert found(factory) == [(Wrong.CHANGED, row.id)]


def test_many_objects_are_compared_in_many_slices(
    factory: Factory,
    chores: Workplace,
    keep: Callable[[], Media],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [keep() for _ in range(6)]
    factory.parts.media.remove(stored_object(rows[3]))
    factory.parts.media.put(MediaKey("checkins/zzz"), b"stray", "text/plain")
    monkeypatch.setattr(sweeps, "depth_for", lambda _rows: 1)
    done = sweep(factory, replace(chores, parts=aged(chores.parts)))
    assert (done.position, done.objects) == (1 + 4 * 16, 6)
    assert found(factory) == [(Wrong.GONE, rows[3].id), (Wrong.UNKNOWN, None)]


def test_a_store_that_is_away_costs_no_attempt_and_calls_nothing_gone(
    factory: Factory, chores: Workplace, stack: LocalStack, keep: Callable[[], Media]
) -> None:
    keep()
    begin(factory)
    for _ in range(5):
        drain(ahead(without_store(chores, stack), timedelta(minutes=1)))
    (row,) = WaitingWork(factory).rows(Queue.CHORES)
    assert (row.attempts, row.last_error) == (0, "StoreUnavailableError")
    assert found(factory) == []
    drain(ahead(chores, timedelta(minutes=1)))
    with factory.session() as session:
        assert session.scalars(select(MediaSweep.finished_at)).one() is not None


def test_a_sweep_begins_once_an_hour_and_goes_on_where_its_work_was_lost(
    factory: Factory, chores: Workplace
) -> None:
    assert begin(factory) == {Queue.CHORES}
    assert begin(factory) == frozenset()
    with factory.session() as session:
        session.execute(text("UPDATE work SET done_at = now()"))
    assert begin(factory) == {Queue.CHORES}
    drain(chores)
    assert begin(factory, timedelta(minutes=59)) == frozenset()
    assert begin(factory, timedelta(minutes=61)) == {Queue.CHORES}


def test_a_sweep_that_cannot_be_done_ends_and_another_begins(
    factory: Factory, chores: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise TypeError

    begin(factory)
    monkeypatch.setattr("verifier.jobs.compare_media.compare", breaks)
    drain(chores)
    (row,) = WaitingWork(factory).rows(Queue.CHORES)
    assert (row.kind, row.attempts) == (WorkKind.COMPARE_MEDIA, 3)
    assert row.gave_up_at is not None
    assert begin(factory, timedelta(minutes=59)) == frozenset()
    assert begin(factory, timedelta(minutes=61)) == {Queue.CHORES}


def test_orphans_are_erased_by_command_only_after_a_day_and_each_is_logged(
    factory: Factory, keep: Callable[[], Media]
) -> None:
    row = keep()
    for digit in "ab":
        factory.parts.media.put(MediaKey.study(digit * 64), b"stray", "text/plain")
    list(erase_orphans(factory.parts, CLERK))
    assert len(list(factory.parts.media.listed())) == 3
    list(examine_media(aged(factory.parts), CLERK))
    assert [wrong for wrong, _ in found(factory)] == [Wrong.UNKNOWN] * 2
    list(erase_orphans(aged(factory.parts), CLERK))
    assert [one.key for one in factory.parts.media.listed()] == [row.object_key]
    assert found(factory) == []
    with factory.session() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "orphan_erased")
        ).all()
    assert sorted(str(one.subject) for one in entries) == [f"study/{d * 64}" for d in "ab"]
    assert {one.actor for one in entries} == {"command:clerk"}


def test_without_a_trail_nothing_is_erased(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError

    factory.parts.media.put(MediaKey.study("c" * 64), b"stray", "text/plain")
    monkeypatch.setattr("storage.media_doctor.audit.record", away)
    assert [one.grade for one in erase_orphans(aged(factory.parts), CLERK)] == ["fault"]
    assert len(list(factory.parts.media.listed())) == 1
