"""Open items as an officer's list shows them: only what this officer may decide now."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.colleagues import nobody_in_office
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.offices.waiting import (
    CheckInWaiting,
    Entry,
    PhoneWaiting,
    Waiting,
    Wanted,
    WindowWaiting,
)
from mobile_contract.codes import WindowOutcome
from storage.records import (
    CheckIn,
    Device,
    EvidenceRow,
    FlagKind,
    Item,
    ItemEntry,
    Level,
    Offender,
    Office,
    RaisedFlag,
    Role,
    Window,
)
from verifier.verdicts.review_cases import Key, cases_of
from verifier.verdicts.reviews import (
    DECIDING,
    OF_DISTRICT,
    Case,
    Turn,
    may_answer,
    standing,
)

MOST_SHOWN = 300


Row = tuple[ItemEntry, Item, Offender, Office, bool]


def waiting_for(session: Session, caller: OfficerCaller, wanted: Wanted, now: datetime) -> Waiting:
    """Give what waits for this officer."""
    rows = _open_rows(session, caller)
    checkins = _checkins(session, rows)
    cases = cases_of(session, checkins.values())
    mine = [row for row in rows if _concerns(caller, wanted, row, cases)]
    of_district = any(caller.has(role) for role in OF_DISTRICT)
    entries = sorted(
        _entries(session, mine, checkins, now),
        key=lambda one: (of_district and not one.came_up, one.due_at, -one.severity),
    )
    shown = [one for one in entries if wanted.cause in {None, one.cause}]
    return Waiting(
        entries=tuple(shown[:MOST_SHOWN]),
        counts=Counter(one.cause for one in entries),
        total=len(entries),
        overdue=sum(one.overdue for one in entries),
    )


def _open_rows(session: Session, caller: OfficerCaller) -> Sequence[Row]:
    found = session.execute(
        select(ItemEntry, Item, Offender, Office, nobody_in_office(caller.asked_at))
        .join(Item, Item.id == ItemEntry.item_id)
        .join(Offender, Offender.id == ItemEntry.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(
            in_reach(caller, Action.SEE_ITEMS),
            ItemEntry.settled_at.is_(None),
            Item.closed_at.is_(None),
        )
        .order_by(ItemEntry.due_at, ItemEntry.added_at, ItemEntry.id)
    )
    return [
        (entry, item, offender, office, alone) for entry, item, offender, office, alone in found
    ]


def _concerns(caller: OfficerCaller, wanted: Wanted, row: Row, cases: Mapping[Key, Case]) -> bool:
    """Tell whether an entry belongs on this list.

    Who has answered "no" sees it no more, and the second officer sees it like any other.
    """
    entry, item, _, office, nobody_left = row
    roles = DECIDING.intersection(caller.roles_over(office.id, office.district_id))
    case = cases.get((entry.offender_id, entry.checkin_id)) if entry.checkin_id else None
    if case is not None and roles and not _may_answer_or_read(caller, wanted, item, case, roles):
        return False
    if not roles or wanted.whole_district or roles - OF_DISTRICT:
        return True
    for_district = case is not None and standing(case).turn is Turn.DISTRICT
    left_to_district = nobody_left and Role.DISTRICT in roles
    return item.level is Level.DISTRICT or for_district or left_to_district


def _may_answer_or_read(
    caller: OfficerCaller, wanted: Wanted, item: Item, case: Case, roles: frozenset[Role]
) -> bool:
    """Tell whether a check-in awaits the caller, or is on the whole list of who is on duty."""
    if any(may_answer(case, caller.officer_id, role, item.level) for role in roles):
        return True
    answered = any(answer.officer_id == caller.officer_id for answer in case.answers)
    return wanted.whole_district and roles == {Role.DUTY} and not answered


def _checkins(session: Session, rows: Iterable[Row]) -> dict[Key, CheckIn]:
    keys = [(entry.offender_id, entry.checkin_id) for entry, *_ in rows if entry.checkin_id]
    found = session.scalars(
        select(CheckIn).where(tuple_(CheckIn.offender_id, CheckIn.id).in_(keys))
    )
    return {(row.offender_id, row.id): row for row in found}


def _entries(
    session: Session, rows: Sequence[Row], checkins: Mapping[Key, CheckIn], now: datetime
) -> list[Entry]:
    windows, phones = _windows(session, rows), _phones(session, rows)
    keys = [(entry.offender_id, entry.checkin_id) for entry, *_ in rows if entry.checkin_id]
    flags, verdicts = _flags(session, keys), _verdicts(session, keys)
    entries = []
    for entry, item, offender, office, nobody_left in rows:
        key = (entry.offender_id, entry.checkin_id) if entry.checkin_id else None
        raised = flags[key] if key else []
        entries.append(
            Entry(
                cause=item.cause,
                level=item.level,
                due_at=entry.due_at,
                overdue=entry.due_at < now or item.level is not Level.OFFICER,
                added_at=entry.added_at,
                person_id=offender.id,
                person=offender.name,
                number=offender.number,
                office=office.name,
                checkin=_checkin_waiting(checkins[key]) if key else None,
                window=windows[entry.window_id] if entry.window_id else None,
                phone=phones[entry.device_id] if entry.device_id else None,
                flags=tuple(code for _, code in sorted(raised, reverse=True)),
                face_verdict=verdicts.get(key) if key else None,
                severity=max((severity for severity, _ in raised), default=0),
                came_up=nobody_left or item.level is Level.DISTRICT,
            )
        )
    return entries


def _checkin_waiting(row: CheckIn) -> CheckInWaiting:
    return CheckInWaiting(row.id, row.channel, row.received_at)


def _windows(session: Session, rows: Iterable[Row]) -> dict[UUID, WindowWaiting]:
    wanted = [entry.window_id for entry, *_ in rows if entry.window_id]
    found = session.scalars(select(Window).where(Window.id.in_(wanted)))
    return {
        row.id: WindowWaiting(row.id, row.opens_at, row.due_at, WindowOutcome(row.outcome))
        for row in found
    }


def _phones(session: Session, rows: Iterable[Row]) -> dict[UUID, PhoneWaiting]:
    wanted = [entry.device_id for entry, *_ in rows if entry.device_id]
    found = session.scalars(select(Device).where(Device.id.in_(wanted)))
    return {row.id: PhoneWaiting(row.id, row.model, row.state, row.state_since) for row in found}


def _flags(session: Session, keys: list[Key]) -> dict[Key, list[tuple[int, str]]]:
    found: dict[Key, list[tuple[int, str]]] = defaultdict(list)
    rows = session.scalars(
        select(RaisedFlag).where(
            tuple_(RaisedFlag.offender_id, RaisedFlag.checkin_id).in_(keys),
            RaisedFlag.kind == FlagKind.FLAG,
        )
    )
    for row in rows:
        found[row.offender_id, row.checkin_id].append((row.severity, row.code))
    return found


def _verdicts(session: Session, keys: list[Key]) -> dict[Key, str]:
    """Give the last attempt's verdict of each check-in."""
    rows = session.scalars(
        select(EvidenceRow)
        .where(tuple_(EvidenceRow.offender_id, EvidenceRow.checkin_id).in_(keys))
        .order_by(EvidenceRow.attempt)
    )
    return {(row.offender_id, row.checkin_id): row.face_verdict for row in rows}
