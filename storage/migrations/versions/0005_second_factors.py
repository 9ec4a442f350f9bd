"""Second factors, recovery codes and resets of accounts."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE second_factors (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        officer_id UUID NOT NULL,
        sign_in_id UUID,
        sealed_secret TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        last_step BIGINT DEFAULT 0 NOT NULL,
        wrong_codes INTEGER DEFAULT 0 NOT NULL,
        wait_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT second_factors_pkey PRIMARY KEY (id),
        CONSTRAINT second_factors_wrong_codes_check CHECK (wrong_codes >= 0),
        CONSTRAINT second_factors_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT second_factors_sign_in_id_fkey FOREIGN KEY(sign_in_id) REFERENCES sign_ins (id)
    )""",
    """CREATE UNIQUE INDEX second_factors_current_key ON second_factors (officer_id) WHERE confirmed_at IS NOT NULL AND ended_at IS NULL""",
    """CREATE INDEX second_factors_officer_id_idx ON second_factors (officer_id)""",
    """CREATE INDEX second_factors_sign_in_id_idx ON second_factors (sign_in_id)""",
    """CREATE TABLE recovery_codes (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        officer_id UUID NOT NULL,
        code_sha256 TEXT NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT recovery_codes_pkey PRIMARY KEY (id),
        CONSTRAINT recovery_codes_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id)
    )""",
    """CREATE INDEX recovery_codes_officer_id_idx ON recovery_codes (officer_id)""",
    """CREATE TABLE account_resets (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        officer_id UUID NOT NULL,
        reason TEXT NOT NULL,
        asked_by UUID NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        confirmed_by UUID,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT account_resets_pkey PRIMARY KEY (id),
        CONSTRAINT account_resets_reason_check CHECK (length(reason) > 0),
        CONSTRAINT account_resets_asked_by_another_check CHECK (asked_by <> officer_id),
        CONSTRAINT account_resets_two_people_check CHECK (confirmed_by <> officer_id AND confirmed_by <> asked_by),
        CONSTRAINT account_resets_confirmed_check CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
        CONSTRAINT account_resets_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT account_resets_asked_by_fkey FOREIGN KEY(asked_by) REFERENCES officers (id),
        CONSTRAINT account_resets_confirmed_by_fkey FOREIGN KEY(confirmed_by) REFERENCES officers (id)
    )""",
    """CREATE INDEX account_resets_officer_idx ON account_resets (officer_id, asked_at)""",
    """CREATE UNIQUE INDEX account_resets_open_key ON account_resets (officer_id) WHERE confirmed_at IS NULL AND ended_at IS NULL""",
)


def upgrade() -> None:
    """Apply; sign-ins of today had a password only, so whoever holds one signs in anew."""
    op.execute("ALTER TABLE sign_ins ADD COLUMN second_factor_at timestamp with time zone")
    for table in TABLES:
        op.execute(table)
    op.execute(
        "GRANT SELECT, INSERT, UPDATE ON second_factors, recovery_codes, account_resets"
        " TO checkin_web"
    )
