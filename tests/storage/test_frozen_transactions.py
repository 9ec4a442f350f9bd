"""What a process that freezes in mid-transaction holds, it does not hold for ever."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from storage import work
from storage.database import DatabaseUnavailableError, Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.records import Queue, WorkKind
from storage.work import Claim, Subject
from tests.stage import eventually

VERIFIER = Scope(ScopeKind.VERIFIER)
SHORTENED = text("SET LOCAL idle_in_transaction_session_timeout = '300ms'")
ASKED = text("SHOW idle_in_transaction_session_timeout")


def claimed(parts: Parts) -> Claim | None:
    with transaction(parts.sessions, VERIFIER) as session:
        return work.claim(session, Queue.FACES)


def test_postgresql_is_asked_to_end_a_transaction_that_stands_still(parts: Parts) -> None:
    with transaction(parts.sessions, VERIFIER) as session:
        assert session.scalar(ASKED) == "30s"


def freeze_while_claiming(parts: Parts) -> None:
    """Claim a row, stand still until somebody else has it, and go on as if nothing had been."""
    with transaction(parts.sessions, VERIFIER) as frozen:
        frozen.execute(SHORTENED)
        held = work.claim(frozen, Queue.FACES)
        assert held is not None
        assert claimed(parts) is None
        other = eventually(lambda: claimed(parts))
        assert other.number == held.number
        work.finish(frozen, held, parts.now())


def test_what_a_frozen_process_locked_is_taken_over_and_it_can_write_nothing(parts: Parts) -> None:
    subject = Subject(uuid4(), uuid4())
    with transaction(parts.sessions, VERIFIER) as session:
        work.add(session, WorkKind.VERIFY_CHECKIN, subject, parts.now())
    with pytest.raises(DatabaseUnavailableError):
        freeze_while_claiming(parts)
