"""Which file does which kind of work; named, so that a worker loads only what it does."""

import importlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, cast

from sqlalchemy.orm import Session

from storage.media import StoredObject
from storage.records import Queue, WorkKind
from storage.work import QUEUE_OF, Claim
from verifier.jobs.endings import Rest
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


# The kinds of which several rows are done together; their photos are fetched before that.
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

    def wanted(
        self, session: Session, claims: Sequence[Claim]
    ) -> Mapping[int, Sequence[StoredObject]]:
        """Names what will be fetched for each row's number; joins the caller's transaction."""
        ...

    def look_at_all(self, workplace: Workplace, claims: Sequence[Claim]) -> Rest:
        """Does several pieces of work but for their ending, which is returned.

        Both take as few transactions as for one; the ending finishes the rows, in another thread.
        """
        ...


def wanted_by(session: Session, claims: Sequence[Claim]) -> Mapping[int, Sequence[StoredObject]]:
    """Returns what to fetch before rows are begun, by their numbers; nothing for most kinds."""
    found: dict[int, Sequence[StoredObject]] = {}
    for kind in TOGETHER.intersection(claim.kind for claim in claims):
        of_kind = [claim for claim in claims if claim.kind is kind]
        found.update(_together(kind).wanted(session, of_kind))
    return found


def handle(workplace: Workplace, claims: Sequence[Claim]) -> Rest | None:
    """Does one row; or several of a kind that is done together, but for the ending it returns."""
    kind = claims[0].kind
    if kind in TOGETHER:
        return _together(kind).look_at_all(workplace, claims)
    for claim in claims:
        handler_of(kind).handle(workplace, claim)
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
