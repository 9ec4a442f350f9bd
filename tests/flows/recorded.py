"""What the record holds of a person, for the flows to look at."""

from sqlalchemy import select

from storage.records import Item, Offender, RaisedFlag
from tests.factories import Factory


def codes(factory: Factory, offender: Offender) -> set[str]:
    """The flags and notes of a person's check-ins."""
    with factory.session() as session:
        return set(
            session.scalars(select(RaisedFlag.code).where(RaisedFlag.offender_id == offender.id))
        )


def causes(factory: Factory, offender: Offender) -> list[str]:
    """The causes of a person's open items."""
    with factory.session() as session:
        return sorted(
            str(cause)
            for cause in session.scalars(
                select(Item.cause).where(Item.offender_id == offender.id, Item.closed_at.is_(None))
            )
        )
