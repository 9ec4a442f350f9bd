"""Who works where as what (postings), recusals, named officers, openings, notes, opinions.

`officers.role`, `.office_id` and `.district_id` stay for processes of the release before this one
and are read by nobody since; a migration of a later release drops them (tests/storage/
test_migrations.py lists them).
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE postings (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        officer_id UUID NOT NULL,
        role TEXT NOT NULL,
        office_id UUID,
        district_id UUID,
        starts_on DATE NOT NULL,
        ends_on DATE,
        covers_id UUID,
        created_by TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        confirmed_by TEXT,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        ended_by TEXT,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT postings_pkey PRIMARY KEY (id),
        CONSTRAINT postings_role_check CHECK (role IN ('social_worker', 'officer', 'head', 'duty', 'district', 'city', 'procurator', 'editor', 'administrator')),
        CONSTRAINT postings_office_check CHECK ((role IN ('head', 'officer', 'social_worker')) = (office_id IS NOT NULL)),
        CONSTRAINT postings_district_check CHECK ((role IN ('district', 'duty', 'procurator')) = (district_id IS NOT NULL)),
        CONSTRAINT postings_order_check CHECK (ends_on IS NULL OR ends_on >= starts_on),
        CONSTRAINT postings_cover_ends_check CHECK (covers_id IS NULL OR ends_on IS NOT NULL),
        CONSTRAINT postings_cover_of_another_check CHECK (covers_id <> officer_id),
        CONSTRAINT postings_confirmed_check CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
        CONSTRAINT postings_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT postings_office_id_fkey FOREIGN KEY(office_id) REFERENCES offices (id),
        CONSTRAINT postings_district_id_fkey FOREIGN KEY(district_id) REFERENCES districts (id),
        CONSTRAINT postings_covers_id_fkey FOREIGN KEY(covers_id) REFERENCES officers (id)
    )""",
    """CREATE INDEX postings_district_idx ON postings (district_id) WHERE ended_at IS NULL""",
    """CREATE INDEX postings_office_idx ON postings (office_id) WHERE ended_at IS NULL""",
    """CREATE INDEX postings_officer_idx ON postings (officer_id) WHERE ended_at IS NULL""",
    """CREATE TABLE recusals (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        officer_id UUID NOT NULL,
        reason TEXT NOT NULL,
        set_by UUID NOT NULL,
        set_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_by UUID,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT recusals_pkey PRIMARY KEY (id),
        CONSTRAINT recusals_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id),
        CONSTRAINT recusals_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT recusals_set_by_fkey FOREIGN KEY(set_by) REFERENCES officers (id),
        CONSTRAINT recusals_ended_by_fkey FOREIGN KEY(ended_by) REFERENCES officers (id)
    )""",
    """CREATE UNIQUE INDEX recusals_current_key ON recusals (offender_id, officer_id) WHERE ended_at IS NULL""",
    """CREATE INDEX recusals_officer_id_idx ON recusals (officer_id)""",
    """CREATE TABLE named_officers (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        officer_id UUID NOT NULL,
        named_by UUID NOT NULL,
        named_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_by UUID,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT named_officers_pkey PRIMARY KEY (id),
        CONSTRAINT named_officers_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id),
        CONSTRAINT named_officers_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT named_officers_named_by_fkey FOREIGN KEY(named_by) REFERENCES officers (id),
        CONSTRAINT named_officers_ended_by_fkey FOREIGN KEY(ended_by) REFERENCES officers (id)
    )""",
    """CREATE UNIQUE INDEX named_officers_current_key ON named_officers (offender_id, officer_id) WHERE ended_at IS NULL""",
    """CREATE INDEX named_officers_officer_id_idx ON named_officers (officer_id)""",
    """CREATE TABLE case_openings (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        officer_id UUID NOT NULL,
        offender_id UUID NOT NULL,
        reason TEXT NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT case_openings_pkey PRIMARY KEY (id),
        CONSTRAINT case_openings_reason_check CHECK (length(reason) > 0),
        CONSTRAINT case_openings_order_check CHECK (expires_at > opened_at),
        CONSTRAINT case_openings_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id),
        CONSTRAINT case_openings_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id)
    )""",
    """CREATE INDEX case_openings_officer_idx ON case_openings (officer_id, expires_at)""",
    """CREATE TABLE person_notes (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        officer_id UUID NOT NULL,
        words TEXT NOT NULL,
        written_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT person_notes_pkey PRIMARY KEY (id),
        CONSTRAINT person_notes_words_check CHECK (length(words) > 0),
        CONSTRAINT person_notes_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id),
        CONSTRAINT person_notes_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id)
    )""",
    """CREATE INDEX person_notes_offender_idx ON person_notes (offender_id, written_at)""",
    """CREATE TABLE inspection_opinions (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        district_id UUID NOT NULL,
        office_id UUID,
        offender_id UUID,
        officer_id UUID NOT NULL,
        words TEXT NOT NULL,
        written_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT inspection_opinions_pkey PRIMARY KEY (id),
        CONSTRAINT inspection_opinions_words_check CHECK (length(words) > 0),
        CONSTRAINT inspection_opinions_district_id_fkey FOREIGN KEY(district_id) REFERENCES districts (id),
        CONSTRAINT inspection_opinions_office_id_fkey FOREIGN KEY(office_id) REFERENCES offices (id),
        CONSTRAINT inspection_opinions_offender_id_fkey FOREIGN KEY(offender_id) REFERENCES offenders (id),
        CONSTRAINT inspection_opinions_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id)
    )""",
    """CREATE INDEX inspection_opinions_district_idx ON inspection_opinions (district_id, written_at)""",
)

# What an account was until now it goes on being: each gets the posting that its columns meant.
POSTINGS_OF_TODAY = """
    INSERT INTO postings (officer_id, role, office_id, district_id, starts_on,
                          created_by, created_at, confirmed_by, confirmed_at)
    SELECT id, role,
           CASE WHEN role IN ('officer', 'head') THEN office_id END,
           CASE WHEN role = 'district' THEN district_id END,
           (created_at AT TIME ZONE 'Asia/Shanghai')::date,
           'command:migration 0003', created_at, 'command:migration 0003', created_at
    FROM officers
"""
PROCESSES = "checkin_web, checkin_verifier, checkin_chores, checkin_clock"


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.execute(table)
    op.execute(POSTINGS_OF_TODAY)
    op.execute(
        "ALTER TABLE officers ALTER role DROP NOT NULL, DROP CONSTRAINT officers_role_check,"
        " DROP CONSTRAINT officers_office_check, DROP CONSTRAINT officers_district_check"
    )
    op.execute("ALTER TABLE offenders ADD COLUMN adult_on date")
    op.execute("ALTER TABLE audit_entries ADD COLUMN inspection boolean NOT NULL DEFAULT false")
    op.execute("GRANT SELECT, INSERT, UPDATE ON postings, recusals, named_officers TO checkin_web")
    op.execute(
        "GRANT SELECT, INSERT ON case_openings, person_notes, inspection_opinions TO checkin_web"
    )
    op.execute(f"GRANT SELECT ON recusals, named_officers TO {PROCESSES}")
