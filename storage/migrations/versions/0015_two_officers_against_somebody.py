"""What goes against somebody takes two officers: held by the database too (docs/rules.md 1).

The first net is verifier/verdicts/reviews.py, which works out what the answers come to. This one
shares no code with it: whoever writes `not_confirmed`, or a place that was not accepted, must find
the answers of two officers who each said no, and must be an officer's transaction. A machine's
(verifier, chores, clock) is refused whatever the answers are, and can give none.

An answer is given in the own name only, by who decides about the person, and is never changed.
"""
# ruff: noqa: S608 - no word of these statements comes from outside this file

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
REFUSED = "USING ERRCODE = 'insufficient_privilege'"

DECIDED = f"""
    CREATE FUNCTION app_people_decided() RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE {DEFINER} ROWS 300 AS $$
    BEGIN
        RETURN QUERY SELECT app_people_as('{{officer,head,duty,district}}', '{{}}');
    END $$
"""
# The trigger looks at all answers, also those that the writer's own policies would hide. Two
# earlier answers do not decide an objection: whoever decides it has to have said no, too.
CHECKIN = f"""
    CREATE FUNCTION require_two_officers() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
    DECLARE
        same CONSTANT boolean := TG_OP = 'UPDATE'
            AND (NEW.offender_id, NEW.id) IS NOT DISTINCT FROM (OLD.offender_id, OLD.id);
        against_person bigint;
        against_place bigint;
    BEGIN
        SELECT count(DISTINCT officer_id) FILTER (WHERE identity = 'no'),
               count(DISTINCT officer_id) FILTER (WHERE NOT place_accepted)
        INTO against_person, against_place
        FROM reviews WHERE offender_id = NEW.offender_id AND checkin_id = NEW.id;
        IF NEW.state = 'not_confirmed' AND NOT (same AND OLD.state = 'not_confirmed') AND (
            NOT same OR OLD.state <> 'in_review' OR app_scope() IS DISTINCT FROM 'officer'
            OR against_person < 2
            OR EXISTS (
                SELECT FROM objections objection
                WHERE objection.offender_id = NEW.offender_id AND objection.checkin_id = NEW.id
                  AND NOT EXISTS (SELECT FROM reviews WHERE objection_id = objection.id
                                  AND identity = 'no')))
        THEN
            RAISE EXCEPTION 'not_confirmed takes the answers of two officers' {REFUSED};
        END IF;
        IF NOT NEW.place_accepted AND NOT (same AND NOT coalesce(OLD.place_accepted, true)) AND (
            NOT same OR app_scope() IS DISTINCT FROM 'officer' OR against_place < 2)
        THEN
            RAISE EXCEPTION 'a place not accepted takes the answers of two officers' {REFUSED};
        END IF;
        RETURN NEW;
    END $$
"""
# A window says of its check-in what officers said, and `missed_confirmed` what one of them found.
WINDOW = f"""
    CREATE FUNCTION require_a_finding() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
    BEGIN
        IF NEW.outcome = 'not_confirmed' AND NOT EXISTS (
            SELECT FROM checkins WHERE window_id = NEW.id AND state = 'not_confirmed')
        THEN
            RAISE EXCEPTION 'no check-in of this window was not confirmed' {REFUSED};
        END IF;
        IF NEW.outcome = 'missed_confirmed' AND NOT EXISTS (
            SELECT FROM excusals WHERE window_id = NEW.id AND outcome = 'missed_confirmed')
        THEN
            RAISE EXCEPTION 'no officer found this window missed' {REFUSED};
        END IF;
        RETURN NEW;
    END $$
"""
TRIGGERS = (
    """CREATE TRIGGER checkins_against_somebody BEFORE INSERT OR UPDATE ON checkins
    FOR EACH ROW WHEN (NEW.state = 'not_confirmed' OR NOT NEW.place_accepted)
    EXECUTE FUNCTION require_two_officers()""",
    """CREATE TRIGGER windows_against_somebody BEFORE INSERT OR UPDATE OF outcome, id ON windows
    FOR EACH ROW WHEN (NEW.outcome IN ('not_confirmed', 'missed_confirmed'))
    EXECUTE FUNCTION require_a_finding()""",
    """CREATE TRIGGER reviews_never_change BEFORE UPDATE ON reviews
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)
ME = "officer_id = (SELECT app_account())"
HELD_WINDOW = (
    "EXISTS (SELECT FROM windows w WHERE w.id = window_id"
    " AND w.offender_id IN (SELECT app_people_decided()))"
    " AND decided_by = (SELECT app_account())"
)
IN_THE_OWN_NAME = (
    "DROP POLICY web_insert ON reviews",
    f"""CREATE POLICY web_insert ON reviews FOR INSERT TO checkin_web
        WITH CHECK ({ME} AND offender_id IN (SELECT app_people_decided()))""",
    "DROP POLICY web_insert ON excusals",
    f"CREATE POLICY web_insert ON excusals FOR INSERT TO checkin_web WITH CHECK ({HELD_WINDOW})",
    "DROP POLICY web_update ON excusals",
    f"""CREATE POLICY web_update ON excusals FOR UPDATE TO checkin_web
        USING (EXISTS (SELECT FROM windows w WHERE w.id = window_id
               AND w.offender_id IN (SELECT app_people_decided())))
        WITH CHECK ({HELD_WINDOW})""",
)


def upgrade() -> None:
    """Apply."""
    for statement in (DECIDED, CHECKIN, WINDOW):
        op.execute(statement)
    for function in ("app_people_decided()", "require_two_officers()", "require_a_finding()"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app_people_decided() TO checkin_web")
    for statement in (*TRIGGERS, *IN_THE_OWN_NAME):
        op.execute(statement)
