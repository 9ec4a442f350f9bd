"""All registrations and the last code of one person, as an officer sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.devices.service import MOST_WRONG_TRIES
from mobile_contract.codes import DeviceState
from mobile_contract.device_requests import short_name
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    ActivationCode,
    Attestation,
    AttestationVerdict,
    CheckIn,
    Device,
    IdentityCheck,
    Officer,
)


@dataclass(frozen=True)
class CodeSeen:
    """The code that was issued last; what it reads is known to nobody."""

    issued_by: str
    issued_at: datetime
    expires_at: datetime
    wrong_tries: int
    used: bool

    @property
    def died_of_tries(self) -> bool:
        """Tell whether wrong tries, by whomever, have used it up."""
        return self.wrong_tries >= MOST_WRONG_TRIES and not self.used

    def lives(self, now: datetime) -> bool:
        """Tell whether a phone can still be activated with it."""
        return not self.used and not self.died_of_tries and now < self.expires_at


@dataclass(frozen=True)
class Registration:
    """One registration with its whole life."""

    id: UUID
    state: DeviceState
    since: datetime
    model: str
    os: str
    app: str
    key: str | None  # short, as the phone shows it
    attestation: AttestationVerdict | None
    asked_at: datetime
    words: str | None
    activated_at: datetime | None
    let_in_by: str | None
    refused_by: str | None
    by_code: bool
    identity_check: IdentityCheck | None
    decision_words: str | None
    lost_at: datetime | None
    stopped_by: str | None
    stop_words: str | None
    foreign_key_seen_at: datetime | None
    first_checkin_at: datetime | None


@dataclass(frozen=True)
class Names:
    """The officers who had a hand in a registration."""

    decider: str | None
    stopper: str | None
    issuer: str | None


@dataclass(frozen=True)
class Phones:
    """The page's content, the newest registration first."""

    person_id: UUID
    person: str
    number: str
    waiting: tuple[Registration, ...]
    registrations: tuple[Registration, ...]  # all others
    code: CodeSeen | None

    @property
    def active(self) -> Registration | None:
        """The one that is signed in."""
        return next((one for one in self.registrations if one.state is DeviceState.ACTIVE), None)


def read_phones(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> Phones:
    """Give all registrations of a person; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        person = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        found = tuple(_registrations(session, offender_id))
        return Phones(
            person_id=person.id,
            person=person.name,
            number=person.number,
            waiting=tuple(one for one in found if one.state is DeviceState.WAITING),
            registrations=tuple(one for one in found if one.state is not DeviceState.WAITING),
            code=_last_code(session, offender_id),
        )


def _registrations(session: Session, offender_id: UUID) -> Iterable[Registration]:
    decider, stopper, issuer = aliased(Officer), aliased(Officer), aliased(Officer)
    first_checkin = (
        select(func.min(CheckIn.received_at))
        .where(CheckIn.offender_id == offender_id, CheckIn.device_id == Device.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Device, decider.name, stopper.name, issuer.name, Attestation.verdict, first_checkin)
        .outerjoin(decider, decider.id == Device.decided_by)
        .outerjoin(stopper, stopper.id == Device.stopped_by)
        .outerjoin(ActivationCode, ActivationCode.device_id == Device.id)
        .outerjoin(issuer, issuer.id == ActivationCode.issued_by)
        .outerjoin(Attestation, Attestation.device_id == Device.id)
        .where(Device.offender_id == offender_id)
        .order_by(Device.created_at.desc(), Device.id)
    )
    for device, decided, stopped, issued, verdict, first in rows:
        yield _registration(device, Names(decided, stopped, issued), verdict, first)


def _registration(
    device: Device,
    names: Names,
    verdict: AttestationVerdict | None,
    first_checkin_at: datetime | None,
) -> Registration:
    let_in = device.activated_at is not None
    return Registration(
        id=device.id,
        state=device.state,
        since=device.state_since,
        model=device.model,
        os=device.os,
        app=device.app,
        key=short_name(device.key_thumbprint) if device.key_thumbprint else None,
        attestation=verdict,
        asked_at=device.created_at,
        words=device.words,
        activated_at=device.activated_at,
        let_in_by=(names.decider or names.issuer) if let_in else None,
        refused_by=None if let_in else names.decider,
        by_code=names.issuer is not None,
        identity_check=device.identity_check,
        decision_words=device.decision_words,
        lost_at=device.lost_at,
        stopped_by=names.stopper,
        stop_words=device.stop_words,
        foreign_key_seen_at=device.foreign_key_seen_at,
        first_checkin_at=first_checkin_at,
    )


def _last_code(session: Session, offender_id: UUID) -> CodeSeen | None:
    row = session.execute(
        select(ActivationCode, Officer.name)
        .join(Officer, Officer.id == ActivationCode.issued_by)
        .where(ActivationCode.offender_id == offender_id)
        .order_by(ActivationCode.issued_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    code, name = row
    return CodeSeen(
        name, code.issued_at, code.expires_at, code.wrong_tries, used=code.used_at is not None
    )
