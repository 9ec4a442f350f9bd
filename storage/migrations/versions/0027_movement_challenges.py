"""Movement challenges: whether a plan asks for them, what was asked, which check-in used it."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = (
    "ALTER TABLE reporting_plans ADD COLUMN movement boolean DEFAULT false NOT NULL",
    """CREATE TABLE challenges (
        id UUID NOT NULL,
        offender_id UUID NOT NULL,
        prompts JSONB NOT NULL,
        ahead BOOLEAN NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
        open_until TIMESTAMP WITH TIME ZONE NOT NULL,
        asked_monotonic_ms BIGINT,
        asked_boot_id TEXT,
        used_at TIMESTAMP WITH TIME ZONE,
        used_by UUID,
        CONSTRAINT challenges_pkey PRIMARY KEY (id),
        CONSTRAINT challenges_used_check CHECK ((used_at IS NULL) = (used_by IS NULL)),
        CONSTRAINT challenges_offender_id_fkey
            FOREIGN KEY (offender_id) REFERENCES offenders (id),
        CONSTRAINT challenges_offender_id_used_by_fkey
            FOREIGN KEY (offender_id, used_by) REFERENCES checkins (offender_id, id)
    )""",
    """CREATE UNIQUE INDEX challenges_used_key ON challenges (offender_id, used_by)
        WHERE used_by IS NOT NULL""",
    "CREATE INDEX challenges_issued_idx ON challenges (offender_id, issued_at)",
    "CREATE INDEX challenges_unused_idx ON challenges (issued_at) WHERE used_by IS NULL",
)
OWN = "offender_id = (SELECT app_person())"
SEEN = "offender_id IN (SELECT app_people_seen())"
# The person is asked and answers; who sees the case reads; machines judge, and the clock forgets
# what nobody used. What was asked never changes: only its use is written.
RIGHTS = (
    f"CREATE POLICY web_select ON challenges FOR SELECT TO checkin_web USING ({OWN} OR {SEEN})",
    f"CREATE POLICY web_insert ON challenges FOR INSERT TO checkin_web WITH CHECK ({OWN})",
    f"""CREATE POLICY web_update ON challenges FOR UPDATE TO checkin_web
        USING ({OWN}) WITH CHECK ({OWN})""",
    "GRANT SELECT, INSERT, UPDATE (used_at, used_by) ON challenges TO checkin_web",
    *(
        f"""CREATE POLICY {scope}_select ON challenges FOR SELECT TO checkin_{scope}
            USING ((SELECT app_scope()) = '{scope}')"""
        for scope in ("verifier", "chores", "clock")
    ),
    "GRANT SELECT ON challenges TO checkin_verifier, checkin_chores, checkin_clock",
    """CREATE POLICY clock_delete ON challenges FOR DELETE TO checkin_clock
        USING ((SELECT app_scope()) = 'clock' AND used_by IS NULL)""",
    "GRANT DELETE ON challenges TO checkin_clock",
)
# Whether a check-in was to answer a challenge is told by its window's plan.
PLANS_SEEN = tuple(
    statement
    for scope in ("verifier", "chores")
    for statement in (
        f"""CREATE POLICY {scope}_select ON reporting_plans FOR SELECT TO checkin_{scope}
            USING ((SELECT app_scope()) = '{scope}')""",
        f"GRANT SELECT ON reporting_plans TO checkin_{scope}",
    )
)


def upgrade() -> None:
    """Apply."""
    for statement in (*TABLES, "ALTER TABLE challenges ENABLE ROW LEVEL SECURITY"):
        op.execute(statement)
    for statement in (*RIGHTS, *PLANS_SEEN):
        op.execute(statement)
