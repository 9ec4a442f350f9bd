"""Gathers what `decide` looks at: the evidence that is stored and what is true around it now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, EvidenceRow, Media, Offender, ReplayTwin
from verifier.local_time import local_date
from verifier.look_alikes import is_sampled, with_look_alike
from verifier.verdicts.device_context import devices_of
from verifier.verdicts.evidence import (
    Circumstances,
    Evidence,
    FaceEvidence,
    FaceVerdict,
    TimeBasis,
    TimeEvidence,
)
from verifier.verdicts.face import RETAKE_VERDICTS
from verifier.verdicts.last_evidence import last_evidence
from verifier.verdicts.movement_known import movements_of
from verifier.verdicts.place_context import places_of
from verifier.verdicts.stored_face import MEDIA_LOST, face_from_row
from verifier.verdicts.these import THESE, Judged, Key, is_one, words

ASKED_AGAIN = [str(verdict) for verdict in (*RETAKE_VERDICTS, FaceVerdict.UNSURE)]

_PEOPLE = select(Offender).where(Offender.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
_HELD = select(THESE.c.offender_id, THESE.c.id, Media.name).join(
    Media, is_one(Media.offender_id, Media.checkin_id)
)
_earlier = aliased(CheckIn)
# The earlier check-ins of its window that asked for another photo.
_RETAKES = (
    select(func.count(func.distinct(_earlier.id)))
    .join(
        EvidenceRow,
        and_(
            EvidenceRow.offender_id == _earlier.offender_id, EvidenceRow.checkin_id == _earlier.id
        ),
    )
    .where(
        _earlier.window_id == CheckIn.window_id,
        _earlier.id != CheckIn.id,
        _earlier.received_at < CheckIn.received_at,
        _earlier.state != CheckInState.CONFIRMED,
        EvidenceRow.face_verdict.in_(ASKED_AGAIN),
    )
    .correlate(CheckIn)
    .scalar_subquery()
)
_is_twin = exists().where(
    ReplayTwin.offender_id == CheckIn.offender_id, ReplayTwin.checkin_id == CheckIn.id
)
_AROUND = select(CheckIn.offender_id, CheckIn.id, _is_twin, _RETAKES).join(THESE, is_one())


def evidence_of(session: Session, judged: Sequence[Judged], now: datetime) -> dict[Key, Evidence]:
    """Returns everything that is known about check-ins, in as many queries for one as for many."""
    keys = [one.key for one in judged]
    last = last_evidence(session, keys)
    faces = {key: _face(last.get(key)) for key in keys}
    cameras = {key: face.camera for key, face in faces.items() if face.camera is not None}
    people = _people(session, (person for person, _ in keys))
    places, devices = places_of(session, judged), devices_of(session, judged, cameras)
    around = _circumstances(session, judged, people, now)
    movements = movements_of(session, [one.checkin for one in judged], people, last)
    return {
        one.key: Evidence(
            face=faces[one.key],
            place=places[one.key],
            time=_time(one.checkin),
            device=devices[one.key],
            circumstances=replace(around[one.key], media_lost=faces[one.key].error == MEDIA_LOST),
            movement=movements[one.key],
        )
        for one in judged
    }


def _face(row: EvidenceRow | None) -> FaceEvidence:
    return FaceEvidence(FaceVerdict.NONE) if row is None else face_from_row(row.face)


def _people(session: Session, ids: Iterable[UUID]) -> dict[UUID, Offender]:
    return {person.id: person for person in session.scalars(_PEOPLE, {"ids": list(set(ids))})}


def _time(checkin: CheckIn) -> TimeEvidence:
    return TimeEvidence(
        TimeBasis(checkin.time_basis), checkin.clock_difference_s, checkin.captured_offline
    )


def _circumstances(
    session: Session,
    judged: Sequence[Judged],
    people: Mapping[UUID, Offender],
    now: datetime,
) -> dict[Key, Circumstances]:
    these = words(one.key for one in judged)
    around = {(row[0], row[1]): (row[2], row[3]) for row in session.execute(_AROUND, these)}
    held: dict[Key, set[str]] = defaultdict(set)
    for person, checkin, name in session.execute(_HELD, these):
        held[person, checkin].add(name)
    sampled = _look_alikes_sampled(session, judged)
    return {
        one.key: Circumstances(
            channel=one.checkin.channel,
            no_selfie_reason=one.checkin.no_selfie_reason,
            face_exempt=_is_exempt(people[one.checkin.offender_id], one.checkin),
            media_missing=_is_missing(one.checkin, held[one.key]),
            possible_replay=around[one.key][0],
            look_alike_sampled=one.key in sampled,
            retakes_used=around[one.key][1],
            window_open=one.window is not None and now < one.window.grace_ends_at,
        )
        for one in judged
    }


def _is_exempt(offender: Offender, checkin: CheckIn) -> bool:
    day = local_date(checkin.received_at)
    begins, ends = offender.face_exempt_from, offender.face_exempt_to
    return begins is not None and begins <= day and (ends is None or day <= ends)


def _look_alikes_sampled(session: Session, judged: Sequence[Judged]) -> set[Key]:
    sampled = [
        one.key
        for one in judged
        if is_sampled(one.checkin.id, one.checkin.received_at, one.rules.look_alike_one_in)
    ]
    pairs = with_look_alike(session, (person for person, _ in sampled))
    return {key for key in sampled if key[0] in pairs}


def _is_missing(checkin: CheckIn, held: Collection[str]) -> bool:
    return any(str(part["name"]) not in held for part in checkin.body.get("files", []))
