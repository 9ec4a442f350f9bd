"""What people ask their office for: an exemption, new references; and what was answered."""

import re

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OWN = "offender_id = (SELECT app_person())"
WORKED = "offender_id IN (SELECT app_people_worked_with())"
STATEMENTS = (
    """CREATE TABLE person_requests (
        offender_id UUID NOT NULL,
        id UUID NOT NULL,
        kind TEXT NOT NULL,
        words TEXT NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        answered_at TIMESTAMP WITH TIME ZONE,
        answered_by UUID,
        answer TEXT,
        CONSTRAINT person_requests_pkey PRIMARY KEY (offender_id, id),
        CONSTRAINT person_requests_kind_check CHECK (
            kind IN ('face_exemption', 'movement_exemption', 'new_references')),
        CONSTRAINT person_requests_answered_check CHECK (
            (answered_at IS NULL) = (answered_by IS NULL)
            AND (answered_at IS NULL) = (answer IS NULL)),
        CONSTRAINT person_requests_offender_id_fkey
            FOREIGN KEY (offender_id) REFERENCES offenders (id),
        CONSTRAINT person_requests_answered_by_fkey
            FOREIGN KEY (answered_by) REFERENCES officers (id)
    )""",
    """CREATE UNIQUE INDEX person_requests_open_key ON person_requests (offender_id, kind)
        WHERE answered_at IS NULL""",
    "ALTER TABLE person_requests ENABLE ROW LEVEL SECURITY",
    f"""CREATE POLICY web_select ON person_requests FOR SELECT TO checkin_web
        USING ({OWN} OR offender_id IN (SELECT app_people_seen()))""",
    f"""CREATE POLICY web_insert ON person_requests FOR INSERT TO checkin_web
        WITH CHECK ({OWN} AND answered_at IS NULL)""",
    f"""CREATE POLICY web_update ON person_requests FOR UPDATE TO checkin_web
        USING ({WORKED}) WITH CHECK ({WORKED})""",
    "GRANT SELECT, INSERT, UPDATE (answered_at, answered_by, answer)"
    " ON person_requests TO checkin_web",
)
NEW_NOTICES = {
    "face_exempt",
    "face_exemption_ended",
    "request_answered",
    "references_renewal",
    "references_changed",
}
NOTICE_CHECK = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'notices_kind_check'"
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
    _add_notices()


def _add_notices() -> None:
    """Let notices be of five more kinds, whatever kinds the releases between have added."""
    definition = op.get_bind().execute(text(NOTICE_CHECK)).scalar_one()
    kinds = sorted({*re.findall(r"'([\w-]+)'", definition), *NEW_NOTICES})
    members = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE notices DROP CONSTRAINT notices_kind_check,"
        f" ADD CONSTRAINT notices_kind_check CHECK (kind IN ({members})) NOT VALID"
    )
    op.execute("ALTER TABLE notices VALIDATE CONSTRAINT notices_kind_check")
