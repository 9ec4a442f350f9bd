"""What a city looks like in a file: districts, offices, accounts and people."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from checkin_api.access.new_accounts import CODE_PATTERN, LOGIN_PATTERN
from checkin_api.admin.faults import Fault, Mistake, RefusedCommandError, refuse
from checkin_api.admin.id_cards import is_id_card
from mobile_contract.shapes import Line
from storage.records import Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Login = Annotated[str, StringConstraints(pattern=LOGIN_PATTERN)]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$")]
ID_CARD: Final = "id_card"

MISTAKE_OF = {
    "missing": Mistake.ENTRY_MISSING,
    "extra_forbidden": Mistake.ENTRY_UNKNOWN,
    "string_pattern_mismatch": Mistake.ENTRY_CHARACTERS,
    "enum": Mistake.ENTRY_WORD,
    ID_CARD: Mistake.ENTRY_ID_CARD,
    "needs_office": Mistake.ENTRY_NEEDS_OFFICE,
    "needs_district": Mistake.ENTRY_NEEDS_DISTRICT,
    "needs_no_place": Mistake.ENTRY_NEEDS_NO_PLACE,
}


class Plan(StrEnum):
    """How a person is to check in from now on."""

    DAILY = "daily"
    NONE = "none"


class Entry(BaseModel):
    """One thing to lay; what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DistrictEntry(Entry):
    """A district."""

    code: Code
    name: Line


class OfficeEntry(Entry):
    """A justice office of a district."""

    code: Code
    name: Line
    district: Code


class OfficerEntry(Entry):
    """An account; its role says whether it belongs to an office, a district or neither."""

    login: Login
    name: Line
    role: Role
    office: Code | None = None
    district: Code | None = None

    @model_validator(mode="after")
    def _placed_by_role(self) -> Self:
        wanted = _place_of(self.role)
        if wanted != {name for name in ("office", "district") if getattr(self, name)}:
            kind = "_".join(("needs", *wanted)) if wanted else "needs_no_place"
            raise PydanticCustomError(kind, kind)
        return self


class PersonEntry(Entry):
    """A supervised person."""

    number: Number
    name: Line
    office: Code
    starts: date | None = None
    plan: Plan = Plan.DAILY
    plan_starts: date | None = None


def _no_id_card(person: PersonEntry) -> PersonEntry:
    if is_id_card(person.number):
        raise PydanticCustomError(ID_CARD, ID_CARD)
    return person


class Layout(Entry):
    """Everything that one file or one command lays."""

    districts: tuple[DistrictEntry, ...] = ()
    offices: tuple[OfficeEntry, ...] = ()
    officers: tuple[OfficerEntry, ...] = ()
    offenders: tuple[Annotated[PersonEntry, AfterValidator(_no_id_card)], ...] = ()


def read_layout(file: Path) -> Layout:
    """Read a YAML file; raises RefusedCommandError with every mistake and its place."""
    try:
        # Every value is read as text: a code 0501 or a login `no` means what is written.
        content = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    except OSError as fault:
        raise refuse(Mistake.FILE, file=file, why=fault.strerror) from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise refuse(Mistake.YAML, file=file, why=_where(fault)) from fault
    return layout_of(content)


def layout_of(content: Any) -> Layout:
    """Check what a file or a command line says; raises RefusedCommandError."""
    try:
        return Layout.model_validate(content)
    except ValidationError as fault:
        raise RefusedCommandError(*(_fault(error) for error in fault.errors())) from fault


def _fault(error: Any) -> Fault:
    place = "".join(
        f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in error["loc"]
    )
    return Fault(MISTAKE_OF.get(error["type"], Mistake.ENTRY_FORM), {}, place.lstrip("."))


def _place_of(role: Role) -> set[str]:
    if role in OFFICE_ROLES:
        return {"office"}
    return {"district"} if role in DISTRICT_ROLES else set()


def _where(fault: Exception) -> str:
    mark = getattr(fault, "problem_mark", None)
    return f"{mark.line + 1}" if mark is not None else "?"
