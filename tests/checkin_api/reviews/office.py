"""An office whose people answer, and what each of them sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from checkin_api.offices.service import read_waiting
from checkin_api.offices.waiting import Wanted
from checkin_api.reviews.service import AnswerGiven, Taken, answer_checkin
from mobile_contract.codes import (
    CheckInState,
    NoticeKind,
    WindowOutcome,
)
from storage.records import (
    CheckIn,
    IdentityAnswer,
    Notice,
    Offender,
    Officer,
    Window,
)
from tests.checkin_api.arranged import FAR_AWAY, caller_of, lay_checkin
from tests.factories import Factory
from verifier.verdicts.evidence import FaceVerdict


@dataclass
class Office:
    """Two officers, their head, their district supervisor, and a person with a window."""

    factory: Factory
    first: Officer
    second: Officer
    third: Officer
    head: Officer
    district: Officer
    person: Offender
    window: UUID

    def checkin(self, verdict: FaceVerdict = FaceVerdict.NO_MATCH, *, far: bool = False) -> UUID:
        """A flagged check-in of the person in the window."""
        at = {"at": FAR_AWAY} if far else {}
        return lay_checkin(self.factory, self.person.id, verdict, window_id=self.window, **at)

    def answer(
        self,
        officer: Officer,
        checkin: UUID,
        identity: IdentityAnswer | None,
        *,
        place: bool | None = None,
        reason: str = "看过照片",
    ) -> Taken:
        """One officer's answer."""
        given = AnswerGiven(self.person.id, checkin, identity, place, reason)
        return answer_checkin(self.factory.parts, caller_of(self.factory, officer), given)

    def state(self, checkin: UUID) -> CheckInState:
        """Where the check-in stands."""
        with self.factory.session() as session:
            return session.get_one(CheckIn, (self.person.id, checkin)).state

    def place_accepted(self, checkin: UUID) -> bool | None:
        """What was decided about the place."""
        with self.factory.session() as session:
            return session.get_one(CheckIn, (self.person.id, checkin)).place_accepted

    def outcome(self) -> WindowOutcome:
        """What became of the window."""
        with self.factory.session() as session:
            return session.get_one(Window, self.window).outcome

    def told(self) -> Sequence[NoticeKind]:
        """What the person was told, in order."""
        with self.factory.session() as session:
            return session.scalars(select(Notice.kind).order_by(Notice.at, Notice.id)).all()

    def listed(self, officer: Officer, *, whole_district: bool = False) -> list[UUID]:
        """The check-ins on an officer's list."""
        wanted = Wanted(whole_district=whole_district)
        waiting = read_waiting(self.factory.parts, caller_of(self.factory, officer), wanted)
        return [one.checkin.id for one in waiting.entries if one.checkin]
