"""Who asks, once it is known; consoles, phones and tools all become one of these."""

from dataclasses import dataclass
from uuid import UUID

from storage.database import DOOR, Scope, ScopeKind
from storage.records import Role


@dataclass(frozen=True)
class Anybody:
    """Nobody has signed in yet."""

    @property
    def scope(self) -> Scope:
        """The scope of a transaction on this caller's behalf."""
        return DOOR


@dataclass(frozen=True)
class OffenderCaller:
    """A supervised person, through a registered phone."""

    offender_id: UUID
    device_id: UUID

    @property
    def scope(self) -> Scope:
        """The scope of a transaction on this caller's behalf."""
        return Scope(ScopeKind.OFFENDER, self.offender_id)


@dataclass(frozen=True)
class OfficerCaller:
    """An account of the console or the content tool."""

    officer_id: UUID
    role: Role
    office_id: UUID | None
    district_id: UUID | None
    sign_in_id: UUID | None = None

    @property
    def scope(self) -> Scope:
        """The scope of a transaction on this caller's behalf."""
        return Scope(ScopeKind.OFFICER, self.officer_id)


Caller = Anybody | OffenderCaller | OfficerCaller
