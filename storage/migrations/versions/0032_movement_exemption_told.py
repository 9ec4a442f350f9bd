"""Notices of an exemption from the movement check, given and ended."""

import re

from alembic import op
from sqlalchemy import text

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NEW_NOTICES = {"movement_exempt", "movement_exemption_ended"}
NOTICE_CHECK = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'notices_kind_check'"
)


def upgrade() -> None:
    """Let notices be of two more kinds, whatever kinds the releases between have added."""
    definition = op.get_bind().execute(text(NOTICE_CHECK)).scalar_one()
    kinds = sorted({*re.findall(r"'([\w-]+)'", definition), *NEW_NOTICES})
    members = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE notices DROP CONSTRAINT notices_kind_check,"
        f" ADD CONSTRAINT notices_kind_check CHECK (kind IN ({members})) NOT VALID"
    )
    op.execute("ALTER TABLE notices VALIDATE CONSTRAINT notices_kind_check")
