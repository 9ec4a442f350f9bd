"""Enrolments: what they were approved against, by whom a change was seconded, what pairs said.

The index that holds a person to one undecided set takes the place of the one for `collecting`; the
insert of the release before this one still finds it, because its condition implies the new one.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SETS = (
    """ALTER TABLE reference_sets
        ADD COLUMN source text NOT NULL DEFAULT 'officer',
        ADD COLUMN approved_at timestamptz,
        ADD COLUMN basis text,
        ADD COLUMN seconded_by uuid,
        ADD COLUMN seconded_at timestamptz,
        ADD COLUMN gate_reason text,
        ADD COLUMN pairs text,
        ADD COLUMN pairs_reason text,
        ALTER COLUMN created_by DROP NOT NULL,
        DROP CONSTRAINT reference_sets_state_check,
        ADD CONSTRAINT reference_sets_state_check CHECK (
            state IN ('collecting', 'awaiting_second', 'approved', 'replaced', 'discarded')
        ) NOT VALID,
        ADD CONSTRAINT reference_sets_source_check
            CHECK (source IN ('officer', 'folder', 'phone')) NOT VALID,
        ADD CONSTRAINT reference_sets_basis_check
            CHECK (basis IN ('in_presence', 'case_file')) NOT VALID,
        ADD CONSTRAINT reference_sets_pairs_check
            CHECK (pairs IN ('agree', 'unsure', 'differ')) NOT VALID,
        ADD CONSTRAINT reference_sets_created_by_check
            CHECK ((source = 'phone') = (created_by IS NULL)) NOT VALID,
        ADD CONSTRAINT reference_sets_seconded_by_check CHECK (
            seconded_by IS NULL OR (approved_by IS NOT NULL AND seconded_by <> approved_by)
        ) NOT VALID,
        ADD CONSTRAINT reference_sets_seconded_by_fkey
            FOREIGN KEY (seconded_by) REFERENCES officers (id) NOT VALID""",
    *(
        f"ALTER TABLE reference_sets VALIDATE CONSTRAINT reference_sets_{name}"
        for name in (
            "state_check",
            "source_check",
            "basis_check",
            "pairs_check",
            "created_by_check",
            "seconded_by_check",
            "seconded_by_fkey",
        )
    ),
    "UPDATE reference_sets SET approved_at = state_since WHERE state = 'approved'",
    """CREATE UNIQUE INDEX reference_sets_open_key ON reference_sets (offender_id)
        WHERE state IN ('collecting', 'awaiting_second')""",
    "DROP INDEX reference_sets_collecting_key",
)
PHOTOS = (
    """ALTER TABLE reference_photos
        DROP CONSTRAINT reference_photos_state_check,
        ADD CONSTRAINT reference_photos_state_check
            CHECK (state IN ('examining', 'usable', 'poor', 'unusable')) NOT VALID""",
    "ALTER TABLE reference_photos VALIDATE CONSTRAINT reference_photos_state_check",
)
# Whoever writes the row, and with whatever statement: the first set needs a basis, a change of what
# a person is compared with needs two officers. As the owner, because who writes may not see all
# sets of a person.
APPROVAL = (
    """CREATE FUNCTION app_reference_approval() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF NEW.approved_by IS NULL OR NEW.basis IS NULL THEN
            RAISE EXCEPTION 'an enrolment is approved by an officer and on a basis'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'reference_sets_approval';
        END IF;
        IF NEW.seconded_by IS NULL AND EXISTS (
            SELECT FROM reference_sets earlier
            WHERE earlier.offender_id = NEW.offender_id AND earlier.id <> NEW.id
              AND earlier.state IN ('approved', 'replaced')
        ) THEN
            RAISE EXCEPTION 'a change of an enrolment needs a second officer'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'reference_sets_second';
        END IF;
        RETURN NEW;
    END $$""",
    "REVOKE ALL ON FUNCTION app_reference_approval() FROM PUBLIC",
    """CREATE TRIGGER reference_sets_approval_insert BEFORE INSERT ON reference_sets
        FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION app_reference_approval()""",
    """CREATE TRIGGER reference_sets_approval_update
        BEFORE UPDATE OF state, approved_by, basis, seconded_by, offender_id ON reference_sets
        FOR EACH ROW WHEN (NEW.state = 'approved' AND OLD IS DISTINCT FROM NEW)
        EXECUTE FUNCTION app_reference_approval()""",
)
# Who compares the pairs says so on the set, and nothing else.
PAIRS = (
    """CREATE POLICY verifier_update ON reference_sets FOR UPDATE TO checkin_verifier
        USING ((SELECT app_scope()) = 'verifier') WITH CHECK ((SELECT app_scope()) = 'verifier')""",
    "GRANT UPDATE (pairs) ON reference_sets TO checkin_verifier",
)


def upgrade() -> None:
    """Apply."""
    for statement in (*SETS, *PHOTOS, *APPROVAL, *PAIRS):
        op.execute(statement)
