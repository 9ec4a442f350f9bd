"""Who knocks: figures and the city's refusals for those who watch, new phones told to the person."""

import re

from alembic import op
from sqlalchemy import text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# A city supervisor may guess numbers; colleagues of the same rank read that somebody did. Made while
# nothing is refused: a part of no rows, a second for a year of the trail.
REFUSALS = (
    """CREATE INDEX audit_entries_opening_refused_idx ON audit_entries (at)
        WHERE action = 'case_opening_refused'""",
    """CREATE POLICY web_select_openings_refused ON audit_entries FOR SELECT TO checkin_web
        USING (action = 'case_opening_refused' AND (SELECT app_has_role('city')))""",
)
# Guessing that is spread over addresses and accounts meets no limit, and neither do requests in
# many people's names: a limit over the whole city is one that a stranger can use up for everybody.
# So it is told instead. Counts of nobody, as app_upkeep (0009).
KNOCKS = """
    CREATE FUNCTION app_knocks() RETURNS TABLE (figure text, label text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT 'refused_lately', action, count(*)::float FROM audit_entries
        WHERE at > now() - interval '10 minutes'
          AND action IN ('sign_in_refused', 'second_factor_refused', 'foreign_key_refused')
        GROUP BY action
        UNION ALL
        SELECT 'phones_asked', 'waiting', count(*)::float FROM devices WHERE state = 'waiting'
        UNION ALL
        SELECT 'phones_asked', 'hour', count(*)::float FROM devices
        WHERE created_at > now() - interval '1 hour' AND activated_at IS NULL
    $$
"""

# New members of a closed set.
TOLD = ("phone_code_issued", "phone_let_in")
KINDS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'notices_kind_check'"


def upgrade() -> None:
    """Apply."""
    for statement in (*REFUSALS, KNOCKS):
        op.execute(statement)
    _add_kinds()
    op.execute("REVOKE ALL ON FUNCTION app_knocks() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app_knocks() TO checkin_web, checkin_command")


def _add_kinds() -> None:
    """Let notices be of two more kinds, whatever kinds the releases between have added."""
    definition = op.get_bind().execute(text(KINDS)).scalar_one()
    kinds = sorted({*re.findall(r"'([\w-]+)'", definition), *TOLD})
    members = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE notices DROP CONSTRAINT notices_kind_check,"
        f" ADD CONSTRAINT notices_kind_check CHECK (kind IN ({members})) NOT VALID"
    )
    op.execute("ALTER TABLE notices VALIDATE CONSTRAINT notices_kind_check")
