"""Rows that a test needs and does not test, each with defaults that say nothing."""

from base64 import b32encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from uuid import UUID

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.passwords import password_hash
from checkin_api.access.secret_texts import hashed, new_code
from mobile_contract.codes import Datum, DeviceState
from mobile_contract.proofs import SenderKey, thumbprint
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    ActivationCode,
    Device,
    District,
    Fence,
    Offender,
    Office,
    Officer,
    PlanKind,
    Posting,
    ReportingPlan,
    Role,
    SecondFactor,
    SupervisionPeriod,
    Window,
)
from storage.seals import seal
from tests.enrolments import TEST, approved_set

PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that live for one test
# New in the whole process: limits are counted by login, and outlive the tables of a test.
LOGINS = count(1)
PEOPLES_SQUARE = (29.5630, 106.5516)  # Chongqing, WGS-84


@dataclass
class Factory:
    """Makes rows; every name is new."""

    parts: Parts
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction of the test itself."""
        with transaction(self.parts.sessions, TEST) as session:
            yield session

    def district(self) -> UUID:
        """A district."""
        row = District(code=f"D{next(self.numbers)}", name="区县")
        return self.added(row)

    def office(self, district: UUID | None = None) -> UUID:
        """A justice office."""
        row = Office(
            district_id=district or self.district(), code=f"O{next(self.numbers)}", name="司法所"
        )
        return self.added(row)

    def officer(
        self, office: UUID | None = None, role: Role = Role.OFFICER, district: UUID | None = None
    ) -> Officer:
        """An account with the password PASSWORD, posted and confirmed."""
        row = self.account()
        self.posting(row.id, role, office=office, district=district)
        return row

    def account(self) -> Officer:
        """An account with the password PASSWORD, a second factor and no posting."""
        now = self.parts.now()
        row = Officer(
            login=f"officer{next(LOGINS)}",
            name="工作人员",
            password_hash=_kept_password(),
            created_at=now,
        )
        self.added(row)
        sealed = seal(self.parts.keys, totp_secret(row), str(row.id))
        self.added(
            SecondFactor(officer_id=row.id, sealed_secret=sealed, created_at=now, confirmed_at=now)
        )
        return row

    def code(self, officer: Officer) -> str:
        """What the account's authenticator shows now, good once more though it was used before.

        A test that signs an account in twice must not wait half a minute for the next code.
        """
        with self.session() as session:
            session.execute(
                update(SecondFactor)
                .where(SecondFactor.officer_id == officer.id)
                .values(last_step=0)
            )
        return pyotp.TOTP(totp_secret(officer)).now()

    def office_of(self, officer: Officer) -> UUID:
        """The office that an account is posted to."""
        with self.session() as session:
            office = session.scalars(
                select(Posting.office_id)
                .where(Posting.officer_id == officer.id, Posting.office_id.is_not(None))
                .distinct()
            ).one()
        assert office is not None
        return office

    def district_of(self, office: UUID) -> UUID:
        """The district that an office lies in."""
        with self.session() as session:
            return session.get_one(Office, office).district_id

    def posting(
        self,
        officer: UUID,
        role: Role = Role.OFFICER,
        *,
        office: UUID | None = None,
        district: UUID | None = None,
        confirmed: bool = True,
    ) -> UUID:
        """A posting, in force since last year if it is confirmed."""
        now = self.parts.now()
        return self.added(
            Posting(
                officer_id=officer,
                role=role,
                office_id=office,
                district_id=district,
                starts_on=date(2025, 1, 1),
                created_by="command:factory",
                created_at=now,
                confirmed_by="command:factory" if confirmed else None,
                confirmed_at=now if confirmed else None,
            )
        )

    def offender(
        self, office: UUID | None = None, *, supervised: bool = True, name: str = "对象"
    ) -> Offender:
        """A person, under supervision since last year."""
        row = Offender(
            number=f"CQ{next(self.numbers):06}",
            name=name,
            office_id=office or self.office(),
            created_at=self.parts.now(),
        )
        self.added(row)
        if supervised:
            self.period(row.id)
        return row

    def period(self, offender: UUID, ends_on: date | None = None) -> UUID:
        """A supervision period."""
        return self.added(
            SupervisionPeriod(
                offender_id=offender,
                starts_on=date(2025, 1, 1),
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

    def plan(self, offender: UUID, starts_on: date = date(2025, 1, 1)) -> UUID:
        """The default daily plan."""
        return self.added(
            ReportingPlan(
                offender_id=offender,
                kind=PlanKind.DAILY,
                opens=time(8),
                due=time(20),
                grace_ends=time(21),
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

    def added(self, row: object) -> UUID:
        with self.session() as session:
            session.add(row)
            session.flush()
            return row.id  # type: ignore[attr-defined,no-any-return]


@cache
def _kept_password() -> str:
    return password_hash(PASSWORD)


def totp_secret(officer: Officer) -> str:
    """The secret in an account's authenticator: its own, and known to the test."""
    return b32encode(sha256(officer.id.bytes).digest()[:20]).decode()
