"""One row of every table about people for each person, whatever columns it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    Time,
    Uuid,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.records import Record
from storage.records.table import Code

NOW = datetime.now(UTC)
TABLES: Mapping[str, Table] = Record.metadata.tables
# Of one person, by way of another row.
BY_ANOTHER = (
    "offenders",
    "excusals",
    "reference_photos",
    "reference_vectors",
    "attestations",
    "likeness_people",
)
OF_PEOPLE = tuple(
    sorted(
        (
            table.name
            for table in Record.metadata.sorted_tables
            if table.name in BY_ANOTHER or "offender_id" in table.columns
        ),
        key=lambda name: name != "offenders",  # first, for those that name it without a key
    )
)
# About places, accounts and lessons; who sees them stands in test_row_level_security_of_staff.
OF_STAFF = {
    "account_resets",
    "districts",
    "media_findings",
    "media_sweeps",
    "model_changes",
    "officers",
    "offices",
    "outages",
    "photo_looks",
    "postings",
    "recovery_codes",
    "rules",
    "second_factors",
    "sign_ins",
    "study_files",
    "study_modules",
    "study_versions",
    "threshold_activations",
    "threshold_sets",
}
# What the columns' types do not say: constraints between columns.
WANTED: dict[str, dict[str, Any]] = {
    "case_openings": {"expires_at": NOW + timedelta(days=1)},
    "excusals": {"outcome": "excused"},
    "named_officers": {"ended_at": NOW},  # the bystander's of himself, of before that was refused
    "reviews": {"identity": "yes"},
    "windows": {
        "opens_at": NOW,
        "due_at": NOW + timedelta(hours=1),
        "grace_ends_at": NOW + timedelta(hours=2),
        "upload_until": NOW + timedelta(hours=3),
    },
}
VALUES: dict[type[Any], Any] = {
    Boolean: False,
    Date: date(2025, 1, 1),
    DateTime: NOW,
    Float: 1.0,
    Integer: 1,
    JSONB: {},
    LargeBinary: b"row",
    Time: time(8),
}


@dataclass
class PeopleRows:
    """Lays people with everything that can be known of them, as the owner of the tables.

    `whose` says of each row, by table and key, which person it is of.
    """

    connection: Connection
    bystander: UUID  # the account behind what somebody did
    elsewhere: UUID  # an office that nobody of the test is posted to
    whose: dict[tuple[str, tuple[Any, ...]], str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def lay_library(self, published_at: datetime | None = NOW) -> None:
        """Lay a study module in one version."""
        known: dict[str, Any] = {"officers.id": self.bystander}
        (known["study_modules.id"],) = self._added(
            "study_modules", self._row(TABLES["study_modules"], known)
        )
        version = self._row(TABLES["study_versions"], known) | {"published_at": published_at}
        self._added("study_versions", version)

    def lay(self, person: str, office: UUID, adult_on: date | None) -> None:
        """Lay one person and a row in each table."""
        known: dict[str, Any] = {
            "officers.id": self.bystander,
            "offices.id": office,
            **self._places(office),
        }
        for name in OF_PEOPLE:
            row = self._row(TABLES[name], known)
            if name == "offenders":
                row |= {"adult_on": adult_on, "name": person}
            key = self._added(name, row)
            self.whose[name, key] = person
            known |= {f"{name}.{column}": value for column, value in row.items()}
            known |= dict(
                zip((f"{name}.{one.name}" for one in TABLES[name].primary_key), key, strict=True)
            )
        self.ids[person] = known["offenders.id"]

    def _places(self, office: UUID) -> dict[str, Any]:
        offices, versions = TABLES["offices"], TABLES["study_versions"]
        district = self.connection.scalar(
            offices.select().with_only_columns(offices.c.district_id).where(offices.c.id == office)
        )
        version = self.connection.scalar(versions.select().with_only_columns(versions.c.id))
        return {"districts.id": district, "study_versions.id": version}

    def _row(self, table: Table, known: Mapping[str, Any]) -> dict[str, Any]:
        row = {
            column.name: self._value(column, known) for column in table.columns if _needed(column)
        }
        row |= WANTED.get(table.name, {})
        if "to_office_id" in row:
            row["to_office_id"] = self.elsewhere
        if table.name == "reference_sets":  # an officer's: not one from the person's own phone
            row["created_by"] = known["officers.id"]
        if table.name in {"item_entries", "photo_hashes"}:
            row["checkin_id"] = known["checkins.id"]
        return row

    def _value(self, column: Column[Any], known: Mapping[str, Any]) -> Any:
        if column.name == "offender_id":
            return known["offenders.id"]
        for key in column.foreign_keys:
            return known[key.target_fullname]
        if isinstance(column.type, Code):
            return next(iter(column.type.codes))
        if isinstance(column.type, Uuid):
            return known.get("checkins.id", uuid4()) if column.name == "checkin_id" else uuid4()
        if column.name == "sha256":
            return f"{next(self.numbers):064x}"
        found = [value for kind, value in VALUES.items() if isinstance(column.type, kind)]
        return found[0] if found else f"text {next(self.numbers)}"

    def _added(self, name: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
        table = TABLES[name]
        added = self.connection.execute(insert(table).values(row).returning(*table.primary_key))
        return tuple(added.one())


def _needed(column: Column[Any]) -> bool:
    if column.name in {"offender_id", "office_id"}:
        return True
    return not column.nullable and column.server_default is None and column.identity is None
