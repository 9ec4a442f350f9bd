"""A rule gets a value from an instant on; what held before stays on record."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkin_api.admin.acts import Act, Change, Done, Kind, wait_for_turn
from checkin_api.admin.faults import Mistake, refuse
from storage import audit
from storage.records import District, RuleRow
from verifier.rules.in_force import in_force
from verifier.rules.rules import RuleError, contradictions, with_overrides

BY_TWO_PEOPLE = "threshold_set"  # thresholds/service.py; the database refuses it here too


@dataclass(frozen=True)
class NewValue:
    """What is asked for; no instant means from now on, no district all of them."""

    name: str
    value: object
    valid_from: datetime | None
    reason: str
    district: str | None


def set_rule(act: Act, wanted: NewValue) -> Done:
    """Append a value of a rule; raises RefusedCommandError, the same again changes nothing."""
    if wanted.name == BY_TWO_PEOPLE:
        raise refuse(Mistake.TWO_PEOPLE)
    wait_for_turn(act)
    district_id = _district_id(act, wanted.district)
    valid_from = wanted.valid_from or act.now
    if _stands(act, wanted, district_id, valid_from):
        return Done(Kind.RULE, wanted.name, Change.UNCHANGED)
    if valid_from < act.now:
        raise refuse(Mistake.PAST)
    _require_sense(act, wanted, district_id, valid_from)
    row = RuleRow(
        name=wanted.name,
        district_id=district_id,
        value=wanted.value,
        valid_from=valid_from,
        set_by=act.session.info["scope"].actor,
        reason=wanted.reason,
        set_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    audit.record(act.session, "rule_set", act.now, subject=wanted.name, row=row.number)
    return Done(Kind.RULE, wanted.name, Change.ADDED, str(row.number))


def read_value(text: str) -> object:
    """Read a value as it is typed; raises RefusedCommandError for what is no JSON."""
    try:
        value: object = json.loads(text, parse_constant=_no_number)
    except ValueError as fault:
        raise refuse(Mistake.JSON) from fault
    return value


def read_instant(text: str) -> datetime | None:
    """Read `now` (as None) or an instant with its offset; raises RefusedCommandError."""
    if text == "now":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as fault:
        raise refuse(Mistake.INSTANT) from fault
    if instant.tzinfo is None:
        raise refuse(Mistake.INSTANT)
    return instant


def _no_number(_text: str) -> float:
    raise ValueError


def _district_id(act: Act, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = act.session.scalars(select(District.id).where(District.code == code)).first()
    if found is None:
        raise refuse(Mistake.UNKNOWN_DISTRICT, key=code)
    return found


def _stands(act: Act, wanted: NewValue, district_id: UUID | None, at: datetime) -> bool:
    """Tell whether the newest row that reaches this instant already says so."""
    held = act.session.scalars(
        select(RuleRow)
        .where(
            RuleRow.name == wanted.name,
            RuleRow.district_id.is_not_distinct_from(district_id),
            RuleRow.valid_from <= at,
        )
        .order_by(RuleRow.valid_from.desc(), RuleRow.number.desc())
        .limit(1)
    ).first()
    return held is not None and held.value == wanted.value


def _require_sense(
    act: Act, wanted: NewValue, district_id: UUID | None, valid_from: datetime
) -> None:
    try:
        rules = with_overrides(
            {wanted.name: wanted.value}, in_force(act.session, district_id, valid_from)
        )
    except RuleError as fault:
        raise refuse(Mistake.RULE, why=fault) from fault
    against = contradictions(rules)
    if against:
        raise refuse(Mistake.RULE, why="; ".join(against))
