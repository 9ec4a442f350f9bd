"""Rows around a person and around the accounts of the office, for paths that name them."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from mobile_contract.codes import DeviceState
from storage.records import (
    AccountReset,
    Device,
    NamedOfficer,
    Offender,
    Outage,
    Recusal,
    Role,
    SupervisionPause,
    ThresholdActivation,
    ThresholdSetRow,
    Transfer,
)
from storage.records.supervision import PauseReason
from tests.access.cast import Cast, Where
from verifier.verdicts.bands import DEFAULT

A_WEEK = timedelta(days=7)
EIGHTEENTH = date(2030, 1, 1)


def around(cast: Cast, person: Offender) -> dict[str, UUID]:
    """Lay what stands around a person, and give the ids by the names that paths use."""
    factory = cast.world.factory
    colleague = factory.officer(cast.office).id
    return {
        "device_id": _waiting_phone(cast, person),
        "active_device_id": _active_phone(cast, person),
        "recusal_id": _recusal(cast, person.id, colleague),
        "pause_id": _pause(cast, person.id),
        "transfer_id": _transfer(cast, person),
        "reset_id": _reset(cast, colleague),
        "posting_id": factory.posting(factory.account().id, Role.OFFICER, office=cast.office),
        "account_id": factory.account().id,
        "officer_id": cast.officers["officer here"].id,
        "district_id": cast.district,
        "outage_id": _outage(cast),
        "office_id": cast.office,
        "activation_id": _activation(cast),
        **_minor(cast, colleague),
    }


def _recusal(cast: Cast, person: UUID, officer: UUID) -> UUID:
    return cast.world.factory.added(
        Recusal(
            offender_id=person,
            officer_id=officer,
            reason="亲属",
            set_by=cast.officers["district here"].id,
            set_at=cast.world.factory.parts.now(),
        )
    )


def _pause(cast: Cast, person: UUID) -> UUID:
    factory = cast.world.factory
    return factory.added(
        SupervisionPause(
            period_id=factory.period(
                person, ends_on=date(2024, 12, 31), starts_on=date(2024, 1, 1)
            ),
            offender_id=person,
            starts_on=date(2024, 2, 1),
            ends_on=None,
            reason=PauseReason.OTHER,
            created_by="command:factory",
            created_at=factory.parts.now(),
        )
    )


def _transfer(cast: Cast, person: Offender) -> UUID:
    return cast.world.factory.added(
        Transfer(
            offender_id=person.id,
            number=person.number,
            name=None,
            from_office_id=cast.office,
            to_office_id=cast.offices[Where.NEXT_DOOR],
            reason="搬家",
            asked_by=cast.officers["district here"].id,
            asked_at=cast.world.factory.parts.now(),
        )
    )


def _outage(cast: Cast) -> UUID:
    factory, now = cast.world.factory, cast.world.factory.parts.now()
    return factory.added(
        Outage(
            starts_at=now - A_WEEK,
            ends_at=now - A_WEEK + timedelta(hours=1),
            source="declared",
            district_id=cast.district,
            reason="基站停电",
            declared_by=cast.officers["district here"].id,
            declared_at=now,
            settled_at=now,
        )
    )


def _activation(cast: Cast) -> UUID:
    factory, now = cast.world.factory, cast.world.factory.parts.now()
    name = f"matrix-{next(factory.numbers)}"
    with factory.session() as session:
        session.add(
            ThresholdSetRow(
                name=name,
                limits=[asdict(DEFAULT.limits[0])],
                measured={},
                laid_by="command:x",
                laid_at=now,
                reason="试",
            )
        )
    asked = factory.account().id
    return factory.added(
        ThresholdActivation(set_name=name, reason="试", asked_by=asked, asked_at=now)
    )


def _reset(cast: Cast, account: UUID) -> UUID:
    now = cast.world.factory.parts.now()
    return cast.world.factory.added(
        AccountReset(
            officer_id=account,
            reason="手机丢失",
            asked_by=cast.officers["district here"].id,
            asked_at=now,
            expires_at=now + A_WEEK,
        )
    )


def _waiting_phone(cast: Cast, person: Offender) -> UUID:
    factory, now = cast.world.factory, cast.world.factory.parts.now()
    return factory.added(
        Device(
            offender_id=person.id,
            install_id=f"waits-{next(factory.numbers)}",
            state=DeviceState.WAITING,
            state_since=now,
            model="phone",
            os="os",
            app="1.0.0",
            notice_version="1",
            notice_shown_at=now,
            created_at=now,
        )
    )


def _active_phone(cast: Cast, person: Offender) -> UUID:
    """Give the active registration; the people who have phones in their hands keep theirs."""
    has_one = any(person.id == owner.id for owner in cast.owners.values())
    return person.id if has_one else cast.world.factory.device(person.id).id


def _minor(cast: Cast, named: UUID) -> dict[str, UUID]:
    factory, now = cast.world.factory, cast.world.factory.parts.now()
    minor = factory.offender(cast.office)
    with factory.session() as session:
        session.get_one(Offender, minor.id).adult_on = EIGHTEENTH
    _recusal(cast, minor.id, cast.officers["head here, recused"].id)
    by = cast.officers["district here"].id
    naming = NamedOfficer(offender_id=minor.id, officer_id=named, named_by=by, named_at=now)
    return {"minor_id": minor.id, "naming_id": factory.added(naming)}
