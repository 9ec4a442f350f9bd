"""Vectors of check-ins' photos, so that a deployment can measure on its own people.

They name their original and go with it. The verifier's alone: no scope of the web sees one.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLE = """CREATE TABLE checkin_vectors (
    offender_id UUID NOT NULL,
    checkin_id UUID NOT NULL,
    model_sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    media_id UUID NOT NULL,
    vector BYTEA NOT NULL,
    CONSTRAINT checkin_vectors_pkey PRIMARY KEY (offender_id, checkin_id, model_sha256),
    CONSTRAINT checkin_vectors_offender_id_checkin_id_fkey FOREIGN KEY (offender_id, checkin_id)
        REFERENCES checkins (offender_id, id),
    CONSTRAINT checkin_vectors_media_id_fkey FOREIGN KEY (media_id) REFERENCES media (id)
)"""
OWN = "(SELECT app_scope()) = 'verifier'"
RIGHTS = (
    "ALTER TABLE checkin_vectors ENABLE ROW LEVEL SECURITY",
    f"""CREATE POLICY verifier_select ON checkin_vectors FOR SELECT TO checkin_verifier
        USING ({OWN})""",
    f"""CREATE POLICY verifier_insert ON checkin_vectors FOR INSERT TO checkin_verifier
        WITH CHECK ({OWN})""",
    "GRANT SELECT, INSERT ON checkin_vectors TO checkin_verifier",
)


def upgrade() -> None:
    """Apply."""
    op.execute(TABLE)
    op.execute("CREATE INDEX checkin_vectors_media_id_idx ON checkin_vectors (media_id)")
    for statement in RIGHTS:
        op.execute(statement)
