"""Notices: what a person is told without asking."""

from typing import Annotated

from mobile_contract.codes import NoticeKind
from mobile_contract.shapes import OPEN, Id, Instant, Sent, Told


class NoticeTold(Told):
    """One notice in both languages; a phone shows the text even of a kind it does not know."""

    id: Id
    kind: Annotated[NoticeKind, OPEN]
    at: Instant
    text_zh: str
    text_en: str
    checkin_id: Id | None = None
    window_id: Id | None = None
    seen_at: Instant | None = None


class NoticeList(Told):
    """Notices since the instant asked for, oldest first."""

    notices: tuple[NoticeTold, ...]


class NoticesSince(Sent):
    """Query of `GET /v1/notices`."""

    since: Instant | None = None


class NoticePath(Sent):
    """Path of `PUT /v1/notices/{notice_id}/seen`."""

    notice_id: Id
