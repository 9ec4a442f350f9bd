"""Whom else a photo resembles: that there is somebody, and, in a table of its own, who."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE likenesses (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        checkin_id UUID NOT NULL,
        office_id UUID NOT NULL,
        distance DOUBLE PRECISION NOT NULL,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT likenesses_pkey PRIMARY KEY (id),
        CONSTRAINT likenesses_office_id_fkey FOREIGN KEY (office_id) REFERENCES offices (id),
        CONSTRAINT likenesses_checkin_fkey
            FOREIGN KEY (offender_id, checkin_id) REFERENCES checkins (offender_id, id)
    )""",
    "CREATE INDEX likenesses_offender_id_idx ON likenesses (offender_id)",
    """CREATE TABLE likeness_people (
        likeness_id UUID NOT NULL,
        other_id UUID NOT NULL,
        CONSTRAINT likeness_people_pkey PRIMARY KEY (likeness_id),
        CONSTRAINT likeness_people_likeness_id_fkey
            FOREIGN KEY (likeness_id) REFERENCES likenesses (id),
        CONSTRAINT likeness_people_other_id_fkey
            FOREIGN KEY (other_id) REFERENCES offenders (id)
    )""",
)
# The office stands in the first table, for everybody who sees the case; who it is takes the same
# reach over the other person.
SEEN = {
    "likenesses": "offender_id IN (SELECT app_people_seen())",
    "likeness_people": "other_id IN (SELECT app_people_seen())"
    " AND EXISTS (SELECT FROM likenesses l WHERE l.id = likeness_id)",
}


def upgrade() -> None:
    """Apply."""
    for statement in TABLES:
        op.execute(statement)
    for table, condition in SEEN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY web_select ON {table} FOR SELECT TO checkin_web USING ({condition})"
        )
        op.execute(f"GRANT SELECT ON {table} TO checkin_web")
        own = "(SELECT app_scope()) = 'verifier'"
        op.execute(
            f"CREATE POLICY verifier_insert ON {table} FOR INSERT TO checkin_verifier"
            f" WITH CHECK ({own})"
        )
        op.execute(
            f"CREATE POLICY verifier_select ON {table} FOR SELECT TO checkin_verifier USING ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO checkin_verifier")
