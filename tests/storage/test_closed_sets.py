"""The database takes every member of every closed set, and nothing else."""

import re
from enum import StrEnum

import pytest
from sqlalchemy import CheckConstraint, Engine, text

from storage.records import Record
from storage.records.table import Code

COLUMNS = [
    pytest.param(table.name, column.name, column.type.codes, id=f"{table.name}.{column.name}")
    for table in Record.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Code)
    and any(
        isinstance(one, CheckConstraint) and str(one.name).endswith(f"{column.name}_check")
        for one in table.constraints
    )
]


@pytest.mark.parametrize(("table", "column", "codes"), COLUMNS)
def test_the_migrated_check_names_the_members_of_the_enum(
    owner: Engine, table: str, column: str, codes: type[StrEnum]
) -> None:
    wanted = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    with owner.connect() as connection:
        check = connection.scalars(wanted, {"name": f"{table}_{column}_check"}).one()
    if table == "excusals":  # only some outcomes can be found
        assert set(re.findall(r"'([\w-]+)'", check)) < set(codes)
        return
    assert set(re.findall(r"'([\w-]+)'", check)) == set(codes)
