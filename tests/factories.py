"""Rows that a test needs and does not test, each with defaults that say nothing."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from checkin_api.access.secret_texts import hashed, new_code
from mobile_contract.codes import Datum, DeviceState
from mobile_contract.proofs import SenderKey, thumbprint
from storage.records import (
    ActivationCode,
    Device,
    Fence,
    Offender,
    PlanKind,
    ReportingPlan,
    SupervisionPeriod,
    Window,
)
from tests.enrolments import approved_set
from tests.staff import LOGINS, PASSWORD, Staff, totp_secret

__all__ = ["LOGINS", "PASSWORD", "PEOPLES_SQUARE", "Factory", "totp_secret"]

# New in the whole process: activations are counted by number, and outlive the tables of a test.
PEOPLE = count(1)
PEOPLES_SQUARE = (29.5630, 106.5516)  # Chongqing, WGS-84


class Factory(Staff):
    """Makes rows; every name is new."""

    def offender(
        self, office: UUID | None = None, *, supervised: bool = True, name: str = "对象"
    ) -> Offender:
        """A person, under supervision since last year."""
        row = Offender(
            number=f"CQ{next(PEOPLE):06}",
            name=name,
            office_id=office or self.office(),
            created_at=self.parts.now(),
        )
        self.added(row)
        if supervised:
            self.period(row.id)
        return row

    def period(
        self, offender: UUID, ends_on: date | None = None, starts_on: date = date(2025, 1, 1)
    ) -> UUID:
        """A supervision period."""
        return self.added(
            SupervisionPeriod(
                offender_id=offender,
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=self.parts.now(),
            )
        )

    def fence(self, offender: UUID, radius_m: float = 5000) -> UUID:
        """A circle around the People's Square."""
        return self.added(
            Fence(
                offender_id=offender,
                latitude=PEOPLES_SQUARE[0],
                longitude=PEOPLES_SQUARE[1],
                datum=Datum.WGS84,
                radius_m=radius_m,
                created_by="factory",
                created_at=self.parts.now() - timedelta(days=400),
            )
        )

    def plan(
        self, offender: UUID, starts_on: date = date(2025, 1, 1), *, movement: bool = False
    ) -> UUID:
        """The default daily plan; it may ask for movement."""
        return self.added(
            ReportingPlan(
                offender_id=offender,
                kind=PlanKind.DAILY,
                opens=time(8),
                due=time(20),
                grace_ends=time(21),
                movement=movement,
                starts_on=starts_on,
                created_by="factory",
                created_at=self.parts.now(),
            )
        )

    def window(
        self,
        offender: UUID,
        opens: datetime | None = None,
        open_for: timedelta = timedelta(hours=1),
        grace: timedelta = timedelta(minutes=30),
    ) -> UUID:
        """A window around now."""
        now = self.parts.now()
        opens = opens or now - timedelta(minutes=1)
        grace_ends = opens + open_for + grace
        return self.added(
            Window(
                offender_id=offender,
                opens_at=opens,
                due_at=opens + open_for,
                grace_ends_at=grace_ends,
                upload_until=grace_ends + timedelta(hours=72),
                outcome_since=now,
            )
        )

    def device(self, offender: UUID, key: SenderKey | None = None) -> Device:
        """An active registration that no phone has the tokens of."""
        now, public = self.parts.now(), (key or SenderKey.generate()).public_jwk
        row = Device(
            offender_id=offender,
            install_id=f"install-{next(self.numbers)}",
            state=DeviceState.ACTIVE,
            state_since=now,
            model="phone",
            os="os",
            app="1.0.0",
            notice_version="1",
            notice_shown_at=now,
            created_at=now,
            activated_at=now,
            public_key=public,
            key_thumbprint=thumbprint(public),
        )
        self.added(row)
        return row

    def activation_code(self, offender: UUID, issued_by: UUID | None = None) -> str:
        """A living code, in clear."""
        code, now = new_code(), self.parts.now()
        officer = issued_by or self.officer(self.office()).id
        self.added(
            ActivationCode(
                offender_id=offender,
                code_sha256=hashed(code),
                issued_by=officer,
                issued_at=now,
                expires_at=now + timedelta(minutes=30),
            )
        )
        return code

    def enrolment(self, offender: UUID, photos: Sequence[bytes]) -> UUID:
        """An approved set of photos, with the vectors that the real models make of them."""
        return approved_set(self.parts, self.officer(self.office()).id, offender, photos)
