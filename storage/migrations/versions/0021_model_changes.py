"""Changing the model of enrolled photos: which one, how far it is, and one more kind of work."""

import re

from alembic import op
from sqlalchemy import text

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = (
    """CREATE TABLE model_changes (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        to_sha256 TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        photos INTEGER NOT NULL,
        position UUID,
        promised INTEGER DEFAULT 0 NOT NULL,
        concluded INTEGER DEFAULT 0 NOT NULL,
        given_up INTEGER DEFAULT 0 NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT model_changes_pkey PRIMARY KEY (id),
        CONSTRAINT model_changes_to_sha256_check CHECK (to_sha256 ~ '^[0-9a-f]{64}$')
    )""",
    """CREATE UNIQUE INDEX model_changes_unfinished_key ON model_changes ((true))
        WHERE finished_at IS NULL""",
    "ALTER TABLE model_changes ENABLE ROW LEVEL SECURITY",
)
NEW_KIND = "re_embed_reference"
KIND_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'work_kind_check'"
RIGHTS = {"command": ("SELECT", "INSERT", "UPDATE"), "verifier": ("SELECT", "UPDATE")}
COMMAND = "(SELECT app_scope()) = 'command'"
# Whether a photo has vectors of a model, and never the vectors.
WHICH_MODELS = (
    f"CREATE POLICY command_select ON reference_vectors FOR SELECT TO checkin_command"
    f" USING ({COMMAND})",
    "GRANT SELECT (photo_id, model_sha256) ON reference_vectors TO checkin_command",
    "DROP POLICY command_insert ON work",
    f"CREATE POLICY command_insert ON work FOR INSERT TO checkin_command WITH CHECK ({COMMAND}"
    f" AND kind IN ('embed_reference', 're_embed_reference', 'render_media'))",
)


def upgrade() -> None:
    """Apply."""
    for statement in (*TABLE, *WHICH_MODELS):
        op.execute(statement)
    for scope, verbs in RIGHTS.items():
        for verb in verbs:
            _allow(scope, verb)
    _add_kind()


def _allow(scope: str, verb: str) -> None:
    own = f"(SELECT app_scope()) = '{scope}'"
    rows = {
        "SELECT": f"USING ({own})",
        "INSERT": f"WITH CHECK ({own})",
        "UPDATE": f"USING ({own}) WITH CHECK ({own})",
    }[verb]
    name = f"{scope}_{verb.lower()}"
    op.execute(f"CREATE POLICY {name} ON model_changes FOR {verb} TO checkin_{scope} {rows}")
    op.execute(f"GRANT {verb} ON model_changes TO checkin_{scope}")


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
