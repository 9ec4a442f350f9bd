"""New rows of a whole city, laid by few statements, each with its entry in the audit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from checkin_api.access.new_accounts import in_codes, new_posting
from checkin_api.admin.acts import Act, Kind, hand_out_code
from checkin_api.admin.first_duties import default_times, first_period, first_plan, plan_starts
from checkin_api.admin.layout import Plan
from checkin_api.admin.people_changes import Changes
from checkin_api.admin.people_held import Held
from checkin_api.admin.people_rows import OfficerRow, PersonRow
from storage import audit
from storage.records import District, Fence, Offender, Office, Officer, Record, Role
from verifier.attendance.plans import DailyPlan
from verifier.place.fences import CircularFence


@dataclass(frozen=True)
class NewCode:
    """The one-time set-up code of a new account, in clear; it is written once."""

    login: str
    name: str
    code: str


@dataclass
class Laying:
    """What one import lays: rows by table, in the order in which they need each other."""

    act: Act
    held: Held
    new_id: Callable[[], UUID] = uuid4
    rows: dict[type[Record], list[Record]] = field(default_factory=dict)
    entries: list[audit.Entry] = field(default_factory=list)
    codes: list[NewCode] = field(default_factory=list)
    times_of: dict[UUID | None, DailyPlan] = field(default_factory=dict)

    def lay(self, changes: Changes) -> list[NewCode]:
        """Lay everything that is new; gives the set-up codes of new accounts."""
        districts = {code: place.id for code, place in self.held.districts.items()}
        for one in changes.districts:
            districts[one.code] = self._place(District(code=one.code, name=one.name))
        offices = {code: place.id for code, place in self.held.offices.items()}
        district_of = {place.id: place.district_id for place in self.held.offices.values()}
        for office in changes.offices:
            home = districts[office.district]
            row = Office(code=office.code, name=office.name, district_id=home)
            offices[office.code] = self._place(row)
            district_of[offices[office.code]] = home
        for login, roles in changes.accounts.items():
            self._account(login, roles, offices, districts)
        for person in changes.people:
            self._person(person, offices[person.office], district_of[offices[person.office]])
        for table, rows in self.rows.items():
            self.act.session.execute(insert(table), [_values(row) for row in rows])
        audit.record_all(self.act.session, self.act.now, self.entries)
        return self.codes

    def _place(self, row: District | Office) -> UUID:
        row.id = self.new_id()
        kind = Kind.OFFICE if isinstance(row, Office) else Kind.DISTRICT
        self._keep(row)
        self.entries.append(audit.Entry(f"{kind}_added", subject=row.id))
        return row.id

    def _account(
        self,
        login: str,
        roles: Sequence[OfficerRow],
        offices: dict[str, UUID],
        districts: dict[str, UUID],
    ) -> None:
        name = roles[0].name
        row = Officer(id=self.new_id(), login=login, name=name, created_at=self.act.now)
        self.codes.append(NewCode(login, name, hand_out_code(self.act, row)))
        self._keep(row)
        self.entries.append(audit.Entry(f"{Kind.OFFICER}_added", subject=row.id))
        for one in roles:
            self._posting_at(row.id, one.role, [offices[code] for code in one.office])
            self._posting_at(row.id, one.role, [districts[code] for code in one.district])
            if not one.office and not one.district:
                self._posting_at(row.id, one.role, [None])

    def _posting_at(self, account: UUID, role: Role, places: Sequence[UUID | None]) -> None:
        for place in places:
            self._posting(account, role, place)

    def _posting(self, account: UUID, role: Role, place: UUID | None) -> None:
        posting = new_posting(account, role, place, self.act.now, self.act.session.info["scope"])
        posting.id = self.new_id()
        if role is Role.ADMINISTRATOR:
            # The terminal makes an administrator by name, never as one row among a thousand.
            posting.confirmed_by = posting.confirmed_at = None
        self._keep(posting)
        entry = audit.Entry("posting_proposed", subject=posting.id, detail=in_codes(posting))
        self.entries.append(entry)

    def _person(self, entry: PersonRow, office: UUID, district: UUID | None) -> None:
        act, person = self.act, self.new_id()
        self._keep(
            Offender(
                id=person,
                number=entry.number,
                name=entry.name,
                office_id=office,
                created_at=act.now,
                adult_on=entry.adult_on,
            )
        )
        self._keep(first_period(act, person, entry.starts, entry.ends))
        if entry.plan is Plan.DAILY:
            times = entry.times or self._default_times(district)
            self._keep(first_plan(act, person, times, plan_starts(act, entry.starts)))
        if entry.circle is not None:
            self._fence(person, entry.circle)
        kind = f"{Kind.PERSON}_added"
        self.entries.append(audit.Entry(kind, offender_id=person, subject=person))

    def _fence(self, person: UUID, circle: CircularFence) -> None:
        fence = Fence(
            id=self.new_id(),
            offender_id=person,
            latitude=circle.lat,
            longitude=circle.lon,
            datum=circle.datum,
            radius_m=circle.radius_m,
            created_by=self.act.session.info["scope"].actor,
            created_at=self.act.now,
        )
        self._keep(fence)
        entry = audit.Entry("fence_set", offender_id=person, subject=fence.id)
        self.entries.append(entry)

    def _default_times(self, district: UUID | None) -> DailyPlan:
        if district not in self.times_of:
            self.times_of[district] = default_times(self.act, district)
        return self.times_of[district]

    def _keep(self, row: Record) -> None:
        self.rows.setdefault(type(row), []).append(row)


def _values(row: Record) -> dict[str, Any]:
    """Give what was set; rows of one table are made in one place and set the same."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_sa_")}
