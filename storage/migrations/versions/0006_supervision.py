"""Ends by decision, pauses and transfers of supervision; windows that are due no more."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ENDS = (
    """ALTER TABLE supervision_periods
        ADD COLUMN end_reason text,
        ADD COLUMN end_words text,
        ADD COLUMN ended_by text,
        ADD COLUMN end_decided_at timestamptz,
        ADD CONSTRAINT supervision_periods_end_check CHECK (
            (end_reason IS NULL) = (end_decided_at IS NULL)
            AND (end_reason IS NULL) = (ended_by IS NULL)
            AND (end_reason IS NULL OR ends_on IS NOT NULL)) NOT VALID,
        ADD CONSTRAINT supervision_periods_end_reason_check CHECK (end_reason IN
            ('completed', 'pardoned', 'revoked_to_prison', 'deceased', 'other')) NOT VALID""",
    "ALTER TABLE supervision_periods VALIDATE CONSTRAINT supervision_periods_end_check",
    "ALTER TABLE supervision_periods VALIDATE CONSTRAINT supervision_periods_end_reason_check",
)
TABLES = (
    """CREATE TABLE supervision_pauses (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        period_id UUID NOT NULL,
        offender_id UUID NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE,
        reason TEXT NOT NULL,
        words TEXT,
        created_by TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        resumed_by TEXT,
        resumed_at TIMESTAMP WITH TIME ZONE,
        called_off_by TEXT,
        called_off_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT supervision_pauses_pkey PRIMARY KEY (id),
        CONSTRAINT supervision_pauses_reason_check CHECK (reason IN ('custody', 'treatment', 'ordered', 'other')),
        CONSTRAINT supervision_pauses_order_check CHECK (ends_on IS NULL OR ends_on >= starts_on),
        CONSTRAINT supervision_pauses_called_off_check CHECK ((called_off_at IS NULL) = (called_off_by IS NULL)),
        CONSTRAINT supervision_pauses_period_id_fkey FOREIGN KEY(period_id) REFERENCES supervision_periods (id),
        CONSTRAINT supervision_pauses_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id)
    )""",
    "CREATE INDEX supervision_pauses_offender_id_idx ON supervision_pauses (offender_id)",
    """CREATE TABLE transfers (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        number TEXT NOT NULL,
        name TEXT,
        from_office_id UUID NOT NULL,
        to_office_id UUID NOT NULL,
        reason TEXT NOT NULL,
        state TEXT DEFAULT 'asked' NOT NULL,
        asked_by UUID NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        decided_by UUID,
        decided_at TIMESTAMP WITH TIME ZONE,
        answer TEXT,
        CONSTRAINT transfers_pkey PRIMARY KEY (id),
        CONSTRAINT transfers_state_check CHECK (state IN ('asked', 'taken', 'refused', 'withdrawn')),
        CONSTRAINT transfers_elsewhere_check CHECK (from_office_id <> to_office_id),
        CONSTRAINT transfers_decided_check CHECK ((state = 'asked') = (decided_at IS NULL)),
        CONSTRAINT transfers_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id),
        CONSTRAINT transfers_from_office_id_fkey FOREIGN KEY(from_office_id) REFERENCES offices (id),
        CONSTRAINT transfers_to_office_id_fkey FOREIGN KEY(to_office_id) REFERENCES offices (id),
        CONSTRAINT transfers_asked_by_fkey FOREIGN KEY(asked_by) REFERENCES officers (id),
        CONSTRAINT transfers_decided_by_fkey FOREIGN KEY(decided_by) REFERENCES officers (id)
    )""",
    "CREATE UNIQUE INDEX transfers_asked_key ON transfers (offender_id) WHERE state = 'asked'",
    "CREATE INDEX transfers_from_office_idx ON transfers (from_office_id, asked_at)",
    "CREATE INDEX transfers_to_office_idx ON transfers (to_office_id, asked_at)",
)
# New members of two closed sets.
SETS = (
    """ALTER TABLE windows
        DROP CONSTRAINT windows_outcome_check,
        ADD CONSTRAINT windows_outcome_check CHECK (outcome IN
            ('awaited', 'present', 'late', 'pending', 'not_decided', 'technical',
             'excused_leave', 'excused_system', 'excused_device', 'excused', 'withdrawn',
             'not_confirmed', 'not_received', 'missed', 'missed_confirmed')) NOT VALID""",
    "ALTER TABLE windows VALIDATE CONSTRAINT windows_outcome_check",
    """ALTER TABLE notices
        DROP CONSTRAINT notices_kind_check,
        ADD CONSTRAINT notices_kind_check CHECK (kind IN
            ('checkin_confirmed', 'checkin_in_review', 'checkin_retake', 'checkin_not_confirmed',
             'checkin_not_decided', 'checkin_recorded', 'place_not_accepted',
             'window_not_received', 'window_missed', 'window_excused', 'objection_decided',
             'supervision_started', 'supervision_end_set', 'supervision_ended',
             'supervision_paused', 'supervision_resumed', 'pause_called_off',
             'office_changed')) NOT VALID""",
    "ALTER TABLE notices VALIDATE CONSTRAINT notices_kind_check",
)
# Whoever takes a person over does not see them until then, and somebody under 18 not even after
# that: what the taking does to a person's own rows is done by this function and nothing else, only
# for a transfer that is asked, and only for an account that leads the receiving office or its
# district now.
TAKE = """
    CREATE FUNCTION take_transfer(wanted uuid, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        asked transfers;
        taker uuid := CASE current_setting('app.scope', true) WHEN 'officer'
                      THEN nullif(current_setting('app.subject', true), '')::uuid END;
        today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
    BEGIN
        SELECT * INTO asked FROM transfers WHERE id = wanted AND state = 'asked' FOR UPDATE;
        IF asked.id IS NULL OR NOT EXISTS (
            SELECT FROM postings JOIN offices ON offices.id = asked.to_office_id
            JOIN officers ON officers.id = postings.officer_id
            WHERE postings.officer_id = taker AND officers.disabled_at IS NULL
              AND (postings.role = 'head' AND postings.office_id = offices.id
                   OR postings.role = 'district' AND postings.district_id = offices.district_id)
              AND postings.confirmed_at IS NOT NULL AND postings.ended_at IS NULL
              AND postings.starts_on <= today
              AND (postings.ends_on IS NULL OR postings.ends_on >= today)
        ) THEN
            RETURN false;
        END IF;
        UPDATE offenders SET office_id = asked.to_office_id
        WHERE id = asked.offender_id AND office_id = asked.from_office_id;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        UPDATE named_officers SET ended_by = taker, ended_at = at
        WHERE offender_id = asked.offender_id AND ended_at IS NULL;
        UPDATE items SET owner_id = NULL, cover_id = NULL
        WHERE offender_id = asked.offender_id AND closed_at IS NULL;
        INSERT INTO notices (offender_id, kind, facts, at)
        SELECT asked.offender_id, 'office_changed', jsonb_build_object('office', name), at
        FROM offices WHERE id = asked.to_office_id;
        RETURN true;
    END $$
"""
PROCESSES = "checkin_web, checkin_verifier, checkin_chores, checkin_clock"


def upgrade() -> None:
    """Apply."""
    for statement in (*ENDS, *TABLES, *SETS, TAKE):
        op.execute(statement)
    op.execute(
        "CREATE INDEX windows_withdrawn_idx ON windows (grace_ends_at) WHERE outcome = 'withdrawn'"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON supervision_pauses, transfers TO checkin_web")
    op.execute(f"GRANT SELECT ON supervision_pauses TO {PROCESSES}")
    op.execute("REVOKE ALL ON FUNCTION take_transfer FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION take_transfer TO checkin_web")
