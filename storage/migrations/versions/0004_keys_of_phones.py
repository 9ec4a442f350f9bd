"""Keys and registrations of phones, proofs that were seen."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The life of a registration: asked for, let in, stopped, and by whom.
REGISTRATIONS = (
    """ALTER TABLE devices
        ADD COLUMN activated_at timestamptz,
        ADD COLUMN lost_at timestamptz,
        ADD COLUMN words text,
        ADD COLUMN decided_by uuid,
        ADD COLUMN identity_check text,
        ADD COLUMN decision_words text,
        ADD COLUMN stopped_by uuid,
        ADD COLUMN stop_words text,
        ADD CONSTRAINT devices_identity_check_check
            CHECK (identity_check IN ('in_person', 'video_call', 'call_back')) NOT VALID,
        ADD CONSTRAINT devices_decided_by_fkey
            FOREIGN KEY (decided_by) REFERENCES officers (id) NOT VALID,
        ADD CONSTRAINT devices_stopped_by_fkey
            FOREIGN KEY (stopped_by) REFERENCES officers (id) NOT VALID""",
    "ALTER TABLE devices VALIDATE CONSTRAINT devices_identity_check_check",
    "ALTER TABLE devices VALIDATE CONSTRAINT devices_decided_by_fkey",
    "ALTER TABLE devices VALIDATE CONSTRAINT devices_stopped_by_fkey",
    # Until now every registration was made by a code, active at once.
    "UPDATE devices SET activated_at = created_at",
    """CREATE INDEX devices_for_officers_idx ON devices (state_since)
        WHERE state IN ('waiting', 'lost')""",
)
# A phone that asks to be let in waits for an officer as a check-in or a window does.
WAITING_PHONES = (
    """ALTER TABLE item_entries
        ADD COLUMN device_id uuid,
        ADD CONSTRAINT item_entries_device_id_fkey
            FOREIGN KEY (device_id) REFERENCES devices (id) NOT VALID,
        DROP CONSTRAINT item_entries_subject_check,
        ADD CONSTRAINT item_entries_subject_check
            CHECK (num_nonnulls(checkin_id, window_id, device_id) = 1) NOT VALID""",
    "ALTER TABLE item_entries VALIDATE CONSTRAINT item_entries_device_id_fkey",
    "ALTER TABLE item_entries VALIDATE CONSTRAINT item_entries_subject_check",
    """CREATE UNIQUE INDEX item_entries_device_key ON item_entries (item_id, device_id)
        WHERE device_id IS NOT NULL AND settled_at IS NULL""",
)
# What a phone proves itself with, and what it sent about its key. Earlier registrations have no
# key: their phones are activated anew.
KEYS = (
    """ALTER TABLE devices
        ADD COLUMN public_key jsonb,
        ADD COLUMN key_thumbprint text,
        ADD COLUMN refresh_generation integer NOT NULL DEFAULT 0,
        ADD COLUMN foreign_key_seen_at timestamptz,
        ADD CONSTRAINT devices_key_check
            CHECK ((public_key IS NULL) = (key_thumbprint IS NULL)) NOT VALID""",
    "ALTER TABLE devices VALIDATE CONSTRAINT devices_key_check",
    """CREATE UNIQUE INDEX devices_key_thumbprint_key ON devices (key_thumbprint)
        WHERE state IN ('active', 'waiting')""",
    """CREATE TABLE attestations (
        device_id uuid NOT NULL,
        platform text NOT NULL,
        blob bytea NOT NULL,
        verdict text NOT NULL DEFAULT 'unknown',
        received_at timestamptz NOT NULL,
        CONSTRAINT attestations_pkey PRIMARY KEY (device_id),
        CONSTRAINT attestations_platform_check
            CHECK (platform IN ('android', 'ios', 'harmony')),
        CONSTRAINT attestations_verdict_check CHECK (verdict IN ('unknown')),
        CONSTRAINT attestations_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id)
    )""",
    "GRANT SELECT, INSERT ON attestations TO checkin_web",
    # Unlogged: after a crash it is empty, and a proof's nonce outlives that by minutes at most.
    """CREATE UNLOGGED TABLE seen_proofs (
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT seen_proofs_pkey PRIMARY KEY (digest)
    )""",
    "CREATE INDEX seen_proofs_expires_at_idx ON seen_proofs (expires_at)",
    "GRANT SELECT, INSERT ON seen_proofs TO checkin_web",
    "GRANT SELECT, DELETE ON seen_proofs TO checkin_clock",
)


def upgrade() -> None:
    """Apply."""
    for statement in (*REGISTRATIONS, *WAITING_PHONES, *KEYS):
        op.execute(statement)
