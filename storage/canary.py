"""The canary of the models: a score that never varies says that something answers in their place.

A file that was swapped, a stub left in, a camera that is not there: each gave the same number to
every face, and each looked like success.
"""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.findings import Finding, Grade

ENOUGH = 200  # as in app_constant_scores() (migration 0029)


def constant_scores(session: Session) -> Iterator[Finding]:
    """Says which scores were the same to the last digit in the last check-ins."""
    rows = session.execute(
        text("SELECT score, measured, constant FROM app_constant_scores() ORDER BY score")
    ).all()
    for row in rows:
        if row.constant:
            said = f"the same in the last {ENOUGH} check-ins: the models do not look; stop them"
            yield Finding(Grade.FAULT, f"score {row.score}", said)
    judged = sum(row.measured >= ENOUGH for row in rows)
    if not any(row.constant for row in rows):
        told = f"{judged} of {len(rows)} vary in the last {ENOUGH} check-ins, the rest is too few"
        yield Finding(Grade.OK, "scores", told if rows else "none measured yet")
