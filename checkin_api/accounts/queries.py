"""Accounts and places as an administrator sees them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.confirming import CONFIRMED_BY
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import District, Office, Officer, Posting, Role, SecondFactor
from verifier.local_time import local_date

MOST_SHOWN = 200


@dataclass(frozen=True)
class PostingListed:
    """One posting of an account that has not ended."""

    id: UUID
    role: Role
    place: str
    starts_on: date
    ends_on: date | None
    covers: str
    confirmed: bool

    @property
    def confirmed_by(self) -> list[Role]:
        """Which roles confirm such a posting."""
        return sorted(CONFIRMED_BY[self.role])


@dataclass(frozen=True)
class AccountListed:
    """One account, with its state; of its passwords only whether there is one."""

    id: UUID
    login: str
    name: str
    created_at: datetime
    set_up: bool
    second_factor: bool
    setup_expires_at: datetime | None
    disabled_at: datetime | None
    postings: tuple[PostingListed, ...]


@dataclass(frozen=True)
class PlaceListed:
    """A district or an office to choose from."""

    id: UUID
    code: str
    name: str
    district: str = ""
    offices: int = 0


def accounts_by(session: Session, words: str, now: datetime) -> list[AccountListed]:
    """Give accounts by name or login, the newest first."""
    found = session.scalars(
        select(Officer)
        .where(
            or_(
                Officer.name.contains(words, autoescape=True),
                Officer.login.contains(words.lower(), autoescape=True),
            )
        )
        .order_by(Officer.created_at.desc(), Officer.login)
        .limit(MOST_SHOWN)
    ).all()
    return _listed(session, found, now)


def account_by_id(session: Session, account_id: UUID, now: datetime) -> AccountListed:
    """Give one account; raises RefusedError(not_found)."""
    found = session.get(Officer, account_id)
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return _listed(session, [found], now)[0]


def districts(session: Session) -> list[PlaceListed]:
    """Give every district with its number of offices."""
    rows = session.execute(
        select(District, func.count(Office.id))
        .outerjoin(Office, Office.district_id == District.id)
        .group_by(District.id)
        .order_by(District.code)
    )
    return [PlaceListed(row.id, row.code, row.name, offices=number) for row, number in rows]


def offices(session: Session, district_id: UUID | None = None) -> list[PlaceListed]:
    """Give every office, of one district where one is named."""
    wanted = select(Office, District.name).join(District, District.id == Office.district_id)
    if district_id is not None:
        wanted = wanted.where(Office.district_id == district_id)
    rows = session.execute(wanted.order_by(District.code, Office.code))
    return [PlaceListed(row.id, row.code, row.name, district=within) for row, within in rows]


def _listed(session: Session, found: Iterable[Officer], now: datetime) -> list[AccountListed]:
    people = list(found)
    ids = [person.id for person in people]
    postings, factors = _postings(session, ids, local_date(now)), _with_factor(session, ids)
    return [
        AccountListed(
            id=person.id,
            login=person.login,
            name=person.name,
            created_at=person.created_at,
            set_up=person.password_hash is not None,
            second_factor=person.id in factors,
            setup_expires_at=person.setup_expires_at,
            disabled_at=person.disabled_at,
            postings=tuple(postings[person.id]),
        )
        for person in people
    ]


def _with_factor(session: Session, account_ids: list[UUID]) -> set[UUID]:
    found = session.scalars(
        select(SecondFactor.officer_id).where(
            SecondFactor.officer_id.in_(account_ids),
            SecondFactor.confirmed_at.is_not(None),
            SecondFactor.ended_at.is_(None),
        )
    )
    return set(found)


def _postings(
    session: Session, account_ids: list[UUID], today: date
) -> dict[UUID, list[PostingListed]]:
    covered = aliased(Officer)
    rows = session.execute(
        select(Posting, func.coalesce(Office.name, District.name), covered.name)
        .outerjoin(Office, Office.id == Posting.office_id)
        .outerjoin(District, District.id == Posting.district_id)
        .outerjoin(covered, covered.id == Posting.covers_id)
        .where(
            Posting.officer_id.in_(account_ids),
            Posting.ended_at.is_(None),
            or_(Posting.ends_on.is_(None), Posting.ends_on >= today),
        )
        .order_by(Posting.created_at, Posting.id)
    )
    listed: dict[UUID, list[PostingListed]] = defaultdict(list)
    for row, place, covers in rows:
        listed[row.officer_id].append(
            PostingListed(
                id=row.id,
                role=row.role,
                place=place or "",
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                covers=covers or "",
                confirmed=row.confirmed_at is not None,
            )
        )
    return listed
