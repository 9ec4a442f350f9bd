"""Two offices of two districts, their heads, and a person of the first."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError
from checkin_api.supervision.transfers import (
    Asking,
    ask_transfer,
    take_transfer,
)
from mobile_contract.codes import ProblemCode
from storage.records import (
    Role,
    Transfer,
    TransferState,
)
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.supervision.led import Led, led
from tests.factories import Factory


@dataclass
class Handover:
    """Two offices, their heads, and a person of the first."""

    sending: Led
    office: UUID  # that receives
    district: UUID
    receiving: OfficerCaller

    @property
    def person(self) -> UUID:
        """The person's id."""
        return self.sending.person.id

    def ask(self, office: UUID | None = None) -> UUID:
        """The sending head asks."""
        wanted = Asking(self.person, office or self.office, "搬家")
        ask_transfer(self.sending.parts, self.sending.head, wanted)
        with self.sending.factory.session() as session:
            asked = Transfer.state == TransferState.ASKED
            return session.scalars(select(Transfer.id).where(asked)).one()

    def take(self, transfer: UUID, caller: OfficerCaller | None = None) -> None:
        """The receiving head takes the person."""
        take_transfer(self.sending.parts, caller or self.receiving, transfer)


def two_offices(factory: Factory) -> Handover:
    """Two offices, and a person of the first who reports daily."""
    sending = led(factory, factory.parts.now())
    district = factory.district()
    office = factory.office(district)
    return Handover(
        sending, office, district, caller_of(factory, factory.officer(office, Role.HEAD))
    )


def refused(act: Callable[[], object]) -> tuple[ProblemCode, str]:
    """Give the code and the place of what was wrong."""
    with pytest.raises(RefusedError) as caught:
        act()
    errors = caught.value.errors
    return caught.value.code, f"{errors[0].pointer}_{errors[0].reason}" if errors else ""
