"""Who confirms whom, and who stands in for whom: the two tables beside the permissions.

A posting that nobody has confirmed grants nothing. Nobody confirms himself, nor what he proposed.
The head of an office speaks for that office, the supervisor of a district for that district.
"""

from storage.records import Role

CONFIRMED_BY: dict[Role, frozenset[Role]] = {
    Role.SOCIAL_WORKER: frozenset({Role.HEAD, Role.DISTRICT}),
    Role.OFFICER: frozenset({Role.HEAD, Role.DISTRICT}),
    Role.HEAD: frozenset({Role.DISTRICT}),
    Role.DUTY: frozenset({Role.DISTRICT}),
    Role.DISTRICT: frozenset({Role.DISTRICT, Role.CITY}),
    # The inspected district does not choose its inspector.
    Role.PROCURATOR: frozenset({Role.CITY}),
    Role.CITY: frozenset({Role.CITY, Role.ADMINISTRATOR}),
    # An administrator sees no photo, but confirms the city's first supervisor: one who could make
    # a second administrator alone would be both of the two people that takes.
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
    Role.EDITOR: frozenset(),  # sees no photo, no case and no account: effective at once
}

# (role, confirmed by): only while nobody else has the role there, hence for the first.
FIRST_ONLY = frozenset({(Role.DISTRICT, Role.CITY), (Role.CITY, Role.ADMINISTRATOR)})

# Who may stand in for a role of an office. A cover never lifts a social worker to an officer, and
# an inspector stands in for nobody.
DECIDING = frozenset({Role.OFFICER, Role.HEAD, Role.DUTY, Role.DISTRICT})
COVERED_BY: dict[Role, frozenset[Role]] = {
    Role.SOCIAL_WORKER: DECIDING | {Role.SOCIAL_WORKER},
    Role.OFFICER: DECIDING,
    Role.HEAD: DECIDING,
}

# Roles whose last holder cannot be ended: nobody would be left to confirm the next one.
NEVER_NONE = frozenset({Role.DISTRICT, Role.CITY, Role.ADMINISTRATOR})


def confirms(role: Role) -> frozenset[Role]:
    """Say which roles a role confirms."""
    return frozenset(one for one, by in CONFIRMED_BY.items() if role in by)
