"""Sweeps over media as tests begin them, and a store in which everything has lain for a while."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from storage import sweeps
from storage.local_stack import LocalStack
from storage.media import ListedObject, MediaKey, MediaStore
from storage.parts import Parts
from storage.records import Media, MediaFinding, MediaSweep, Queue, Wrong
from storage.s3_client import open_client
from storage.settings import StoreSettings
from tests.factories import Factory
from tests.verifier.jobs.draining import drain
from verifier.jobs.workplace import Workplace

DAY = timedelta(days=1)


@dataclass
class AgedStore:
    """The store as it will look in a while: what was put now was put then."""

    real: MediaStore
    by: timedelta

    def listed(self, prefix: str = "") -> Iterator[ListedObject]:
        for one in self.real.listed(prefix):
            yield replace(one, modified_at=one.modified_at - self.by)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


def aged(parts: Parts, by: timedelta = DAY + timedelta(minutes=1)) -> Parts:
    """The same parts with a store in which everything lies that long."""
    return replace(parts, media=AgedStore(parts.media, by))  # type: ignore[arg-type] # stands in


def remove_all(stack: LocalStack, media: MediaStore) -> None:
    settings = StoreSettings.read(stack.environment("web"))
    client = open_client(settings)
    for one in list(media.listed()):
        client.remove_object(settings.bucket, one.key, version_id=one.version_id or None)


def begin(factory: Factory, after: timedelta = timedelta(0)) -> frozenset[Queue]:
    """What the clock does every minute."""
    with factory.session() as session:
        return sweeps.begin_due(session, factory.parts.now() + after)


def sweep(factory: Factory, chores: Workplace) -> MediaSweep:
    """One hour's comparison."""
    assert begin(factory, timedelta(days=factory_days(factory))) == {Queue.CHORES}
    drain(chores)
    with factory.session() as session:
        return session.scalars(select(MediaSweep).order_by(MediaSweep.number.desc()).limit(1)).one()


def factory_days(factory: Factory) -> int:
    """How many sweeps there were: each is of another day."""
    with factory.session() as session:
        return len(session.scalars(select(MediaSweep.id)).all())


def found(factory: Factory) -> list[tuple[Wrong, UUID | None]]:
    with factory.session() as session:
        rows = session.scalars(
            select(MediaFinding).where(MediaFinding.gone_at.is_(None)).order_by(MediaFinding.wrong)
        )
        return [(row.wrong, row.media_id) for row in rows]


def put_over(factory: Factory, row: Media, data: bytes) -> None:
    factory.parts.media.put(MediaKey(row.object_key), data, "image/jpeg")


def rule(factory: Factory, name: str, value: int) -> None:
    with factory.session() as session:
        session.execute(
            text(
                "INSERT INTO rules (name, value, valid_from, set_by, reason, set_at)"
                " VALUES (:name, to_jsonb(cast(:value AS int)), now() - interval '1 hour',"
                " 't', 't', now())"
            ),
            {"name": name, "value": value},
        )
