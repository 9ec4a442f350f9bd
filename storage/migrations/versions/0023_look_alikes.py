"""Which other enrolled person a set resembles: of the set that was searched for, for officers."""

import re

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = (
    """CREATE TABLE look_alikes (
        set_id UUID NOT NULL,
        offender_id UUID NOT NULL,
        nearest_id UUID NOT NULL,
        nearest_office_id UUID NOT NULL,
        distance DOUBLE PRECISION NOT NULL,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT look_alikes_pkey PRIMARY KEY (set_id),
        CONSTRAINT look_alikes_set_id_fkey FOREIGN KEY (set_id) REFERENCES reference_sets (id),
        CONSTRAINT look_alikes_offender_id_fkey FOREIGN KEY (offender_id) REFERENCES offenders (id),
        CONSTRAINT look_alikes_nearest_id_fkey FOREIGN KEY (nearest_id) REFERENCES offenders (id),
        CONSTRAINT look_alikes_nearest_office_id_fkey
            FOREIGN KEY (nearest_office_id) REFERENCES offices (id)
    )""",
    "CREATE INDEX look_alikes_offender_id_idx ON look_alikes (offender_id)",
    "CREATE INDEX look_alikes_nearest_id_idx ON look_alikes (nearest_id)",
    "ALTER TABLE look_alikes ENABLE ROW LEVEL SECURITY",
    """CREATE POLICY web_select ON look_alikes FOR SELECT TO checkin_web
        USING (offender_id IN (SELECT app_people_seen()))""",
    "GRANT SELECT ON look_alikes TO checkin_web",
    *(
        statement
        for scope in ("verifier", "chores", "clock")
        for statement in (
            f"""CREATE POLICY {scope}_select ON look_alikes FOR SELECT TO checkin_{scope}
                USING ((SELECT app_scope()) = '{scope}')""",
            f"GRANT SELECT ON look_alikes TO checkin_{scope}",
        )
    ),
    """CREATE POLICY verifier_insert ON look_alikes FOR INSERT TO checkin_verifier
        WITH CHECK ((SELECT app_scope()) = 'verifier')""",
    """CREATE POLICY verifier_delete ON look_alikes FOR DELETE TO checkin_verifier
        USING ((SELECT app_scope()) = 'verifier')""",
    "GRANT INSERT, DELETE ON look_alikes TO checkin_verifier",
)
NEW_KIND = "search_look_alike"
KIND_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'work_kind_check'"


def upgrade() -> None:
    """Apply."""
    for statement in TABLE:
        op.execute(statement)
    definition = op.get_bind().execute(text(KIND_CHECK)).scalar_one()
    kinds = sorted({*re.findall(r"'([\w-]+)'", definition), NEW_KIND})
    members = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE work DROP CONSTRAINT work_kind_check,"
        f" ADD CONSTRAINT work_kind_check CHECK (kind IN ({members})) NOT VALID"
    )
    op.execute("ALTER TABLE work VALIDATE CONSTRAINT work_kind_check")
