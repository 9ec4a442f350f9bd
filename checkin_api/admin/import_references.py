"""Photos of many people at once: each person's set is taken whole, and waits for approval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.officers import officer_caller
from checkin_api.access.permissions import Action
from checkin_api.admin.faults import refuse
from checkin_api.admin.references_folder import FolderFaultError, PersonFolder
from checkin_api.references.collecting import Giver, collect
from checkin_api.refusals import RefusedError
from checkin_api.uploads import Part
from storage.database import Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.records import (
    OPEN_SETS,
    Media,
    Offender,
    Officer,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
)
from storage.records.authority import DISTRICT_ROLES

STANDING = (*OPEN_SETS, ReferenceSetState.APPROVED)


class ImportMistake(StrEnum):
    """Why nobody's photos are taken; each is the code of its text."""

    ACCOUNT = "admin.references.account"


class Became(StrEnum):
    """What became of one person's folder."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    FAULT = "fault"


@dataclass(frozen=True)
class Line:
    """One person's folder: what became of it, and the text of a fault with its place."""

    became: Became
    place: str
    fault: str = ""


@dataclass(frozen=True)
class Importer:
    """A district's account that brings photos, at a terminal."""

    parts: Parts
    caller: OfficerCaller
    login: str

    @property
    def giver(self) -> Giver:
        """Give who brings the photos, for the record."""
        return Giver(self.scope, ReferenceSource.FOLDER, self.caller.officer_id)

    @property
    def scope(self) -> Scope:
        """The scope of a transaction of this command."""
        return Scope(ScopeKind.COMMAND, self.login)


def importer(parts: Parts, login: str) -> Importer:
    """Give who acts; raises RefusedCommandError unless posted to a district today."""
    scope = Scope(ScopeKind.COMMAND, login)
    with transaction(parts.sessions, scope) as session:
        officer = session.scalars(select(Officer).where(Officer.login == login)).first()
        caller = officer and officer_caller(session, officer.id, parts.now())
    posts = tuple(post for post in caller.posts if post.role in WHO_IMPORTS) if caller else ()
    if not caller or not posts:
        raise refuse(ImportMistake.ACCOUNT, login=login)
    return Importer(parts, replace(caller, posts=posts), login)


WHO_IMPORTS = frozenset(DISTRICT_ROLES)


def import_person(by: Importer, folder: PersonFolder) -> Line:
    """Take one person's photos or none of them; the same folder again changes nothing."""
    try:
        photos = folder.photos()
        person = _person(by, folder.number)
        if person is None:
            return Line(Became.FAULT, folder.number, "admin.references.unknown_person")
        if _is_held(by, person, photos):
            return Line(Became.UNCHANGED, folder.number)
        collect(by.parts, by.giver, person, photos)
    except FolderFaultError as fault:
        return Line(Became.FAULT, fault.place, fault.fault)
    except RefusedError as refusal:
        return _refused(folder.number, refusal)
    return Line(Became.ADDED, folder.number)


def _person(by: Importer, number: str) -> UUID | None:
    """Give the person of a number; one of another district is as none."""
    with transaction(by.parts.sessions, by.scope) as session:
        return session.scalar(
            select(Offender.id).where(
                Offender.number == number, in_reach(by.caller, Action.COLLECT_PHOTOS)
            )
        )


def _is_held(by: Importer, person: UUID, photos: Sequence[Part]) -> bool:
    wanted = {photo.sha256 for photo in photos}
    with transaction(by.parts.sessions, by.scope) as session:
        return any(wanted <= held for held in _hashes_of_sets(session, person).values())


def _hashes_of_sets(session: Session, person: UUID) -> dict[UUID, set[str]]:
    rows = session.execute(
        select(ReferencePhoto.set_id, Media.sha256)
        .join(Media, Media.id == ReferencePhoto.media_id)
        .join(ReferenceSet, ReferenceSet.id == ReferencePhoto.set_id)
        .where(ReferenceSet.offender_id == person, ReferenceSet.state.in_(STANDING))
    )
    found: dict[UUID, set[str]] = {}
    for set_id, sha256 in rows:
        found.setdefault(set_id, set()).add(sha256)
    return found


def _refused(number: str, refusal: RefusedError) -> Line:
    first = refusal.errors[0] if refusal.errors else None
    of_photo = first is not None and refusal.code.startswith("photo_")
    place = f"{number}/{first.pointer}" if first is not None and of_photo else number
    reason = first.reason if first is not None and not of_photo else str(refusal.code)
    return Line(Became.FAULT, place, f"admin.references.{reason}")
