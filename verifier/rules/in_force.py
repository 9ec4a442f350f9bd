"""Which rules hold at an instant in a district: what the table says, laid over the defaults."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Uuid, bindparam, or_, select
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


def in_force(session: Session, district_id: UUID | None, at: datetime) -> Rules:
    """Returns the rules of a district (or the city's own, for None) at an instant.

    A district's value goes before the city's; of two, the one that came into force later.
    Raises RuleError when the table holds a value that the rule cannot have.
    """
    return _laid_over_defaults(session, _OF_DISTRICT, {"at": at, "district": district_id})


def in_force_for(session: Session, offender_id: UUID, at: datetime) -> Rules:
    """Returns the rules of the district that supervises a person."""
    known: dict[tuple[UUID, datetime], Rules] = session.info.setdefault("rules", {})
    if (offender_id, at) in known:
        return known[offender_id, at]
    found = _laid_over_defaults(session, _OF_PERSON, {"at": at, "person": offender_id})
    if reads_once(session):
        known[offender_id, at] = found
    return found


def _laid_over_defaults(session: Session, wanted: _Rows, words: Mapping[str, object]) -> Rules:
    return with_overrides(dict(session.execute(wanted, words).all()))
