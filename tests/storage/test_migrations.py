"""The migrated database is the one that the records describe, with rights as few as can be."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from storage.local_stack import LocalStack
from storage.migrations import migrate
from storage.records import Record
from storage.settings import DatabaseSettings
from tests.factories import Factory

PROCESSES = ("web", "verifier", "chores", "clock")
ONLY_GROWS = ("audit_entries", "evidence", "receipts", "reviews", "rules", "threshold_sets")
SECRETS = ("officers", "sign_ins", "activation_codes")


@pytest.fixture(params=PROCESSES)
def process(request: pytest.FixtureRequest, stack: LocalStack) -> Iterator[Engine]:
    """The database as one process signs in to it."""
    engine = create_engine(stack.environment(request.param)["DATABASE_URL"])
    yield engine
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_records(owner: Engine) -> None:
    with owner.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Record.metadata)
    unexpected = [change for change in found if "alembic_version" not in str(change)]
    assert [change for change in unexpected if not _is_retired(change)] == []


# Read by the release before this one only; the next one drops them (migration 0003).
RETIRED = ("officers.role", "officers.office_id", "officers.district_id")


def _is_retired(change: Any) -> bool:
    kind, *_, what = change if isinstance(change, tuple) else (None, change)
    match kind:
        case "remove_column":
            return f"{change[2]}.{what.name}" in RETIRED
        case "remove_index" | "remove_fk":
            return all(f"{what.table.name}.{one.name}" in RETIRED for one in what.columns)
    return False


def test_migrating_again_changes_nothing(stack: LocalStack, owner: Engine) -> None:
    migrate(DatabaseSettings.read(stack.environment("release")))
    with owner.connect() as connection:
        versions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert len(versions) == 1


@pytest.mark.parametrize("table", ONLY_GROWS)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_process_changes_or_deletes_what_only_grows(
    process: Engine, table: str, act: str
) -> None:
    column = next(iter(Record.metadata.tables[table].columns)).name
    with (
        process.connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text(act.format(table, column, column)))


def test_no_process_deletes_a_check_in(process: Engine) -> None:
    with (
        process.connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("DELETE FROM checkins"))


def test_no_process_may_alter_a_table(process: Engine) -> None:
    with process.connect() as connection, pytest.raises(ProgrammingError, match="must be owner"):
        connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))


def test_no_process_stands_above_row_level_security(process: Engine) -> None:
    with process.connect() as connection:
        above = connection.scalar(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
    assert above is False


@pytest.mark.parametrize("table", SECRETS)
@pytest.mark.parametrize("name", PROCESSES[1:])
def test_passwords_and_codes_are_nobodys_business_but_the_webs(
    stack: LocalStack, name: str, table: str
) -> None:
    url = stack.environment(name)["DATABASE_URL"].replace("+psycopg", "")
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - the names above


def test_a_text_that_is_no_code_is_refused_by_the_database_itself(
    factory: Factory, owner: Engine
) -> None:
    person = factory.offender()
    factory.window(person.id)
    with owner.connect() as connection, pytest.raises(Exception, match="windows_outcome_check"):
        connection.execute(text("UPDATE windows SET outcome = 'guilty'"))
