"""What was measured about a check-in, as an officer reads it."""

from datetime import datetime
from math import cos, radians

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from checkin_api.reviews.sheet import ClocksSeen, FlagSeen, PlaceSeen, WindowSeen
from mobile_contract.codes import WindowOutcome
from storage.records import CheckIn, Fence, FlagKind, RaisedFlag, Window
from verifier.place.datum import to_wgs84
from verifier.rules.in_force import in_force_for
from verifier.verdicts.evidence import FaceEvidence, PlaceEvidence, TimeBasis
from verifier.verdicts.last_evidence import last_evidence
from verifier.verdicts.place_context import places_of
from verifier.verdicts.stored_face import face_from_row
from verifier.verdicts.these import Judged

METRES_A_DEGREE = 111_320.0  # of latitude; good to 0.6 % for a sketch


def flags_seen(session: Session, checkin: CheckIn) -> tuple[FlagSeen, ...]:
    """Give flags before notes, the weightiest first."""
    rows = session.scalars(
        select(RaisedFlag).where(
            RaisedFlag.offender_id == checkin.offender_id, RaisedFlag.checkin_id == checkin.id
        )
    )
    found = [FlagSeen(row.code, FlagKind(row.kind), row.severity) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.kind, -one.severity, one.code)))


def face_seen(session: Session, checkin: CheckIn) -> FaceEvidence | None:
    """Give what the last attempt at comparing the photo found."""
    key = checkin.offender_id, checkin.id
    row = last_evidence(session, [key]).get(key)
    return None if row is None else face_from_row(row.face)


def place_seen(session: Session, checkin: CheckIn, now: datetime) -> PlaceSeen:
    """Give the place against the fence that stood when the check-in was received."""
    rules = in_force_for(session, checkin.offender_id, now)
    judged = Judged(checkin, None, rules)
    measured = places_of(session, [judged])[judged.key]
    fence = session.scalars(
        select(Fence).where(
            Fence.offender_id == checkin.offender_id,
            Fence.created_at <= checkin.received_at,
            or_(Fence.ended_at.is_(None), Fence.ended_at > checkin.received_at),
        )
    ).first()
    return _against(checkin, fence, measured)


def clocks_seen(checkin: CheckIn) -> ClocksSeen:
    """Give the clocks of a check-in."""
    return ClocksSeen(
        captured_at=checkin.captured_at,
        proven_at=checkin.proven_at,
        claimed_at=checkin.claimed_at,
        received_at=checkin.received_at,
        basis=TimeBasis(checkin.time_basis),
        difference_s=checkin.clock_difference_s,
        offline=checkin.captured_offline,
    )


def window_seen(row: Window | None) -> WindowSeen | None:
    """Give a window's times and outcome."""
    if row is None:
        return None
    return WindowSeen(
        row.id, row.opens_at, row.due_at, row.grace_ends_at, WindowOutcome(row.outcome)
    )


def _against(checkin: CheckIn, fence: Fence | None, measured: PlaceEvidence) -> PlaceSeen:
    datum = None if checkin.datum is None else str(checkin.datum)
    seen = PlaceSeen(measured, checkin.latitude, checkin.longitude, datum)
    if fence is None:
        return seen
    if checkin.latitude is None or checkin.longitude is None or checkin.datum is None:
        return PlaceSeen(measured, None, None, None, fence.radius_m)
    here = to_wgs84(checkin.latitude, checkin.longitude, checkin.datum)
    centre = to_wgs84(fence.latitude, fence.longitude, fence.datum)
    return PlaceSeen(
        measured,
        seen.latitude,
        seen.longitude,
        datum,
        fence.radius_m,
        (here.lon - centre.lon) * METRES_A_DEGREE * cos(radians(centre.lat)),
        (here.lat - centre.lat) * METRES_A_DEGREE,
    )
