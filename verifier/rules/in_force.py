"""Which rules hold at an instant in a district: what the table says, laid over the defaults."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    any_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Session

from storage.database import reads_once
from storage.records import Offender, Office, RuleRow
from verifier.rules.rules import Rules, with_overrides

_Rows = Select[str, Any]


def _rows_of(district_id: ColumnElement[Any]) -> _Rows:
    return (
        select(RuleRow.name, RuleRow.value)
        .where(
            RuleRow.valid_from <= bindparam("at", type_=DateTime(timezone=True)),
            or_(RuleRow.district_id.is_(None), RuleRow.district_id == district_id),
        )
        .order_by(RuleRow.district_id.is_not(None), RuleRow.valid_from, RuleRow.number)
    )


# Made once, one query each: everything asks for rules.
_OF_DISTRICT = _rows_of(bindparam("district", type_=Uuid()))
_OF_PERSON = _rows_of(
    select(Office.district_id)
    .join(Offender, Offender.office_id == Office.id)
    .where(Offender.id == bindparam("person", type_=Uuid()))
    .scalar_subquery()
)
_ALL = select(RuleRow.name, RuleRow.value, RuleRow.district_id, RuleRow.valid_from).order_by(
    RuleRow.district_id.is_not(None), RuleRow.valid_from, RuleRow.number
)
_DISTRICTS = (
    select(Offender.id, Office.district_id)
    .join(Office, Office.id == Offender.office_id)
    .where(Offender.id == any_(bindparam("people", type_=ARRAY(Uuid()))))
)


def in_force(session: Session, district_id: UUID | None, at: datetime) -> Rules:
    """Returns the rules of a district (or the city's own, for None) at an instant.

    A district's value goes before the city's; of two, the one that came into force later.
    Raises RuleError when the table holds a value that the rule cannot have.
    """
    return _laid_over_defaults(session, _OF_DISTRICT, {"at": at, "district": district_id})


def in_force_for(session: Session, offender_id: UUID, at: datetime) -> Rules:
    """Returns the rules of the district that supervises a person."""
    if reads_once(session):
        return rules_of(session, [(offender_id, at)])[offender_id, at]
    return _laid_over_defaults(session, _OF_PERSON, {"at": at, "person": offender_id})


def rules_of(
    session: Session, wanted: Collection[tuple[UUID, datetime]]
) -> dict[tuple[UUID, datetime], Rules]:
    """Returns the same for several people, each at an instant; two queries, however many."""
    book = _book(session)
    districts = districts_of(session, {person for person, _ in wanted})
    return {(person, at): book.rules_at(districts[person], at) for person, at in wanted}


def districts_of(session: Session, offender_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Returns which district supervises each person."""
    kept: dict[UUID, UUID] = session.info.setdefault("districts", {}) if reads_once(session) else {}
    missing = [person for person in offender_ids if person not in kept]
    if missing:
        kept.update(session.execute(_DISTRICTS, {"people": missing}).all())
    return kept


@dataclass
class _Book:
    """Every rule of the table with the time it holds from, in the order that they are laid."""

    rows: Sequence[tuple[str, Any, UUID | None, datetime]]
    known: dict[tuple[int, ...], Rules] = field(default_factory=dict)

    def rules_at(self, district_id: UUID, at: datetime) -> Rules:
        """Returns what the rows give that hold at an instant; the same rows, the same value."""
        held = tuple(
            number
            for number, (_, _, district, valid_from) in enumerate(self.rows)
            if valid_from <= at and district in {None, district_id}
        )
        if held not in self.known:
            laid = {self.rows[number][0]: self.rows[number][1] for number in held}
            self.known[held] = with_overrides(laid)
        return self.known[held]


def _book(session: Session) -> _Book:
    """Returns all rules; kept where a session reads once."""
    book: _Book | None = session.info.get("rules")
    if book is None:
        book = _Book(session.execute(_ALL).all())
    if reads_once(session):
        session.info["rules"] = book
    return book


def _laid_over_defaults(session: Session, wanted: _Rows, words: Mapping[str, object]) -> Rules:
    return with_overrides(dict(session.execute(wanted, words).all()))
