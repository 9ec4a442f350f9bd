"""Earlier photos are read from the indexes alone: a person's lie scattered over years of rows."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX photo_hashes_person_idx",
    "DROP INDEX photo_hashes_office_idx",
    """CREATE INDEX photo_hashes_person_idx ON photo_hashes (offender_id, seen_at)
        INCLUDE (id, checkin_id, sha256, frame, face)""",
    """CREATE INDEX photo_hashes_office_idx ON photo_hashes (office_id, seen_at)
        INCLUDE (id, offender_id, sha256, frame, face)""",
    """CREATE INDEX photo_hashes_reference_idx ON photo_hashes (offender_id)
        WHERE reference_photo_id IS NOT NULL""",
    # An index answers alone only for pages that a vacuum has seen, and by default one comes when a
    # fifth of the table is new: the last month of an office would never be among them.
    "ALTER TABLE photo_hashes SET (autovacuum_vacuum_insert_scale_factor = 0.01)",
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
