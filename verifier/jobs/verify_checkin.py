"""Verifying check-ins: claim, look at the selfies, conclude; no transaction while looking."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage import work
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import CheckIn, Queue, WorkKind
from storage.work import Claim, Subject, SupersededError
from verifier.faces.bursts import Frame
from verifier.faces.examine import Look, look
from verifier.jobs import checkin_material, limits, resemblance, stopping
from verifier.jobs.beside import Rest
from verifier.jobs.checkin_evidence import Measured, keep_evidence
from verifier.jobs.checkin_material import FRESH, Material, begin, key_of, let_wait_again
from verifier.jobs.checkin_photos import without_picture
from verifier.jobs.keep_seen import KnownBy, SeenWell, keep_seen
from verifier.jobs.look_at_movement import look_at_movement
from verifier.jobs.rows import Row
from verifier.jobs.search_others import OtherPerson
from verifier.jobs.workplace import Workplace
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict
from verifier.verdicts.reach_verdict import locked, reach_verdict, reach_verdicts
from verifier.verdicts.stored_face import MEDIA_LOST

NOT_COMPARABLE = "references_not_comparable"
ATTEMPTS_USED_UP = "attempts_used_up"


@dataclass(frozen=True, eq=False)
class _Seen:
    """One check-in that was looked at, and what came of it."""

    material: Material
    known_by: KnownBy
    other: OtherPerson | None
    measured: Measured

    @property
    def claim(self) -> Claim:
        return self.material.claim

    def as_kept(self, checkin: CheckIn) -> SeenWell:
        """Returns what is kept of it, with the row of its check-in."""
        return SeenWell(checkin, self.known_by, self.material.models)

    @property
    def is_worth_another_try(self) -> bool:
        """Tells whether a fault of ours may be gone the next time; what is lost stays lost."""
        face = self.measured.face
        return (
            face.verdict is FaceVerdict.ERROR
            and face.error not in {MEDIA_LOST, NOT_COMPARABLE}
            and self.claim.attempt < work.MOST_ATTEMPTS
        )


def handle(workplace: Workplace, claim: Claim) -> None:
    """Measures one check-in and reaches its verdict."""
    look_at_all(workplace, [Row(claim)])()


def read_ahead(
    session: Session, workplace: Workplace, claims: Sequence[Claim]
) -> Mapping[int, Material]:
    """Reads what check-ins are looked at with; see `handlers.TogetherHandler`."""
    return checkin_material.read(session, workplace, claims)


def look_at_all(workplace: Workplace, rows: Sequence[Row]) -> Rest:
    """Measures check-ins of as many people; returns what then reaches their verdicts.

    After a stop those that were not looked at yet are given back.
    """
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        read = _all_read(session, workplace, rows)
        materials = begin(session, workplace, read, workplace.parts.now())
    leases = _Leases(workplace, [material.claim for material in materials])
    seen, left = list[_Seen](), list(materials)
    while left and not (seen and stopping.asked()):
        leases.keep()
        with suppress(SupersededError):  # taken away: whoever has it now looks at it
            seen.append(_see(workplace, left[0]))
        left.pop(0)
    if left:
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            for material in left:
                _give_back(session, material.claim, workplace.parts.now())
    return partial(_end, workplace, seen)


def _all_read(session: Session, workplace: Workplace, rows: Sequence[Row]) -> list[Material]:
    """Returns what was read ahead, and reads what was not, or too long ago.

    Raises ValueError for a row that names no person, NoResultFound for one that names no check-in.
    """
    ahead = [cast("Material", row.read) for row in rows if row.read is not None]
    since = workplace.parts.now() - FRESH
    read = {one.claim.number: one for one in ahead if one.read_at >= since}
    unread = [row.claim for row in rows if row.claim.number not in read]
    asked = {key_of(claim) for claim in unread}
    read |= checkin_material.read(session, workplace, unread) if asked else {}
    if len(read) < len(rows):
        raise NoResultFound
    return [read[row.claim.number] for row in rows]


def _end(workplace: Workplace, seen: Sequence[_Seen]) -> None:
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        rings = _conclude(session, seen, workplace.parts.now())
    workplace.ring(rings)


class _Leases:
    """The leases of check-ins that are looked at one after the other."""

    def __init__(self, workplace: Workplace, claims: Sequence[Claim]) -> None:
        self._workplace, self._claims = workplace, claims
        self._since = workplace.parts.now()

    def keep(self) -> None:
        """Begins them anew in good time; what was taken away all the same is left to who has it."""
        now = self._workplace.parts.now()
        if now - self._since > work.LEASE / 4:
            with transaction(self._workplace.parts.sessions, self._workplace.scope) as session:
                work.renew_all(session, self._claims)
            self._since = now


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Lets a check-in wait again whose attempt was lost."""
    key = key_of(claim)
    let_wait_again(locked(session, [key])[key], now)


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
    """Says that we could not look, so that an officer does; never held against the person."""
    key = key_of(claim)
    face = FaceEvidence(FaceVerdict.ERROR, error=ATTEMPTS_USED_UP)
    keep_evidence(session, {key: Measured(face, None, now, now)})
    return reach_verdict(session, *key, now).rings


def _see(workplace: Workplace, material: Material) -> _Seen:
    started_at = workplace.parts.now()
    limits.allow_cpu_for_a_photo()
    looked = _look(workplace, material)
    other = resemblance.other_person(
        workplace, material.key, looked, material.models, material.search_limit
    )
    face = replace(looked.evidence, resembles_other=other is not None)
    movement = look_at_movement(workplace, material.claim, material.movement)
    measured = Measured(face, movement, started_at, workplace.parts.now())
    return _Seen(material, KnownBy.of(looked), other, measured)


def _look(workplace: Workplace, material: Material) -> Look:
    """Measures the selfie; raises StoreUnavailableError, never for what is on the photo."""
    if material.photo is None:
        return Look(FaceEvidence(FaceVerdict.NONE))
    if not material.comparable:
        return Look(FaceEvidence(FaceVerdict.ERROR, error=NOT_COMPARABLE))
    try:
        selfie = workplace.fetch(material.photo)
        if not material.marked:
            with transaction(workplace.parts.sessions, workplace.scope) as session:
                work.mark_examining(session, material.claim)
        frames = _fetched(workplace, material.claim, material.frames)
        return look(selfie, material.references, material.thresholds, material.models, frames)
    except (ObjectMissingError, ObjectDiffersError):
        return Look(FaceEvidence(FaceVerdict.ERROR, error=MEDIA_LOST))


def _fetched(
    workplace: Workplace, claim: Claim, frames: Iterable[tuple[str, StoredObject]]
) -> Iterator[Frame]:
    """Fetches frame after frame as it is asked for, each with its own lease and CPU limit."""
    for name, stored in frames:
        photo = workplace.fetch(stored)
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            work.renew(session, claim)
        limits.allow_cpu_for_a_photo()
        yield Frame(name, photo)


def _conclude(session: Session, seen: Sequence[_Seen], now: datetime) -> frozenset[Queue]:
    """Keeps what was seen and reaches the verdicts; raises SupersededError where none is ours.

    What failed by a fault of ours that may pass is only kept, and waits again.
    """
    again = [one for one in seen if one.is_worth_another_try and _failed(session, one)]
    ended = [one for one in seen if not one.is_worth_another_try]
    ours = set(work.finish_all(session, [one.claim for one in ended], now))
    done = {one.material.key: one for one in ended if one.claim in ours}
    waits = {one.material.key: one for one in again}
    if not waits and not done:
        raise SupersededError
    measured = {key: one.measured for key, one in (waits | done).items()}
    checkins = locked(session, measured)
    keep_evidence(session, measured)
    for key in waits:
        let_wait_again(checkins[key], now)
    keep_seen(session, [one.as_kept(checkins[key]) for key, one in done.items()], now)
    for key, one in done.items():
        if one.other is not None:
            resemblance.keep(session, key, one.other, now)
    judged = {key: checkins[key] for key in done}
    rings = reach_verdicts(session, judged, now).rings
    return rings | _pictures(session, judged.values(), now)


def _failed(session: Session, one: _Seen) -> bool:
    """Counts the attempt; tells whether it was still ours."""
    try:
        work.fail_attempt(session, one.claim, one.measured.face.error or "error")
    except SupersededError:
        return False
    return True


def _pictures(session: Session, checkins: Iterable[CheckIn], now: datetime) -> frozenset[Queue]:
    """Promises pictures where an officer may have to look.

    Of a confirmed check-in they are made when somebody looks (`storage.pictures`): most never are.
    """
    return frozenset(
        work.add(session, WorkKind.RENDER_MEDIA, Subject(photo, checkin.offender_id), now)
        for checkin in checkins
        if checkin.state is not CheckInState.CONFIRMED
        for photo in without_picture(session, checkin.offender_id, checkin.id)
    )


def _give_back(session: Session, claim: Claim, now: datetime) -> None:
    """Lets a check-in wait that was begun and not looked at, at no cost; one taken away stays."""
    with suppress(SupersededError):
        work.hand_back(session, claim, "stopped", timedelta(0))
        put_back(session, claim, now)
