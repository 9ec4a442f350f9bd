"""What undone work last failed of, as figures for who runs the system; touches no table."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Counts of no person, so that the web process need see none of the rows they are about. An error
# is the name of a kind of exception, never its words.
LAST_ERRORS = """
    CREATE FUNCTION app_last_errors() RETURNS TABLE (label text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT queue || ': ' || last_error, count(*)::float FROM work
        WHERE done_at IS NULL AND gave_up_at IS NULL AND last_error IS NOT NULL
        GROUP BY queue, last_error
    $$
"""


def upgrade() -> None:
    """Apply."""
    op.execute(LAST_ERRORS)
    op.execute("REVOKE ALL ON FUNCTION app_last_errors() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app_last_errors() TO checkin_web, checkin_command")
