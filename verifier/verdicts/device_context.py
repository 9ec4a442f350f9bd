"""What is known of the phones of check-ins."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, Device, EvidenceRow, SharedPhonePermit
from verifier.exif import Camera
from verifier.verdicts.device import is_older
from verifier.verdicts.evidence import DeviceEvidence
from verifier.verdicts.metadata import SaidOfPhone, metadata_differ
from verifier.verdicts.these import THESE, Judged, Key, is_one, words

_CAMERAS = 20  # of so many confirmed check-ins

_install_id = CheckIn.body["device"]["install_id"].astext
_earlier = aliased(CheckIn)
_other, _permit = aliased(Device), aliased(SharedPhonePermit)

# The first check-in of a phone that replaced an earlier one; who only asked is no earlier phone.
_is_first_of_replacement = and_(
    exists().where(
        Device.offender_id == CheckIn.offender_id,
        Device.id != CheckIn.device_id,
        Device.activated_at < CheckIn.received_at,
    ),
    ~exists().where(
        _earlier.offender_id == CheckIn.offender_id,
        _earlier.device_id == CheckIn.device_id,
        _earlier.received_at < CheckIn.received_at,
    ),
)
_permitted = (
    select(_permit.id)
    .where(
        _permit.install_id == _other.install_id,
        or_(
            and_(
                _permit.offender_id == CheckIn.offender_id, _permit.other_id == _other.offender_id
            ),
            and_(
                _permit.other_id == CheckIn.offender_id, _permit.offender_id == _other.offender_id
            ),
        ),
        _permit.permitted_at <= CheckIn.received_at,
        or_(_permit.ended_at.is_(None), _permit.ended_at > CheckIn.received_at),
    )
    .correlate(CheckIn, _other)  # named: by itself only the nearest is the one around it
    .exists()
)
# Somebody else uses the phone too, without an officer's word that they may.
_is_shared = and_(
    func.coalesce(_install_id, "") != "",
    exists().where(
        _other.install_id == _install_id,
        _other.offender_id != CheckIn.offender_id,
        _other.activated_at.is_not(None),  # anybody can ask, and name any installation
        ~_permitted,
    ),
)
_PHONES = select(
    CheckIn.offender_id, CheckIn.id, func.coalesce(_is_first_of_replacement, False), _is_shared
).join(THESE, is_one())

_model = EvidenceRow.face["camera"]["model"].astext
_shown = (
    select(_model.label("model"))
    .join(
        _earlier,
        and_(
            _earlier.offender_id == EvidenceRow.offender_id, _earlier.id == EvidenceRow.checkin_id
        ),
    )
    .where(
        _earlier.offender_id == CheckIn.offender_id,
        _earlier.device_id == CheckIn.device_id,
        _earlier.state == CheckInState.CONFIRMED,
        _earlier.received_at < CheckIn.received_at,
        _model.is_not(None),
    )
    .correlate(CheckIn)
    .order_by(_earlier.received_at.desc())
    .limit(_CAMERAS)
    .lateral("shown")
)
_KNOWN_CAMERAS = (
    select(CheckIn.offender_id, CheckIn.id, _shown.c.model)
    .join(THESE, is_one())
    .join(_shown, true())
)


def devices_of(
    session: Session, judged: Sequence[Judged], cameras: Mapping[Key, Camera]
) -> dict[Key, DeviceEvidence]:
    """Returns what each phone said of itself, and what is known of it and of its camera."""
    these = words(one.key for one in judged)
    phones = {(row[0], row[1]): (row[2], row[3]) for row in session.execute(_PHONES, these)}
    known = _known_cameras(session, cameras)
    return {
        one.key: _device(one, phones[one.key], cameras.get(one.key), known[one.key])
        for one in judged
    }


def _device(
    one: Judged, phone: tuple[bool, bool], camera: Camera | None, known: Collection[str]
) -> DeviceEvidence:
    said: dict[str, Any] = one.checkin.body.get("device", {})
    is_new, is_shared = phone
    return DeviceEvidence(
        mock=bool(said.get("mock")),
        rooted=bool(said.get("rooted")),
        cloned=bool(said.get("cloned")),
        emulator=bool(said.get("emulator")),
        new_device=is_new,
        old_app="app" in said and is_older(said["app"], one.rules.app_minimum),
        shared_device=is_shared,
        metadata_differs=camera is not None
        and metadata_differ(
            camera,
            SaidOfPhone(str(said.get("model", "")), str(said.get("os", "")), known),
            one.checkin.captured_at,
            timedelta(minutes=one.rules.metadata_noted_minutes),
        ),
    )


def _known_cameras(session: Session, keys: Collection[Key]) -> Mapping[Key, Collection[str]]:
    """Returns the cameras that each registered phone has shown in confirmed check-ins.

    What a model calls itself and what its photos say are often two names for one phone.
    """
    known: dict[Key, list[str]] = defaultdict(list)
    if keys:
        for person, id_, model in session.execute(_KNOWN_CAMERAS, words(keys)):
            known[person, id_].append(model)
    return known
