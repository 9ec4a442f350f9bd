"""Who asks, once it is known; consoles, phones and tools all become one of these."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.database import DOOR, Scope, ScopeKind
from storage.records import Role

# Where somebody has several roles over one person, the one that weighs most speaks.
WEIGHTIEST_FIRST = (
    Role.DISTRICT,
    Role.HEAD,
    Role.DUTY,
    Role.OFFICER,
    Role.SOCIAL_WORKER,
    Role.PROCURATOR,
    Role.CITY,
    Role.EDITOR,
    Role.ADMINISTRATOR,
)


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
class Post:
    """One posting in force: a role, and the office or district it is for.

    The district of an office's post is the office's.
    """

    role: Role
    office_id: UUID | None = None
    district_id: UUID | None = None

    def covers(self, office_id: UUID, district_id: UUID) -> bool:
        """Tell whether an office of a district lies within this post."""
        if self.office_id is not None:
            return self.office_id == office_id
        return self.district_id is not None and self.district_id == district_id


@dataclass(frozen=True)
class OfficerCaller:
    """An account of the console or the content tool, with what it is posted to at this instant."""

    officer_id: UUID
    posts: tuple[Post, ...]
    asked_at: datetime
    sign_in_id: UUID | None = None

    @property
    def scope(self) -> Scope:
        """The scope of a transaction on this caller's behalf."""
        return Scope(ScopeKind.OFFICER, self.officer_id, inspects=self.has(Role.PROCURATOR))

    def has(self, role: Role) -> bool:
        """Tell whether some post has this role."""
        return any(post.role is role for post in self.posts)

    def roles_over(self, office_id: UUID, district_id: UUID) -> tuple[Role, ...]:
        """Give all roles over an office of a district, the weightiest first."""
        roles = {post.role for post in self.posts if post.covers(office_id, district_id)}
        return tuple(role for role in WEIGHTIEST_FIRST if role in roles)

    def role_over(self, office_id: UUID, district_id: UUID) -> Role | None:
        """Give the weightiest role over an office of a district; None where there is none."""
        return next(iter(self.roles_over(office_id, district_id)), None)


Caller = Anybody | OffenderCaller | OfficerCaller
