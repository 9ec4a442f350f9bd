"""What a list or a sheet says of each of several people."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import DeviceState
from storage.records import CheckIn, Device, ItemEntry, ReferenceSet, ReferenceSetState


class KnownOf:
    """What is known of several people, in four queries however many they are."""

    def __init__(self, session: Session, ids: list[UUID]) -> None:
        self.enrolled = set(
            session.scalars(
                select(ReferenceSet.offender_id).where(
                    ReferenceSet.offender_id.in_(ids),
                    ReferenceSet.state == ReferenceSetState.APPROVED,
                )
            )
        )
        self.with_phone = set(
            session.scalars(
                select(Device.offender_id).where(
                    Device.offender_id.in_(ids), Device.state == DeviceState.ACTIVE
                )
            )
        )
        self.waiting = dict(
            session.execute(
                select(ItemEntry.offender_id, func.count())
                .where(ItemEntry.offender_id.in_(ids), ItemEntry.settled_at.is_(None))
                .group_by(ItemEntry.offender_id)
            ).all()
        )
        self.last_contact = dict(
            session.execute(
                select(CheckIn.offender_id, func.max(CheckIn.received_at))
                .where(CheckIn.offender_id.in_(ids))
                .group_by(CheckIn.offender_id)
            ).all()
        )
