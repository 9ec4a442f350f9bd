"""What was measured of an enrolled photo, and why it should be taken again."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column without a default: no row is rewritten."""
    op.execute("ALTER TABLE reference_photos ADD COLUMN quality jsonb")
