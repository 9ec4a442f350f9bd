"""Limits of comparing faces as named rows, and the two people who put a set in force.

A set is laid in once, by a command, and never changed. It comes into force when somebody asks for
it and somebody else confirms, from then on and never backwards. The rule `threshold_set` says so
for the machines; it is written by the confirmation only, which a trigger looks for.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE threshold_sets (
        name TEXT NOT NULL,
        limits JSONB NOT NULL,
        measured JSONB NOT NULL,
        laid_by TEXT NOT NULL,
        laid_at TIMESTAMP WITH TIME ZONE NOT NULL,
        reason TEXT NOT NULL,
        CONSTRAINT threshold_sets_pkey PRIMARY KEY (name),
        CONSTRAINT threshold_sets_name_check CHECK (name ~ '^[a-z0-9][a-z0-9.-]{2,62}$'),
        CONSTRAINT threshold_sets_reason_check CHECK (length(reason) > 0)
    )""",
    """CREATE TABLE threshold_activations (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        set_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        asked_by UUID NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        confirmed_by UUID,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        declined_by UUID,
        declined_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT threshold_activations_pkey PRIMARY KEY (id),
        CONSTRAINT threshold_activations_reason_check CHECK (length(reason) > 0),
        CONSTRAINT threshold_activations_confirmed_check
            CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
        CONSTRAINT threshold_activations_two_people_check CHECK (confirmed_by <> asked_by),
        CONSTRAINT threshold_activations_declined_check
            CHECK ((declined_at IS NULL) = (declined_by IS NULL)),
        CONSTRAINT threshold_activations_one_answer_check
            CHECK (confirmed_at IS NULL OR declined_at IS NULL),
        CONSTRAINT threshold_activations_set_name_fkey
            FOREIGN KEY (set_name) REFERENCES threshold_sets (name),
        CONSTRAINT threshold_activations_asked_by_fkey
            FOREIGN KEY (asked_by) REFERENCES officers (id),
        CONSTRAINT threshold_activations_confirmed_by_fkey
            FOREIGN KEY (confirmed_by) REFERENCES officers (id),
        CONSTRAINT threshold_activations_declined_by_fkey
            FOREIGN KEY (declined_by) REFERENCES officers (id)
    )""",
    """CREATE UNIQUE INDEX threshold_activations_open_key ON threshold_activations (set_name)
        WHERE confirmed_at IS NULL AND declined_at IS NULL""",
)
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
REFUSED = "USING ERRCODE = 'insufficient_privilege'"
# Asked as one person and answered as another: a row that arrives confirmed has had no second.
ANSWERED_ONCE = f"""
    CREATE FUNCTION answer_activation_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' AND (NEW.confirmed_at IS NOT NULL OR NEW.declined_at IS NOT NULL)
            OR TG_OP = 'UPDATE' AND (
                OLD.confirmed_at IS NOT NULL OR OLD.declined_at IS NOT NULL
                OR (NEW.id, NEW.set_name, NEW.reason, NEW.asked_by, NEW.asked_at)
                   IS DISTINCT FROM (OLD.id, OLD.set_name, OLD.reason, OLD.asked_by, OLD.asked_at)
                OR NEW.confirmed_at < now() - interval '1 minute')
        THEN
            RAISE EXCEPTION 'a threshold set is asked for, then answered once' {REFUSED};
        END IF;
        RETURN NEW;
    END $$
"""
RULE = f"""
    CREATE FUNCTION require_activation() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
    BEGIN
        IF NEW.district_id IS NOT NULL OR NOT EXISTS (
            SELECT FROM threshold_activations WHERE set_name = NEW.value #>> '{{}}'
            AND confirmed_at = NEW.valid_from AND confirmed_by <> asked_by)
        THEN
            RAISE EXCEPTION 'a threshold set takes two people' {REFUSED};
        END IF;
        RETURN NEW;
    END $$
"""
TRIGGERS = (
    """CREATE TRIGGER threshold_sets_never_change BEFORE UPDATE OR DELETE ON threshold_sets
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER threshold_activations_once BEFORE INSERT OR UPDATE ON threshold_activations
    FOR EACH ROW EXECUTE FUNCTION answer_activation_once()""",
    """CREATE TRIGGER rules_threshold_set BEFORE INSERT ON rules
    FOR EACH ROW WHEN (NEW.name = 'threshold_set') EXECUTE FUNCTION require_activation()""",
)
ME = "(SELECT app_account())"
DECIDES = "((SELECT app_has_role('city')) OR (SELECT app_has_role('administrator')))"
MACHINES = ("verifier", "command")
RIGHTS = (
    f"""CREATE POLICY web_select ON threshold_sets FOR SELECT TO checkin_web USING ({DECIDES})""",
    "GRANT SELECT ON threshold_sets TO checkin_web",
    *(
        f"""CREATE POLICY {one}_select ON threshold_sets FOR SELECT TO checkin_{one}
        USING ((SELECT app_scope()) = '{one}')"""
        for one in MACHINES
    ),
    *(f"GRANT SELECT ON threshold_sets TO checkin_{one}" for one in MACHINES),
    """CREATE POLICY command_insert ON threshold_sets FOR INSERT TO checkin_command
        WITH CHECK ((SELECT app_scope()) = 'command' AND laid_by = (SELECT app_actor()))""",
    "GRANT INSERT ON threshold_sets TO checkin_command",
    f"""CREATE POLICY web_select ON threshold_activations FOR SELECT TO checkin_web
        USING ({DECIDES})""",
    f"""CREATE POLICY web_insert ON threshold_activations FOR INSERT TO checkin_web
        WITH CHECK ({DECIDES} AND asked_by = {ME})""",
    f"""CREATE POLICY web_update ON threshold_activations FOR UPDATE TO checkin_web
        USING ({DECIDES}) WITH CHECK ({DECIDES} AND coalesce(confirmed_by, declined_by) = {ME})""",
    "GRANT SELECT, INSERT, UPDATE ON threshold_activations TO checkin_web",
    # Beside the rules that a command sets: this one, in the own name, by who confirmed.
    f"""CREATE POLICY web_insert ON rules FOR INSERT TO checkin_web
        WITH CHECK ({DECIDES} AND name = 'threshold_set' AND set_by = (SELECT app_actor()))""",
    "GRANT INSERT ON rules TO checkin_web",
)


def upgrade() -> None:
    """Apply."""
    for statement in TABLES:
        op.execute(statement)
    for table in ("threshold_sets", "threshold_activations"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for statement in (ANSWERED_ONCE, RULE):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION require_activation() FROM PUBLIC")
    for statement in (*TRIGGERS, *RIGHTS):
        op.execute(statement)
