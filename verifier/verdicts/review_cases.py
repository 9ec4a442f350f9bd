"""Gathers what a review depends on: flags, answers and objections of several check-ins at once."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from mobile_contract.codes import ObjectionState
from storage.records import CheckIn, FlagKind, Objection, RaisedFlag, Review, Role
from verifier.verdicts.flags import FlagCode, code_named
from verifier.verdicts.reviews import Answer, Case, place_is_flagged

Key = tuple[UUID, UUID]  # offender, check-in


def cases_of(session: Session, checkins: Iterable[CheckIn]) -> dict[Key, Case]:
    """Returns the review case of each check-in, in three queries however many they are."""
    rows = {(row.offender_id, row.id): row for row in checkins}
    flags, answers = _flags(session, list(rows)), _answers(session, list(rows))
    objected = _open_objections(session, list(rows))
    return {
        key: Case(
            state=row.state,
            place_flagged=place_is_flagged(flags[key]),
            objection_open=key in objected,
            answers=tuple(answers[key]),
        )
        for key, row in rows.items()
    }


def case_of(session: Session, checkin: CheckIn) -> Case:
    """Returns the review case of one check-in."""
    return cases_of(session, [checkin])[checkin.offender_id, checkin.id]


def _flags(session: Session, keys: list[Key]) -> dict[Key, list[FlagCode]]:
    found: dict[Key, list[FlagCode]] = defaultdict(list)
    rows = session.scalars(
        select(RaisedFlag).where(
            tuple_(RaisedFlag.offender_id, RaisedFlag.checkin_id).in_(keys),
            RaisedFlag.kind == FlagKind.FLAG,
        )
    )
    for row in rows:
        found[row.offender_id, row.checkin_id].append(code_named(row.code))
    return found


def _answers(session: Session, keys: list[Key]) -> dict[Key, list[Answer]]:
    found: dict[Key, list[Answer]] = defaultdict(list)
    rows = session.scalars(
        select(Review)
        .where(tuple_(Review.offender_id, Review.checkin_id).in_(keys))
        .order_by(Review.answered_at, Review.id)
    )
    for row in rows:
        found[row.offender_id, row.checkin_id].append(
            Answer(
                officer_id=row.officer_id,
                role=Role(row.officer_role),
                identity=row.identity,
                place_accepted=row.place_accepted,
                on_objection=row.objection_id is not None,
            )
        )
    return found


def _open_objections(session: Session, keys: list[Key]) -> set[Key]:
    rows = session.execute(
        select(Objection.offender_id, Objection.checkin_id).where(
            tuple_(Objection.offender_id, Objection.checkin_id).in_(keys),
            Objection.state == ObjectionState.OPEN,
        )
    )
    return {(offender_id, checkin_id) for offender_id, checkin_id in rows}
