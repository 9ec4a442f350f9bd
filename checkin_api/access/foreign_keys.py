"""A token that came with a key which is not its own: copied, or restored onto another phone."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from checkin_api.access.tokens import Holder, HolderKind
from storage import audit
from storage.records import Device

log = logging.getLogger(__name__)

# Who holds a stolen token can show it as often as a network allows; the trail need not grow so.
WRITTEN_EVERY = timedelta(hours=1)


def note_foreign_key(session: Session, holder: Holder, thumbprint: str, now: datetime) -> None:
    """Write down that a holder's token came with another key; the registration lives on.

    Who is not there any more leaves only the log's line.
    """
    log.warning("foreign_key", extra={"holder": str(holder.id), "key": thumbprint})
    if holder.kind is not HolderKind.DEVICE:
        audit.record(session, "foreign_key_refused", now, subject=holder.id, key=thumbprint)
        return
    device = session.get(Device, holder.id, with_for_update=True)
    if device is None or _lately(device.foreign_key_seen_at, now):
        return
    device.foreign_key_seen_at = now
    audit.record(
        session,
        "foreign_key_refused",
        now,
        offender_id=device.offender_id,
        subject=device.id,
        key=thumbprint,
    )


def _lately(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is not None and now - seen_at < WRITTEN_EVERY
