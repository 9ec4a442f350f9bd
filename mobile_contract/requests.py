"""What a person asks the office for: an exemption from a duty, or new enrolled photos."""

from typing import Annotated

from pydantic import Field

from mobile_contract.codes import RequestKind
from mobile_contract.shapes import OPEN, Id, Instant, Paragraphs, PhoneMadeId, Sent, Told


class RequestBody(Sent):
    """What the person asks for and why; sending it again changes nothing."""

    id: PhoneMadeId
    kind: RequestKind
    words: Paragraphs = Field(description="No detail of health is needed, and none should be sent.")


class RequestTold(Told):
    """One request, and the answer once there is one."""

    id: Id
    kind: Annotated[RequestKind, OPEN]
    words: str
    asked_at: Instant
    answered_at: Instant | None = None
    answer: str | None = None


class RequestList(Told):
    """The person's requests, the newest first."""

    requests: tuple[RequestTold, ...]
