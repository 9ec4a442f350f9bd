"""One photo of a set can be left out before anybody approves the set."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE reference_photos
        DROP CONSTRAINT reference_photos_state_check,
        ADD CONSTRAINT reference_photos_state_check CHECK (
            state IN ('examining', 'usable', 'poor', 'unusable', 'left_out')) NOT VALID""",
    "ALTER TABLE reference_photos VALIDATE CONSTRAINT reference_photos_state_check",
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
