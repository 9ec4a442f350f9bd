"""Nobody names themselves for a case of somebody under 18; inspectors read a district's figures."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Whoever named themselves before is to be named by somebody else; the record says why they ended.
ENDED = """
    WITH ended AS (
        UPDATE named_officers SET ended_at = now(), ended_by = officer_id
        WHERE named_by = officer_id AND ended_at IS NULL
        RETURNING offender_id, officer_id
    )
    INSERT INTO audit_entries (at, actor, action, offender_id, subject, detail)
    SELECT now(), 'command:nobody names themselves', 'naming_ended', offender_id,
           officer_id::text, '{}'
    FROM ended
"""
# Checked in a second step, which locks nobody out while it reads.
BY_ANOTHER = (
    """ALTER TABLE named_officers ADD CONSTRAINT named_officers_by_another_check
        CHECK (named_by <> officer_id OR ended_at IS NOT NULL) NOT VALID""",
    "ALTER TABLE named_officers VALIDATE CONSTRAINT named_officers_by_another_check",
)
FIGURES = "SELECT pg_get_functiondef('office_figures(timestamptz)'::regprocedure)"
READ_BY, READ_NOW_BY = "post.role = 'district'", "post.role IN ('district', 'procurator')"


def upgrade() -> None:
    """Apply."""
    for statement in (ENDED, *BY_ANOTHER):
        op.execute(statement)
    connection = op.get_bind()
    made = str(connection.scalar(text(FIGURES)))
    if READ_BY not in made:
        raise LookupError(READ_BY)
    connection.exec_driver_sql(made.replace(READ_BY, READ_NOW_BY))
