"""Which rules hold at an instant in a district: what the table says, laid over the defaults."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from storage.database import ScopeKind
from storage.records import Offender, Office, RuleRow
from verifier.rules.rules import Rules, with_overrides


def in_force(session: Session, district_id: UUID | None, at: datetime) -> Rules:
    """Returns the rules of a district (or the city's own, for None) at an instant.

    A district's value goes before the city's; of two, the one that came into force later.
    Raises RuleError when the table holds a value that the rule cannot have.
    """
    return _laid_over_defaults(session, district_id, at)


def in_force_for(session: Session, offender_id: UUID, at: datetime) -> Rules:
    """Returns the rules of the district that supervises a person.

    The verifier, which writes none, reads them once in a transaction.
    """
    known: dict[tuple[UUID, datetime], Rules] = session.info.setdefault("rules", {})
    if (offender_id, at) in known:
        return known[offender_id, at]
    district_id = (
        select(Office.district_id)
        .join(Offender, Offender.office_id == Office.id)
        .where(Offender.id == offender_id)
        .scalar_subquery()
    )
    found = _laid_over_defaults(session, district_id, at)
    scope = session.info.get("scope")
    if scope is not None and scope.kind is ScopeKind.VERIFIER:
        known[offender_id, at] = found
    return found


def _laid_over_defaults(
    session: Session, district_id: UUID | ScalarSelect[UUID] | None, at: datetime
) -> Rules:
    # One query, also for a person.
    rows = session.execute(
        select(RuleRow.name, RuleRow.value)
        .where(
            RuleRow.valid_from <= at,
            or_(RuleRow.district_id.is_(None), RuleRow.district_id == district_id),
        )
        .order_by(RuleRow.district_id.is_not(None), RuleRow.valid_from, RuleRow.number)
    )
    return with_overrides({row.name: row.value for row in rows})
