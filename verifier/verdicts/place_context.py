"""Where check-ins were captured, by their fences and by the fixes before."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Float, Integer, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from mobile_contract.codes import NoPlaceReason
from storage.records import CheckIn, Fence
from verifier.place.fences import CircularFence, FenceLimits, Fix, measure_place
from verifier.verdicts.evidence import PlaceAnswer, PlaceEvidence
from verifier.verdicts.these import THESE, Judged, Key, is_one, words

EARLIER_PLACES = 6  # with the one that is judged, seven (docs/rules.md 1)

# The radius that a phone said, None where it had no place.
_Radii = Sequence[float | None]

# The fence that stood when a check-in was received: never judged by a later one.
_FENCES = (
    select(CheckIn.offender_id, CheckIn.id, Fence)
    .join(THESE, is_one())
    .join(Fence, Fence.offender_id == CheckIn.offender_id)
    .where(
        Fence.created_at <= CheckIn.received_at,
        or_(Fence.ended_at.is_(None), Fence.ended_at > CheckIn.received_at),
    )
)

_earlier = aliased(CheckIn)
_before = (
    select(case((_earlier.latitude.is_not(None), _earlier.accuracy_m)))
    .where(_earlier.offender_id == CheckIn.offender_id, _earlier.received_at < CheckIn.received_at)
    .correlate(CheckIn)
    .order_by(_earlier.received_at.desc())
)
_same_way = _before.where(_earlier.channel == CheckIn.channel).limit(EARLIER_PLACES)
_with_radius = (
    _before.with_only_columns(_earlier.accuracy_m)
    .where(_earlier.accuracy_m.is_not(None))
    .limit(bindparam("most", type_=Integer()))
)
# The newest first, so that a rule that asks for fewer takes the first.
_RADII = select(
    CheckIn.offender_id,
    CheckIn.id,
    func.array(_same_way.scalar_subquery(), type_=ARRAY(Float())),
    func.array(_with_radius.scalar_subquery(), type_=ARRAY(Float())),
).join(THESE, is_one())


def places_of(session: Session, judged: Sequence[Judged]) -> dict[Key, PlaceEvidence]:
    """Returns where each check-in was, two queries however many there are."""
    these = words(one.key for one in judged)
    fences = {(person, id_): fence for person, id_, fence in session.execute(_FENCES, these)}
    most = max((one.rules.identical_accuracy_fixes for one in judged), default=1) - 1
    before = {
        (person, id_): (places, radii)
        for person, id_, places, radii in session.execute(_RADII, {**these, "most": most})
    }
    return {one.key: _place(one, fences.get(one.key), *before[one.key]) for one in judged}


def _place(
    one: Judged, fence: Fence | None, places: _Radii, radii: Sequence[float]
) -> PlaceEvidence:
    limits = FenceLimits.of(one.rules)
    measured = measure_place(_fix(one.checkin), _circle(fence), limits)
    missing = sum(radius is None or radius > one.rules.fix_radius_limit_m for radius in places)
    return PlaceEvidence(
        measured.answer,
        measured.no_fix_reason,
        measured.metres_outside,
        measured.accuracy_m,
        without_place_of_last_seven=missing + (measured.answer is PlaceAnswer.NO_FIX),
        accuracy_identical=_is_identical(one, radii),
    )


def _fix(checkin: CheckIn) -> Fix | NoPlaceReason:
    if (
        checkin.latitude is None
        or checkin.longitude is None
        or checkin.datum is None
        or checkin.accuracy_m is None
    ):
        return checkin.no_place_reason or NoPlaceReason.UNAVAILABLE
    return Fix(checkin.latitude, checkin.longitude, checkin.datum, checkin.accuracy_m)


def _circle(fence: Fence | None) -> CircularFence | None:
    if fence is None:
        return None
    return CircularFence(fence.latitude, fence.longitude, fence.datum, fence.radius_m)


def _is_identical(one: Judged, radii: Sequence[float]) -> bool:
    """Tells whether the last fixes, this one included, all say the same radius to the digit."""
    before = one.rules.identical_accuracy_fixes - 1
    last = radii[:before]
    return len(last) == before and set(last) == {one.checkin.accuracy_m}
