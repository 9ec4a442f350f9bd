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


# The kinds whose photo is worth fetching while the row before is computed.
FETCHED_AHEAD = frozenset({WorkKind.VERIFY_CHECKIN})


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


class AheadHandler(Protocol):
    """What a file for a kind of work that is fetched ahead holds besides."""

    def wanted(self, session: Session, claim: Claim) -> Sequence[StoredObject]:
        """Names what `handle` will fetch first; joins the caller's transaction."""
        ...


def wanted_by(session: Session, claim: Claim) -> Sequence[StoredObject]:
    """Returns what to fetch for a row before it is begun; nothing for most kinds."""
    if claim.kind not in FETCHED_AHEAD:
        return ()
    return cast("AheadHandler", handler_of(claim.kind)).wanted(session, claim)


def handler_of(kind: WorkKind) -> Handler:
    """Returns the file that does a kind of work."""
    return cast("Handler", importlib.import_module(HANDLERS[kind]))


def load_handlers(queue: Queue) -> None:
    """Imports everything that a queue's work needs, before the fork."""
    for kind in HANDLERS:
        if QUEUE_OF[kind] is queue:
            handler_of(kind)
