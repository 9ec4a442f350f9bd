"""Changing what a person is compared with: two officers, whatever way it is tried."""

import pytest
from sqlalchemy import Engine, TextClause, select, text
from sqlalchemy.exc import IntegrityError

from checkin_api.references.approval import discard_set
from checkin_api.refusals import RefusedError
from mobile_contract.codes import NoticeKind
from storage.records import Notice, ReferenceSet, ReferenceSetState
from tests.checkin_api.references.enroller import PHOTOS, Enroller

pytestmark = pytest.mark.media


@pytest.fixture
def enrolled(enroller: Enroller) -> Enroller:
    """An officer with a person who has a set already."""
    enroller.propose(*PHOTOS[:3])
    return enroller


def test_a_change_waits_for_a_second_officer_and_the_earlier_set_stays(enrolled: Enroller) -> None:
    enrolled.propose(*PHOTOS[3:6])
    assert enrolled.states() == [ReferenceSetState.APPROVED, ReferenceSetState.AWAITING_SECOND]


def test_a_second_officer_puts_the_change_in_force(enrolled: Enroller) -> None:
    change = enrolled.propose(*PHOTOS[3:6])
    other = enrolled.colleague()
    other.second(change)
    other.second(change)  # a double click
    assert enrolled.states() == [ReferenceSetState.REPLACED, ReferenceSetState.APPROVED]
    with enrolled.factory.session() as session:
        row = session.get_one(ReferenceSet, change)
        told = session.scalars(select(Notice.kind)).all()
    assert told == [NoticeKind.REFERENCES_CHANGED]
    assert (row.approved_by, row.seconded_by) == (
        enrolled.caller.officer_id,
        other.caller.officer_id,
    )


def test_the_same_officer_cannot_second(enrolled: Enroller) -> None:
    change = enrolled.propose(*PHOTOS[3:6])
    with pytest.raises(RefusedError) as refused:
        enrolled.second(change)
    assert refused.value.errors[0].reason == "same_officer"
    enrolled.approve(change)  # nor by approving once more
    assert enrolled.states() == [ReferenceSetState.APPROVED, ReferenceSetState.AWAITING_SECOND]


def test_no_photo_slips_in_between_the_two_officers(enrolled: Enroller) -> None:
    enrolled.propose(*PHOTOS[3:6])
    with pytest.raises(RefusedError) as refused:
        enrolled.add(PHOTOS[6])
    assert refused.value.errors[0].reason == "awaiting_second"


def test_a_second_officer_who_disagrees_gives_the_change_up(enrolled: Enroller) -> None:
    change = enrolled.propose(*PHOTOS[3:6])
    other = enrolled.colleague()
    discard_set(enrolled.factory.parts, other.caller, enrolled.person.id, change)
    assert enrolled.states() == [ReferenceSetState.APPROVED, ReferenceSetState.DISCARDED]


REPLACED = text("UPDATE reference_sets SET state = 'replaced' WHERE state = 'approved'")
BY_ONE = text("UPDATE reference_sets SET state = 'approved' WHERE id = :id")
BY_THE_SAME = text(
    "UPDATE reference_sets SET state = 'approved', seconded_by = approved_by WHERE id = :id"
)


@pytest.mark.parametrize("change", [BY_ONE, BY_THE_SAME])
def test_the_database_itself_refuses_a_change_by_one(
    enrolled: Enroller, owner: Engine, change: TextClause
) -> None:
    proposed = enrolled.propose(*PHOTOS[3:6])
    with owner.connect() as connection:
        connection.execute(REPLACED)
        with pytest.raises(IntegrityError):
            connection.execute(change, {"id": proposed})
    assert enrolled.states() == [ReferenceSetState.APPROVED, ReferenceSetState.AWAITING_SECOND]


def test_the_database_itself_refuses_a_first_set_without_a_basis(
    enroller: Enroller, owner: Engine
) -> None:
    enroller.add(*PHOTOS[:3])
    unfounded = text("UPDATE reference_sets SET state = 'approved', approved_by = created_by")
    with owner.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(unfounded)
    with enroller.factory.session() as session:
        assert session.scalars(select(ReferenceSet.basis)).one() is None
