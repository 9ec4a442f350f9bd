"""Offices and the accounts that work there, as a test needs them and does not test them."""

from base64 import b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import count
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.database import transaction
from storage.parts import Parts
from storage.records import District, Office, Officer, Posting, Role, SecondFactor
from storage.seals import seal
from tests.enrolments import TEST

PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that live for one test
# New in the whole process: limits are counted by login, and outlive the tables of a test.
LOGINS = count(1)


@dataclass
class Staff:
    """Makes offices and accounts; every name is new."""

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

    def added(self, row: object) -> UUID:
        with self.session() as session:
            session.add(row)
            session.flush()
            return row.id  # type: ignore[attr-defined,no-any-return]


@cache
def _kept_password() -> str:
    # Of the cheapest kind: a real one takes a tenth of a second each time somebody signs in.
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def totp_secret(officer: Officer) -> str:
    """The secret in an account's authenticator: its own, and known to the test."""
    return b32encode(sha256(officer.id.bytes).digest()[:20]).decode()
