"""A threshold set brings the limits of the gate before it: which photos are compared at all.

A column that may be empty is added without touching a row; a set without has the code's own limits.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE threshold_sets ADD COLUMN quality JSONB")
