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
    """CREATE TABLE photo_looks (
        officer_id UUID NOT NULL,
        hour TIMESTAMP WITH TIME ZONE NOT NULL,
        checkin_id UUID NOT NULL,
        CONSTRAINT photo_looks_pkey PRIMARY KEY (officer_id, hour, checkin_id),
        CONSTRAINT photo_looks_officer_id_fkey FOREIGN KEY(officer_id) REFERENCES officers (id)
    )""",
    # Small and read in one pass: some pages of index for the whole table (storage/records/governance).
    """CREATE INDEX audit_entries_at_idx ON audit_entries USING brin (at)""",
)

# The account that asks, as transaction() told PostgreSQL, by its posts of today.
HOLDS = """
    EXISTS (SELECT FROM postings post JOIN officers account ON account.id = post.officer_id
            WHERE current_setting('app.scope', true) = 'officer'
              AND post.officer_id::text = current_setting('app.subject', true)
              AND account.disabled_at IS NULL
              AND post.confirmed_at IS NOT NULL AND post.ended_at IS NULL
              AND post.starts_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date
              AND (post.ends_on IS NULL
                   OR post.ends_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
              AND ({role}))
"""
# Counts and no rows: who may see figures sees them without seeing anybody behind them. It runs as
# the owner, so the second net (0007) does not hide people from the counting.
FIGURES = """
    CREATE FUNCTION office_figures(as_of timestamptz) RETURNS TABLE (
        office_id uuid, district_id uuid, people bigint, with_phone bigint, enrolled bigint,
        open_items bigint, overdue_items bigint, received_today bigint, received_week bigint,
        confirmed_week bigint, reviewed_month bigint, reviewed_confirmed_month bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        WITH today AS (
            SELECT (as_of AT TIME ZONE 'Asia/Shanghai')::date AS day,
                   date_trunc('day', as_of AT TIME ZONE 'Asia/Shanghai')
                       AT TIME ZONE 'Asia/Shanghai' AS begins
        ), supervised AS (
            SELECT o.id, o.office_id AS office,
                   EXISTS (SELECT FROM devices d WHERE d.offender_id = o.id AND d.state = 'active') AS phone,
                   EXISTS (SELECT FROM reference_sets r
                           WHERE r.offender_id = o.id AND r.state = 'approved') AS photos
            FROM offenders o, today
            WHERE EXISTS (SELECT FROM supervision_periods p
                          WHERE p.offender_id = o.id AND p.starts_on <= today.day
                            AND (p.ends_on IS NULL OR p.ends_on >= today.day))
        ), persons AS (
            SELECT office, count(*) AS people, count(*) FILTER (WHERE phone) AS with_phone,
                   count(*) FILTER (WHERE photos) AS enrolled
            FROM supervised GROUP BY office
        ), waiting AS (
            SELECT o.office_id AS office, count(*) AS open_items,
                   count(*) FILTER (WHERE i.due_at < as_of OR i.level <> 'officer') AS overdue_items
            FROM items i JOIN offenders o ON o.id = i.offender_id
            WHERE i.closed_at IS NULL GROUP BY o.office_id
        ), received AS (
            SELECT o.office_id AS office,
                   count(*) FILTER (WHERE c.received_at >= today.begins) AS received_today,
                   count(*) AS received_week,
                   count(*) FILTER (WHERE c.state = 'confirmed') AS confirmed_week
            FROM today, offenders o JOIN checkins c ON c.offender_id = o.id
            WHERE c.received_at > as_of - interval '7 days' AND c.received_at <= as_of
            GROUP BY o.office_id
        ), reviewed AS (
            SELECT o.office_id AS office, count(*) AS reviewed_month,
                   count(*) FILTER (WHERE c.state = 'confirmed') AS reviewed_confirmed_month
            FROM offenders o JOIN checkins c ON c.offender_id = o.id
            WHERE c.received_at > as_of - interval '30 days' AND c.received_at <= as_of
              AND c.state IN ('confirmed', 'not_confirmed', 'not_decided')
              AND EXISTS (SELECT FROM reviews r
                          WHERE r.offender_id = c.offender_id AND r.checkin_id = c.id)
            GROUP BY o.office_id
        )
        SELECT f.id, f.district_id, coalesce(people, 0), coalesce(with_phone, 0),
               coalesce(enrolled, 0), coalesce(open_items, 0), coalesce(overdue_items, 0),
               coalesce(received_today, 0), coalesce(received_week, 0),
               coalesce(confirmed_week, 0), coalesce(reviewed_month, 0),
               coalesce(reviewed_confirmed_month, 0)
        FROM offices f
        LEFT JOIN persons ON persons.office = f.id
        LEFT JOIN waiting ON waiting.office = f.id
        LEFT JOIN received ON received.office = f.id
        LEFT JOIN reviewed ON reviewed.office = f.id
        WHERE {holds}
    $$
""".replace(
    "{holds}",
    HOLDS.format(
        role="post.role = 'city' OR (post.role = 'district' AND post.district_id = f.district_id)"
    ),
)
# A city supervisor sees nobody until a case is opened: this answers one whole number with one id.
# Cases of people under 18 are for the officers named for them, so there is none to open.
PERSON_TO_OPEN = """
    CREATE FUNCTION person_to_open(wanted text, today date) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT id FROM offenders
        WHERE number = wanted AND (adult_on IS NULL OR adult_on <= today)
          AND {holds}
    $$
""".replace("{holds}", HOLDS.format(role="post.role = 'city'"))
FUNCTIONS = ("office_figures(timestamptz)", "person_to_open(text, date)")

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
    op.execute("GRANT SELECT, INSERT, DELETE ON photo_looks TO checkin_web")
    op.execute(FIGURES)
    op.execute(PERSON_TO_OPEN)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO checkin_web")
