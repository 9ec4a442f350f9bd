"""Vectors of check-ins are forgotten in time, by the clock: until now nothing wrote any."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OWN = "(SELECT app_scope()) = 'clock'"
STATEMENTS = (
    """ALTER TABLE checkin_vectors ADD COLUMN keep_until TIMESTAMP WITH TIME ZONE NOT NULL
        DEFAULT now() + INTERVAL '30 days'""",
    "ALTER TABLE checkin_vectors ALTER COLUMN keep_until DROP DEFAULT",
    "CREATE INDEX checkin_vectors_keep_until_idx ON checkin_vectors (keep_until)",
    f"CREATE POLICY clock_select ON checkin_vectors FOR SELECT TO checkin_clock USING ({OWN})",
    f"CREATE POLICY clock_delete ON checkin_vectors FOR DELETE TO checkin_clock USING ({OWN})",
    "GRANT SELECT, DELETE ON checkin_vectors TO checkin_clock",
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
