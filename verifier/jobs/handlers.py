"""Which file does which kind of work; named, so that a worker loads only what it does."""

import importlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, cast

from sqlalchemy.orm import Session

from storage.records import Queue, WorkKind
from storage.work import QUEUE_OF, Claim
from verifier.jobs.beside import Rest
from verifier.jobs.rows import Read, Row
from verifier.jobs.workplace import Workplace

HANDLERS: Mapping[WorkKind, str] = MappingProxyType(
    {
        WorkKind.VERIFY_CHECKIN: "verifier.jobs.verify_checkin",
        WorkKind.EMBED_REFERENCE: "verifier.jobs.embed_reference",
        WorkKind.RE_EMBED_REFERENCE: "verifier.jobs.re_embed_reference",
        WorkKind.SEARCH_LOOK_ALIKE: "verifier.jobs.search_look_alike",
        WorkKind.RENDER_MEDIA: "verifier.jobs.render_media",
        WorkKind.RECONSIDER_CHECKIN: "verifier.jobs.reconsider_checkin",
        WorkKind.COMPARE_MEDIA: "verifier.jobs.compare_media",
    }
)


# The kinds of which several rows are done together; they are read before that, and their photos
# fetched.
TOGETHER = frozenset({WorkKind.VERIFY_CHECKIN})


class Handler(Protocol):
    """What a file for a kind of work holds."""

    def handle(self, workplace: Workplace, claim: Claim) -> None:
        """Does one piece of work and finishes its row; opens its own short transactions."""
        ...

    def put_back(self, session: Session, claim: Claim, now: datetime) -> None:
        """Brings the subject back to where it waited; joins the caller's transaction."""
        ...

    def give_up(self, session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
        """Hands the subject to a person; joins the caller's transaction, returns what to ring."""
        ...


class TogetherHandler(Protocol):
    """What a file for a kind of work that is done together holds besides."""

    def read_ahead(
        self, session: Session, workplace: Workplace, claims: Sequence[Claim]
    ) -> Mapping[int, Read]:
        """Reads what rows are about, by their numbers; writes nothing, joins the transaction."""
        ...

    def look_at_all(self, workplace: Workplace, rows: Sequence[Row]) -> Rest:
        """Does several pieces of work but for their ending, which is returned.

        Both take as few transactions as for one; the ending finishes the rows, in another thread.
        """
        ...


def read_ahead(
    session: Session, workplace: Workplace, claims: Sequence[Claim]
) -> Mapping[int, Read]:
    """Returns what is read before rows are begun, by their numbers; nothing for most kinds."""
    found: dict[int, Read] = {}
    for kind in TOGETHER.intersection(claim.kind for claim in claims):
        of_kind = [claim for claim in claims if claim.kind is kind]
        found.update(_together(kind).read_ahead(session, workplace, of_kind))
    return found


def handle(workplace: Workplace, rows: Sequence[Row]) -> Rest | None:
    """Does one row; or several of a kind that is done together, but for the ending it returns."""
    kind = rows[0].claim.kind
    if kind in TOGETHER:
        return _together(kind).look_at_all(workplace, rows)
    for row in rows:
        handler_of(kind).handle(workplace, row.claim)
    return None


def _together(kind: WorkKind) -> TogetherHandler:
    return cast("TogetherHandler", handler_of(kind))


def handler_of(kind: WorkKind) -> Handler:
    """Returns the file that does a kind of work."""
    return cast("Handler", importlib.import_module(HANDLERS[kind]))


def load_handlers(queue: Queue) -> None:
    """Imports everything that a queue's work needs, before the fork."""
    for kind in HANDLERS:
        if QUEUE_OF[kind] is queue:
            handler_of(kind)
