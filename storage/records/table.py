"""What every table shares: naming of constraints, closed text columns, moves between states."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Dialect, MetaData, Text, TypeDecorator, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

S = TypeVar("S", bound=StrEnum)

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
RowId = Annotated[UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]


class Record(DeclarativeBase):
    """A row of the truth."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own class attribute
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class ForbiddenMoveError(Exception):
    """A row was asked to change into a state that does not follow from its own."""


class Code(TypeDecorator[StrEnum]):
    """A text column that Python reads as a member of one enum."""

    impl = Text
    cache_ok = True

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the member's text; a text that is no member raises ValueError."""
        return None if value is None else str(self.codes(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """Read the text as a member."""
        return None if value is None else self.codes(value)


def closed(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """Hold a text column to the members of an enum, in the database too."""
    members = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({members})", name=column)


def require_move(moves: Mapping[S, frozenset[S]], current: S, to: S) -> None:
    """Raise ForbiddenMoveError unless `to` follows from `current`."""
    if to not in moves.get(current, frozenset()):
        message = f"{current} -> {to}"
        raise ForbiddenMoveError(message)
