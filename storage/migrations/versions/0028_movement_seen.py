"""What was seen of a movement challenge, and who is exempt from it; why is kept nowhere."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE evidence ADD COLUMN movement jsonb",
    """ALTER TABLE offenders
        ADD COLUMN movement_exempt_from date,
        ADD COLUMN movement_exempt_to date""",
    "GRANT UPDATE (movement_exempt_from, movement_exempt_to) ON offenders TO checkin_web",
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
