"""What is known of the phone of a check-in."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, Device, EvidenceRow, SharedPhonePermit
from verifier.exif import Camera
from verifier.rules.rules import Rules
from verifier.verdicts.device import is_older
from verifier.verdicts.evidence import DeviceEvidence
from verifier.verdicts.metadata import SaidOfPhone, metadata_differ

_CAMERAS = 20  # of so many confirmed check-ins


def device_evidence(
    session: Session, checkin: CheckIn, camera: Camera | None, rules: Rules
) -> DeviceEvidence:
    """Returns what a phone said of itself, and what is known of it and of its camera."""
    said: dict[str, Any] = checkin.body.get("device", {})
    return DeviceEvidence(
        mock=bool(said.get("mock")),
        rooted=bool(said.get("rooted")),
        cloned=bool(said.get("cloned")),
        emulator=bool(said.get("emulator")),
        new_device=_is_first_of_replacement(session, checkin),
        old_app="app" in said and is_older(said["app"], rules.app_minimum),
        shared_device=_is_shared(session, checkin, str(said.get("install_id", ""))),
        metadata_differs=camera is not None
        and metadata_differ(
            camera,
            SaidOfPhone(
                str(said.get("model", "")),
                str(said.get("os", "")),
                _known_cameras(session, checkin),
            ),
            checkin.captured_at,
            timedelta(minutes=rules.metadata_noted_minutes),
        ),
    )


def _is_first_of_replacement(session: Session, checkin: CheckIn) -> bool:
    """Tells whether this is the first check-in of a phone that replaced an earlier one."""
    if checkin.device_id is None:
        return False
    earlier_phones = session.scalar(
        select(func.count())
        .select_from(Device)
        .where(
            Device.offender_id == checkin.offender_id,
            Device.id != checkin.device_id,
            Device.activated_at < checkin.received_at,  # who only asked is no earlier phone
        )
    )
    earlier_here = session.scalar(
        select(func.count())
        .select_from(CheckIn)
        .where(
            CheckIn.offender_id == checkin.offender_id,
            CheckIn.device_id == checkin.device_id,
            CheckIn.received_at < checkin.received_at,
        )
    )
    return bool(earlier_phones) and not earlier_here


def _is_shared(session: Session, checkin: CheckIn, install_id: str) -> bool:
    """Tells whether somebody else uses the phone too, without an officer's word that they may."""
    here, other = SharedPhonePermit.offender_id, SharedPhonePermit.other_id
    permitted = select(SharedPhonePermit.id).where(
        SharedPhonePermit.install_id == install_id,
        or_(
            (here == checkin.offender_id) & (other == Device.offender_id),
            (other == checkin.offender_id) & (here == Device.offender_id),
        ),
        SharedPhonePermit.permitted_at <= checkin.received_at,
        or_(
            SharedPhonePermit.ended_at.is_(None),
            SharedPhonePermit.ended_at > checkin.received_at,
        ),
    )
    others = select(Device.id).where(
        Device.install_id == install_id,
        Device.offender_id != checkin.offender_id,
        Device.activated_at.is_not(None),  # anybody can ask, and name any installation
        ~permitted.exists(),
    )
    return bool(install_id) and session.scalar(others.limit(1)) is not None


def _known_cameras(session: Session, checkin: CheckIn) -> Collection[str]:
    """Returns the cameras that this registered phone has shown in confirmed check-ins.

    What a model calls itself and what its photos say are often two names for one phone.
    """
    if checkin.device_id is None:
        return ()
    model = EvidenceRow.face["camera"]["model"].astext
    return session.scalars(
        select(model)
        .join(
            CheckIn,
            (CheckIn.offender_id == EvidenceRow.offender_id)
            & (CheckIn.id == EvidenceRow.checkin_id),
        )
        .where(
            CheckIn.offender_id == checkin.offender_id,
            CheckIn.device_id == checkin.device_id,
            CheckIn.state == CheckInState.CONFIRMED,
            CheckIn.received_at < checkin.received_at,
            model.is_not(None),
        )
        .order_by(CheckIn.received_at.desc())
        .limit(_CAMERAS)
    ).all()
