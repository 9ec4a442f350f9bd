"""A person's disagreement with a decision; someone else than its author answers it."""

from typing import Annotated

from pydantic import Field

from mobile_contract.codes import ObjectionState
from mobile_contract.shapes import OPEN, Id, Instant, Paragraphs, PhoneMadeId, Sent, Told


class ObjectionBody(Sent):
    """What the person says; sending it again changes nothing."""

    id: PhoneMadeId
    words: Paragraphs


class ObjectionTold(Told):
    """Where the objection stands, and the answer once there is one."""

    id: Id
    state: Annotated[ObjectionState, OPEN]
    made_at: Instant
    words: str
    due_at: Instant | None = None
    decided_at: Instant | None = None
    answer: str | None = Field(default=None, description="The deciding person's reason.")
