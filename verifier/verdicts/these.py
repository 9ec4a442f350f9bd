"""Check-ins that are judged together: what is asked of one is asked of all in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    SQLColumnExpression,
    Uuid,
    and_,
    bindparam,
    column,
    func,
)

from storage.records import CheckIn, Window
from verifier.rules.rules import Rules

Key = tuple[UUID, UUID]  # the person's id, the check-in's


@dataclass(frozen=True, eq=False)
class Judged:
    """A check-in, its window, and the rules that it is judged by."""

    checkin: CheckIn
    window: Window | None
    rules: Rules

    @property
    def key(self) -> Key:
        """The row's key."""
        return self.checkin.offender_id, self.checkin.id


# Two arrays, whatever the number: the text of a statement is one, and PostgreSQL plans it once.
THESE = (
    func.unnest(
        bindparam("people", type_=ARRAY(Uuid())), bindparam("checkins", type_=ARRAY(Uuid()))
    )
    .table_valued(column("offender_id", Uuid()), column("id", Uuid()), name="these")
    .render_derived()
)


def is_one(
    person: SQLColumnExpression[Any] = CheckIn.offender_id,
    checkin: SQLColumnExpression[Any] = CheckIn.id,
) -> ColumnElement[bool]:
    """Gives the condition that a row is, or is about, one of THESE."""
    return and_(person == THESE.c.offender_id, checkin == THESE.c.id)


def words(keys: Iterable[Key]) -> dict[str, list[UUID]]:
    """Returns what a statement about THESE is asked with."""
    people, checkins = [], []
    for person, checkin in keys:
        people.append(person)
        checkins.append(checkin)
    return {"people": people, "checkins": checkins}
