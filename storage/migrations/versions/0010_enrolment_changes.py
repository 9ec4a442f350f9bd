"""Whose references changed, and in which transaction: what a gallery has to read again.

A trigger for each way in, so that no writer can forget it. The index and the rows for who is
enrolled already are made while nothing writes to them: the table is new.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = (
    """CREATE TABLE enrolment_changes (
        offender_id UUID NOT NULL,
        changed_in BIGINT NOT NULL,
        CONSTRAINT enrolment_changes_pkey PRIMARY KEY (offender_id),
        CONSTRAINT enrolment_changes_offender_id_fkey
            FOREIGN KEY (offender_id) REFERENCES offenders (id)
    )""",
    "CREATE INDEX enrolment_changes_changed_in_idx ON enrolment_changes (changed_in)",
    "ALTER TABLE enrolment_changes ENABLE ROW LEVEL SECURITY",
    """CREATE POLICY verifier_select ON enrolment_changes FOR SELECT TO checkin_verifier
        USING ((SELECT app_scope()) = 'verifier')""",
    "GRANT SELECT ON enrolment_changes TO checkin_verifier",
)
# As the owner, whom no policy binds: whoever changes references may not write here otherwise.
NOTING = """
    CREATE FUNCTION note_enrolment_change() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        person uuid;
    BEGIN
        CASE TG_TABLE_NAME
        WHEN 'offenders' THEN person := NEW.id;
        WHEN 'reference_sets' THEN person := NEW.offender_id;
        WHEN 'reference_photos' THEN
            SELECT one.offender_id INTO person FROM reference_sets one WHERE one.id = NEW.set_id;
        WHEN 'reference_vectors' THEN
            SELECT one.offender_id INTO person
            FROM reference_photos photo JOIN reference_sets one ON one.id = photo.set_id
            WHERE photo.id = coalesce(NEW.photo_id, OLD.photo_id);
        END CASE;
        IF person IS NOT NULL THEN
            INSERT INTO enrolment_changes AS held (offender_id, changed_in)
            VALUES (person, pg_current_xact_id()::text::bigint)
            ON CONFLICT (offender_id) DO UPDATE SET changed_in = excluded.changed_in
            WHERE held.changed_in <> excluded.changed_in;
        END IF;
        RETURN NULL;
    END $$
"""
TRIGGERS = (
    """CREATE TRIGGER offenders_enrolment AFTER UPDATE OF office_id ON offenders
        FOR EACH ROW WHEN (OLD.office_id IS DISTINCT FROM NEW.office_id)
        EXECUTE FUNCTION note_enrolment_change()""",
    """CREATE TRIGGER reference_sets_enrolment AFTER INSERT OR UPDATE OF state ON reference_sets
        FOR EACH ROW EXECUTE FUNCTION note_enrolment_change()""",
    """CREATE TRIGGER reference_photos_enrolment AFTER UPDATE OF state ON reference_photos
        FOR EACH ROW EXECUTE FUNCTION note_enrolment_change()""",
    """CREATE TRIGGER reference_vectors_enrolment
        AFTER INSERT OR UPDATE OR DELETE ON reference_vectors
        FOR EACH ROW EXECUTE FUNCTION note_enrolment_change()""",
)


def upgrade() -> None:
    """Apply."""
    for statement in (*TABLE, NOTING, *TRIGGERS):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION note_enrolment_change() FROM PUBLIC")
