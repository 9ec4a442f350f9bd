"""Which proofs were used: each opens one door once, until its nonce is too old for any."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.records import SeenProof

MOST_AT_ONCE = 20_000  # forgotten in 0.1 s


def remember_proof(session: Session, digest: bytes, expires_at: datetime) -> bool:
    """Remember a proof; False where it was used before, by whichever process."""
    remembered = session.execute(
        insert(SeenProof)
        .values(digest=digest, expires_at=expires_at)
        .on_conflict_do_nothing()
        .returning(SeenProof.digest)
    ).first()
    return remembered is not None


def forget_proofs(session: Session, now: datetime) -> int:
    """Forget proofs whose nonce no door takes any more; gives how many, MOST_AT_ONCE at most."""
    old = select(SeenProof.digest).where(SeenProof.expires_at < now).limit(MOST_AT_ONCE)
    forgotten = session.execute(
        delete(SeenProof).where(SeenProof.digest.in_(old)).returning(SeenProof.digest)
    ).all()
    return len(forgotten)
