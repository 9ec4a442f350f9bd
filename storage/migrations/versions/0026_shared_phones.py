"""One phone for two people, by an officer's word: who, why, since when, until when."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLE = (
    """CREATE TABLE shared_phone_permits (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        other_id UUID NOT NULL,
        install_id TEXT NOT NULL,
        reason TEXT NOT NULL,
        permitted_by UUID NOT NULL,
        permitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_by UUID,
        ended_at TIMESTAMP WITH TIME ZONE,
        ended_why TEXT,
        CONSTRAINT shared_phone_permits_pkey PRIMARY KEY (id),
        CONSTRAINT shared_phone_permits_ended_check CHECK (
            (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)),
        CONSTRAINT shared_phone_permits_offender_id_fkey
            FOREIGN KEY (offender_id) REFERENCES offenders (id),
        CONSTRAINT shared_phone_permits_other_id_fkey
            FOREIGN KEY (other_id) REFERENCES offenders (id),
        CONSTRAINT shared_phone_permits_permitted_by_fkey
            FOREIGN KEY (permitted_by) REFERENCES officers (id),
        CONSTRAINT shared_phone_permits_ended_by_fkey
            FOREIGN KEY (ended_by) REFERENCES officers (id)
    )""",
    """CREATE UNIQUE INDEX shared_phone_permits_open_key ON shared_phone_permits
        (install_id, least(offender_id, other_id), greatest(offender_id, other_id))
        WHERE ended_at IS NULL""",
    "CREATE INDEX shared_phone_permits_offender_id_idx ON shared_phone_permits (offender_id)",
    "CREATE INDEX shared_phone_permits_other_id_idx ON shared_phone_permits (other_id)",
    "ALTER TABLE shared_phone_permits ENABLE ROW LEVEL SECURITY",
)
# It is about two people: nobody reads or writes it who does not see, or work with, both.
BOTH_SEEN = "offender_id IN (SELECT app_people_seen()) AND other_id IN (SELECT app_people_seen())"
BOTH_WORKED_WITH = (
    "offender_id IN (SELECT app_people_worked_with())"
    " AND other_id IN (SELECT app_people_worked_with())"
)
WEB = (
    f"""CREATE POLICY web_select ON shared_phone_permits FOR SELECT TO checkin_web
        USING ({BOTH_SEEN})""",
    f"""CREATE POLICY web_insert ON shared_phone_permits FOR INSERT TO checkin_web
        WITH CHECK ({BOTH_WORKED_WITH} AND permitted_by = (SELECT app_account()))""",
    f"""CREATE POLICY web_update ON shared_phone_permits FOR UPDATE TO checkin_web
        USING ({BOTH_WORKED_WITH})
        WITH CHECK ({BOTH_WORKED_WITH} AND ended_by = (SELECT app_account()))""",
    "GRANT SELECT, INSERT ON shared_phone_permits TO checkin_web",
    "GRANT UPDATE (ended_by, ended_at, ended_why) ON shared_phone_permits TO checkin_web",
)


def upgrade() -> None:
    """Apply."""
    for statement in (*TABLE, *WEB):
        op.execute(statement)
    for scope in ("verifier", "chores", "clock"):
        op.execute(
            f"CREATE POLICY {scope}_select ON shared_phone_permits FOR SELECT"
            f" TO checkin_{scope} USING ((SELECT app_scope()) = '{scope}')"
        )
        op.execute(f"GRANT SELECT ON shared_phone_permits TO checkin_{scope}")
