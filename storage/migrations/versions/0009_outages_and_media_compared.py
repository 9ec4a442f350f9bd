"""Declared outages; what comparing media with their rows found; figures for who runs the system.

The index on media is made while nothing writes to it: a second for half a million rows.
"""

import re

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

OUTAGES = (
    """ALTER TABLE outages
        ADD COLUMN district_id uuid,
        ADD COLUMN reason text,
        ADD COLUMN declared_by uuid,
        ADD COLUMN declared_at timestamptz,
        ADD COLUMN withdrawn_by uuid,
        ADD COLUMN withdrawn_at timestamptz,
        ADD COLUMN withdrawn_why text,
        ADD COLUMN settled_to uuid,
        ADD COLUMN settled_at timestamptz,
        ADD CONSTRAINT outages_district_id_fkey
            FOREIGN KEY (district_id) REFERENCES districts (id) NOT VALID,
        ADD CONSTRAINT outages_declared_by_fkey
            FOREIGN KEY (declared_by) REFERENCES officers (id) NOT VALID,
        ADD CONSTRAINT outages_withdrawn_by_fkey
            FOREIGN KEY (withdrawn_by) REFERENCES officers (id) NOT VALID,
        ADD CONSTRAINT outages_declared_check CHECK (
            (declared_by IS NULL) = (declared_at IS NULL)
            AND (declared_by IS NULL) = (district_id IS NULL)
            AND (declared_by IS NULL) = (reason IS NULL)) NOT VALID,
        ADD CONSTRAINT outages_withdrawn_check CHECK (
            (withdrawn_at IS NULL) = (withdrawn_by IS NULL)
            AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL)) NOT VALID""",
    "ALTER TABLE outages VALIDATE CONSTRAINT outages_district_id_fkey",
    "ALTER TABLE outages VALIDATE CONSTRAINT outages_declared_by_fkey",
    "ALTER TABLE outages VALIDATE CONSTRAINT outages_withdrawn_by_fkey",
    "ALTER TABLE outages VALIDATE CONSTRAINT outages_declared_check",
    "ALTER TABLE outages VALIDATE CONSTRAINT outages_withdrawn_check",
    # Those that are known have been applied.
    "UPDATE outages SET settled_at = ends_at",
    "CREATE INDEX outages_unsettled_idx ON outages (id) WHERE settled_at IS NULL",
    "CREATE INDEX outages_district_idx ON outages (district_id, ends_at)",
)
MEDIA = (
    "CREATE INDEX media_prefix_idx ON media (object_key text_pattern_ops)",
    """CREATE TABLE media_sweeps (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        number BIGINT NOT NULL,
        depth INTEGER NOT NULL,
        position INTEGER DEFAULT 0 NOT NULL,
        objects BIGINT DEFAULT 0 NOT NULL,
        bytes_of BIGINT DEFAULT 0 NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        gave_up_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT media_sweeps_pkey PRIMARY KEY (id),
        CONSTRAINT media_sweeps_number_key UNIQUE (number)
    )""",
    """CREATE TABLE media_findings (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        wrong TEXT NOT NULL,
        object_key TEXT NOT NULL,
        version_id TEXT DEFAULT '' NOT NULL,
        media_id UUID,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        gone_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT media_findings_pkey PRIMARY KEY (id),
        CONSTRAINT media_findings_wrong_check
            CHECK (wrong IN ('gone', 'changed', 'overwritten', 'unknown')),
        CONSTRAINT media_findings_media_id_fkey FOREIGN KEY (media_id) REFERENCES media (id)
    )""",
    """CREATE UNIQUE INDEX media_findings_open_key
        ON media_findings (object_key, version_id, wrong) WHERE gone_at IS NULL""",
)
# A part of few rows; made while nothing is given up: a second for a year of work.
WORK = ("CREATE INDEX work_given_up_idx ON work (gave_up_at) WHERE gave_up_at IS NOT NULL",)
NEW_KIND = "compare_media"
KIND_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'work_kind_check'"

# By table: which role may do what, by first letters, in its own scope.
RIGHTS = {
    "media_sweeps": {"clock": "SI", "chores": "SU", "command": "S"},
    "media_findings": {"chores": "SIU", "command": "SIU"},
}
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE"}
# A district's supervisor declares and withdraws, for the own district and in the own name.
DECLARED = "district_id IN (SELECT app_districts_as('{district}'))"
DECLARING = (
    f"""CREATE POLICY web_insert ON outages FOR INSERT TO checkin_web WITH CHECK (
        {DECLARED} AND declared_by = (SELECT app_account()) AND source = 'declared')""",
    f"""CREATE POLICY web_update ON outages FOR UPDATE TO checkin_web
        USING ({DECLARED}) WITH CHECK ({DECLARED})""",
    "GRANT INSERT, UPDATE ON outages TO checkin_web",
)
# Counts of no person, so that the web process need see none of the rows they are about.
UPKEEP = """
    CREATE FUNCTION app_upkeep() RETURNS TABLE (figure text, label text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        WITH open_work AS (
            SELECT * FROM work WHERE done_at IS NULL AND gave_up_at IS NULL AND not_before <= now()
        ), last_sweep AS (
            SELECT * FROM media_sweeps WHERE finished_at IS NOT NULL ORDER BY number DESC LIMIT 1
        ), processes AS (
            SELECT split_part(process, '-', 1) AS kind, beat_at, reach FROM heartbeats
            WHERE beat_at > now() - interval '20 seconds'
        )
        SELECT 'work_waiting', queue, count(*)::float FROM open_work
        WHERE lease_until IS NULL OR lease_until < now() GROUP BY queue
        UNION ALL
        SELECT 'work_oldest_seconds', queue, extract(epoch FROM now() - min(not_before))::float
        FROM open_work GROUP BY queue
        UNION ALL
        SELECT 'work_leased', queue, count(*)::float FROM open_work
        WHERE lease_until >= now() GROUP BY queue
        UNION ALL
        SELECT 'work_leases_expired', queue, count(*)::float FROM open_work
        WHERE lease_until < now() GROUP BY queue
        UNION ALL
        SELECT 'work_attempts_lost', queue, sum(attempts)::float FROM open_work GROUP BY queue
        UNION ALL
        SELECT 'work_gave_up', queue, count(*)::float FROM work
        WHERE gave_up_at IS NOT NULL GROUP BY queue
        UNION ALL
        SELECT 'processes_alive', kind, count(*)::float FROM processes GROUP BY kind
        UNION ALL
        SELECT 'clock_wrong_by_seconds', kind, max(abs((reach ->> 'clock_ahead_s')::float))
        FROM processes WHERE reach ? 'clock_ahead_s' GROUP BY kind
        UNION ALL
        SELECT 'media_findings', wrong, count(*)::float FROM media_findings
        WHERE gone_at IS NULL GROUP BY wrong
        UNION ALL
        SELECT 'media_compared_seconds_ago', 'all', extract(epoch FROM now() - finished_at)::float
        FROM last_sweep
        UNION ALL
        SELECT 'media_compared_objects', 'all', objects::float FROM last_sweep
        UNION ALL
        SELECT 'media_compared_objects', 'read', bytes_of::float FROM last_sweep
        UNION ALL
        SELECT 'outages_recorded', source, count(*)::float FROM outages GROUP BY source
    $$
"""


def upgrade() -> None:
    """Apply."""
    for statement in (*OUTAGES, *MEDIA, *WORK):
        op.execute(statement)
    _add_kind()
    for table, by_scope in RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for scope, verbs in by_scope.items():
            for verb in verbs:
                _allow(table, scope, VERBS[verb])
    for statement in (*DECLARING, UPKEEP):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION app_upkeep() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app_upkeep() TO checkin_web, checkin_command")
    op.execute("GRANT DELETE ON heartbeats TO checkin_clock")


def _allow(table: str, scope: str, word: str) -> None:
    role, own = f"checkin_{scope}", f"(SELECT app_scope()) = '{scope}'"
    rows = {
        "SELECT": f"USING ({own})",
        "INSERT": f"WITH CHECK ({own})",
        "UPDATE": f"USING ({own}) WITH CHECK ({own})",
    }[word]
    op.execute(f"CREATE POLICY {scope}_{word.lower()} ON {table} FOR {word} TO {role} {rows}")
    op.execute(f"GRANT {word} ON {table} TO {role}")


def _add_kind() -> None:
    """Let work be of one more kind, whatever kinds the releases between have added."""
    definition = op.get_bind().execute(text(KIND_CHECK)).scalar_one()
    kinds = sorted({*re.findall(r"'([\w-]+)'", definition), NEW_KIND})
    members = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE work DROP CONSTRAINT work_kind_check,"
        f" ADD CONSTRAINT work_kind_check CHECK (kind IN ({members})) NOT VALID"
    )
    op.execute("ALTER TABLE work VALIDATE CONSTRAINT work_kind_check")
