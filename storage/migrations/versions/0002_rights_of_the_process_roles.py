"""What each process may do with each table; nobody may change or delete what only grows."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PROCESSES = ("checkin_web", "checkin_verifier", "checkin_chores", "checkin_clock")

ONLY_GROWS = ("audit_entries", "evidence", "receipts", "reviews", "rules")
CHANGES = (
    "activation_codes",
    "checkins",
    "completions",
    "devices",
    "districts",
    "excusals",
    "fences",
    "flags",
    "heartbeats",
    "item_entries",
    "items",
    "media",
    "notices",
    "objections",
    "offenders",
    "officers",
    "offices",
    "outages",
    "reference_photos",
    "reference_sets",
    "reference_vectors",
    "reporting_plans",
    "sign_ins",
    "study_files",
    "study_modules",
    "study_versions",
    "supervision_periods",
    "windows",
    "work",
)
# Passwords, sign-ins and codes are nobody's business but the web's.
SECRETS = ("officers", "sign_ins", "activation_codes")


def upgrade() -> None:
    """Apply."""
    for process in PROCESSES:
        op.execute(f"GRANT USAGE ON SCHEMA public TO {process}")
        op.execute(f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROWS)} TO {process}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(CHANGES)} TO {process}")
    for process in PROCESSES[1:]:
        op.execute(f"REVOKE ALL ON {', '.join(SECRETS)} FROM {process}")
