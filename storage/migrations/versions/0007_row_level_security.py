"""The second net: what each database role, in each scope, sees and writes of each table.

The first net is the condition on reach that every query of the API carries. This one holds where a
query forgets it. It works reach out by itself, from the postings of today, and shares no code with
checkin_api/access/jurisdiction.py. The owner is bound by none of it: it belongs to no process.

A table that is not named here stays without policies; tests/storage/test_row_level_security.py is
red until it is, or is listed there as about nobody.
"""
# ruff: noqa: S608 - no word of these statements comes from outside this file

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
ROLES = ("checkin_web", "checkin_command", "checkin_verifier", "checkin_chores", "checkin_clock")

# Who asks. A setting that was made in an earlier transaction of the connection reads as ''.
WHO_ASKS = (
    """
    CREATE FUNCTION app_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.scope', true), '')
    """,
    """
    CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE app_scope() WHEN 'offender'
           THEN nullif(current_setting('app.subject', true), '')::uuid END
    """,
    """
    CREATE FUNCTION app_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE app_scope() WHEN 'officer'
           THEN nullif(current_setting('app.subject', true), '')::uuid END
    """,
    """
    CREATE FUNCTION app_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN app_scope() || coalesce(':' || nullif(current_setting('app.subject', true), ''), '')
    """,
    """
    CREATE FUNCTION app_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (now() AT TIME ZONE 'Asia/Shanghai')::date
    """,
)

# Reach. These run as the owner, who is bound by no policy: they may not ask the policies that ask
# them. Each is called as a scalar or IN subquery, once a statement and not once a row.
AS_OWNER = "STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
DEFINER = f"LANGUAGE sql {AS_OWNER}"
# Every statement asks for reach, some several times: the plan is kept by the connection.
# As functions of SQL that call each other these took 2.5 ms a call, as these 0.1 ms.
KEPT_PLAN = f"LANGUAGE plpgsql {AS_OWNER}"
REACH = (
    f"""
    CREATE FUNCTION app_posts() RETURNS TABLE (role text, office_id uuid, district_id uuid)
    {KEPT_PLAN} ROWS 2 AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT post.role, post.office_id, post.district_id
        FROM postings post JOIN officers account ON account.id = post.officer_id
        WHERE post.officer_id = app_account() AND account.disabled_at IS NULL
          AND post.confirmed_at IS NOT NULL AND post.ended_at IS NULL
          AND post.starts_on <= app_today()
          AND (post.ends_on IS NULL OR post.ends_on >= app_today());
    END $$
    """,
    f"""
    CREATE FUNCTION app_has_role(wanted text) RETURNS boolean {KEPT_PLAN} AS $$
    BEGIN
        RETURN EXISTS (SELECT FROM app_posts() post WHERE post.role = wanted);
    END $$
    """,
    f"""
    CREATE FUNCTION app_districts_as(wanted text[]) RETURNS SETOF uuid {DEFINER} ROWS 1 AS $$
        SELECT post.district_id FROM app_posts() post
        WHERE post.district_id IS NOT NULL AND post.role = ANY (wanted)
    $$
    """,
    f"""
    CREATE FUNCTION app_offices_as(wanted text[]) RETURNS SETOF uuid {DEFINER} ROWS 20 AS $$
        SELECT post.office_id FROM app_posts() post
        WHERE post.office_id IS NOT NULL AND post.role = ANY (wanted)
        UNION ALL
        SELECT office.id FROM app_posts() post JOIN offices office USING (district_id)
        WHERE post.role = ANY (wanted)
    $$
    """,
    # Cases of people under 18 are for the officers who are named for them (社区矫正法 52, 54) and for
    # roles that see every age; no case is for who is recused from it (回避).
    f"""
    CREATE FUNCTION app_people_as(wanted text[], of_every_age text[]) RETURNS SETOF uuid
    {KEPT_PLAN} ROWS 300 AS $$
    DECLARE
        me CONSTANT uuid := app_account();
        today CONSTANT date := app_today();
    BEGIN
        RETURN QUERY
        SELECT person.id
        FROM postings post
        JOIN officers account ON account.id = post.officer_id
        JOIN offices office ON office.id = post.office_id OR office.district_id = post.district_id
        JOIN offenders person ON person.office_id = office.id
        WHERE post.officer_id = me AND post.role = ANY (wanted) AND account.disabled_at IS NULL
          AND post.confirmed_at IS NOT NULL AND post.ended_at IS NULL
          AND post.starts_on <= today AND (post.ends_on IS NULL OR post.ends_on >= today)
          AND (person.adult_on IS NULL OR person.adult_on <= today
               OR post.role = ANY (of_every_age)
               OR EXISTS (SELECT FROM named_officers named
                          WHERE named.offender_id = person.id
                            AND named.officer_id = me AND named.ended_at IS NULL))
          AND NOT EXISTS (SELECT FROM recusals recusal
                          WHERE recusal.offender_id = person.id
                            AND recusal.officer_id = me AND recusal.ended_at IS NULL);
    END $$
    """,
    f"""
    CREATE FUNCTION app_people_opened() RETURNS SETOF uuid {KEPT_PLAN} ROWS 5 AS $$
    DECLARE
        me CONSTANT uuid := app_account();
    BEGIN
        RETURN QUERY
        SELECT opening.offender_id
        FROM case_openings opening JOIN offenders person ON person.id = opening.offender_id
        WHERE opening.officer_id = me AND opening.expires_at > now() AND app_has_role('city')
          AND (person.adult_on IS NULL OR person.adult_on <= app_today()
               OR EXISTS (SELECT FROM named_officers named
                          WHERE named.offender_id = person.id
                            AND named.officer_id = me AND named.ended_at IS NULL))
          AND NOT EXISTS (SELECT FROM recusals recusal
                          WHERE recusal.offender_id = person.id
                            AND recusal.officer_id = me AND recusal.ended_at IS NULL);
    END $$
    """,
    f"""
    CREATE FUNCTION app_people_worked_with() RETURNS SETOF uuid {KEPT_PLAN} ROWS 300 AS $$
    BEGIN
        RETURN QUERY
        SELECT app_people_as('{{social_worker,officer,head,duty,district}}', '{{}}');
    END $$
    """,
    f"""
    CREATE FUNCTION app_people_seen() RETURNS SETOF uuid {KEPT_PLAN} ROWS 300 AS $$
    BEGIN
        RETURN QUERY
        SELECT app_people_as('{{social_worker,officer,head,duty,district,procurator}}',
                             '{{procurator}}');
        RETURN QUERY SELECT app_people_opened();
    END $$
    """,
    # Somebody has to name the first officer of a person under 18.
    f"""
    CREATE FUNCTION app_people_led() RETURNS SETOF uuid {KEPT_PLAN} ROWS 300 AS $$
    BEGIN
        RETURN QUERY
        SELECT app_people_as('{{head,district}}', '{{head,district}}');
    END $$
    """,
    f"""
    CREATE FUNCTION app_people_inspected() RETURNS SETOF uuid {DEFINER} ROWS 300 AS $$
        SELECT app_people_as('{{procurator}}', '{{procurator}}')
    $$
    """,
    f"""
    CREATE FUNCTION app_people_audited() RETURNS SETOF uuid {DEFINER} ROWS 300 AS $$
        SELECT app_people_as('{{district,procurator}}', '{{procurator}}')
    $$
    """,
    # The own districts: those of every post, an office's too.
    f"""
    CREATE FUNCTION app_districts_around() RETURNS SETOF uuid {DEFINER} ROWS 1 AS $$
        SELECT coalesce(post.district_id, office.district_id)
        FROM app_posts() post LEFT JOIN offices office ON office.id = post.office_id
        WHERE coalesce(post.district_id, office.district_id) IS NOT NULL
    $$
    """,
    f"""
    CREATE FUNCTION app_offices_around() RETURNS SETOF uuid {DEFINER} ROWS 30 AS $$
        SELECT office.id FROM offices office
        WHERE office.district_id IN (SELECT app_districts_around())
    $$
    """,
    f"""
    CREATE FUNCTION app_people_recused() RETURNS SETOF uuid {DEFINER} ROWS 5 AS $$
        SELECT recusal.offender_id FROM recusals recusal
        WHERE recusal.officer_id = app_account() AND recusal.ended_at IS NULL
    $$
    """,
    f"""
    CREATE FUNCTION app_staff_as(wanted text[]) RETURNS SETOF uuid {DEFINER} ROWS 50 AS $$
        SELECT post.officer_id FROM postings post
        WHERE post.ended_at IS NULL AND (post.office_id IN (SELECT app_offices_as(wanted))
                                         OR post.district_id IN (SELECT app_districts_as(wanted)))
    $$
    """,
    # What somebody did stays on record here when the posting has ended.
    f"""
    CREATE FUNCTION app_audited_staff(wanted text[]) RETURNS SETOF uuid {DEFINER} ROWS 50 AS $$
        SELECT post.officer_id FROM postings post
        WHERE post.office_id IN (SELECT app_offices_as(wanted))
           OR post.district_id IN (SELECT app_districts_as(wanted))
    $$
    """,
)
# The one thing that the door learns of a person: that somebody has this number. It answers one
# whole number with one id, and nobody gets a list from it.
AT_THE_DOOR = f"""
    CREATE FUNCTION app_person_by_number(wanted text) RETURNS uuid {DEFINER} AS $$
        SELECT person.id FROM offenders person
        WHERE person.number = wanted AND app_scope() = 'door'
    $$
"""
# A lost phone is stopped by any officer of its district, who sees no people of other offices: told
# the whole number, they may move the keys of that one person, of whatever age, until the
# transaction ends. Without a number nobody gets a list from this either.
LOST_PHONES = (
    f"""
    CREATE FUNCTION app_phone_holder(wanted text) RETURNS TABLE (offender_id uuid, office_id uuid)
    {DEFINER.replace(" STABLE PARALLEL SAFE", "")} ROWS 1 AS $$
        SELECT set_config('app.phone_of', person.id::text, true)::uuid, person.office_id
        FROM offenders person JOIN offices office ON office.id = person.office_id
        WHERE person.number = wanted AND office.district_id IN (
            SELECT coalesce(post.district_id, own.district_id)
            FROM app_posts() post LEFT JOIN offices own ON own.id = post.office_id
            WHERE post.role = ANY ('{{officer,head,duty,district}}'))
          AND person.id NOT IN (SELECT app_people_recused())
    $$
    """,
    """
    CREATE FUNCTION app_phone_of() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE app_scope() WHEN 'officer'
           THEN nullif(current_setting('app.phone_of', true), '')::uuid END
    """,
)
FOR_POLICIES = (
    "app_has_role(text)",
    "app_districts_as(text[])",
    "app_offices_as(text[])",
    "app_people_worked_with()",
    "app_people_seen()",
    "app_people_led()",
    "app_people_inspected()",
    "app_people_audited()",
    "app_districts_around()",
    "app_offices_around()",
    "app_people_recused()",
    "app_staff_as(text[])",
    "app_audited_staff(text[])",
    "app_person_by_number(text)",
    "app_phone_holder(text)",
)
NOBODYS_BUSINESS = ("app_posts()", "app_people_as(text[], text[])", "app_people_opened()")

DOOR = "(SELECT app_scope()) = 'door'"
SIGNED_IN = "(SELECT app_scope()) IN ('offender', 'officer')"
ANYBODY = "(SELECT app_scope()) IN ('door', 'offender', 'officer')"
STAFF = "(SELECT app_account()) IS NOT NULL"
ADMINISTRATOR = "(SELECT app_has_role('administrator'))"
CITY = "(SELECT app_has_role('city'))"
EDITOR = "(SELECT app_has_role('editor'))"
ME = "officer_id = (SELECT app_account())"
LEADS = "'{head,district}'"
ENDED = "ended_at IS NOT NULL"
NOT_MINE = "officer_id <> (SELECT app_account())"


@dataclass(frozen=True)
class Case:
    """Rows of one person each: what the person and who works with them may do, by first letters."""

    table: str
    own: str
    worked: str = ""
    column: str = "offender_id"


CASES = (
    Case("offenders", "S", "U", "id"),
    Case("checkins", "SIU", "IU"),
    Case("completions", "SIU"),
    Case("devices", "S", "IU"),
    Case("evidence", ""),
    Case("fences", "", "IU"),
    Case("flags", "", "IU"),
    Case("item_entries", "SIU", "IU"),
    Case("items", "SIU", "IU"),
    Case("media", "SI", "IU"),
    Case("notices", "SIU", "I"),
    Case("objections", "SI", "U"),
    Case("person_notes", "", "I"),
    Case("receipts", "SI"),
    Case("reference_sets", "S", "IU"),
    Case("reporting_plans", "S", "IU"),
    Case("reviews", "S", "I"),
    Case("supervision_pauses", "S", "IU"),
    Case("supervision_periods", "S", "IU"),
    Case("windows", "SU", "IU"),
    Case("work", "SI", "I"),
)


@dataclass(frozen=True)
class Rows:
    """One more reason to see or write rows: verbs by first letters, and the condition."""

    table: str
    verbs: str
    condition: str
    check: str = "true"  # what else holds for a row that is written


@dataclass(frozen=True)
class Reason:
    """A condition, and what else holds for a row that is written."""

    condition: str
    check: str = "true"


OF_WINDOW = "EXISTS (SELECT FROM windows w WHERE w.id = window_id)"
OF_DEVICE = "EXISTS (SELECT FROM devices d WHERE d.id = device_id)"
OF_SET = "EXISTS (SELECT FROM reference_sets s WHERE s.id = set_id)"
HELD_WINDOW = (
    "EXISTS (SELECT FROM windows w WHERE w.id = window_id"
    " AND w.offender_id IN (SELECT app_people_worked_with()))"
)
HELD_SET = (
    "EXISTS (SELECT FROM reference_sets s WHERE s.id = set_id"
    " AND s.offender_id IN (SELECT app_people_worked_with()))"
)
OF_LED_OFFICES = (
    f"(from_office_id IN (SELECT app_offices_as({LEADS}))"
    f" OR to_office_id IN (SELECT app_offices_as({LEADS})))"
    " AND offender_id NOT IN (SELECT app_people_recused())"
)
LED = "offender_id IN (SELECT app_people_led())"
MY_STAFF = f"IN (SELECT app_staff_as({LEADS}))"
# What is done to a person is for the district's supervisor and the procurator, what a procurator
# looks at for procurators only. A row of no person goes with the account that it names.
AUDITED = (
    "offender_id IN (SELECT app_people_audited())"
    " AND (NOT inspection OR offender_id IN (SELECT app_people_inspected()))"
)
AUDITED_STAFF = (
    "offender_id IS NULL AND ("
    "NOT inspection AND (subject IN (SELECT app_audited_staff('{district,procurator}')::text)"
    " OR actor IN (SELECT 'officer:' || app_audited_staff('{district,procurator}')))"
    " OR subject IN (SELECT app_audited_staff('{procurator}')::text)"
    " OR actor IN (SELECT 'officer:' || app_audited_staff('{procurator}')))"
)
REST = (
    # At the door: signing in, activating, refreshing. No person, no check-in, no photo.
    Rows("districts", "S", ANYBODY),
    Rows("offices", "S", ANYBODY),
    Rows("rules", "S", ANYBODY),
    Rows("outages", "S", SIGNED_IN),
    Rows("officers", "SU", DOOR),
    Rows("sign_ins", "SIU", DOOR),
    Rows("postings", "S", DOOR),
    Rows("devices", "SIU", DOOR),
    Rows(
        "devices",
        "SU",
        "state IN ('active', 'lost') AND offender_id = (SELECT app_phone_of())",
    ),
    Rows("attestations", "SI", DOOR),
    Rows("activation_codes", "SU", DOOR),
    Rows("second_factors", "SIU", DOOR),
    Rows("recovery_codes", "SIU", DOOR),
    Rows("activation_codes", "SIU", "offender_id IN (SELECT app_people_worked_with())"),
    # Places and accounts.
    Rows("districts", "IU", ADMINISTRATOR),
    Rows("offices", "IU", ADMINISTRATOR),
    Rows("officers", "S", STAFF),  # names are on reviews and orders, also from other offices
    Rows("officers", "U", f"id = (SELECT app_account()) OR id {MY_STAFF}"),
    Rows("officers", "IU", ADMINISTRATOR),
    Rows("sign_ins", "SU", f"{ME} OR officer_id {MY_STAFF} OR {ADMINISTRATOR}"),
    Rows("second_factors", "SIU", ME),
    Rows("recovery_codes", "SIU", ME),
    Rows("second_factors", "SU", f"officer_id {MY_STAFF} OR {ADMINISTRATOR}"),
    Rows("recovery_codes", "SU", f"officer_id {MY_STAFF} OR {ADMINISTRATOR}"),
    Rows("account_resets", "S", ME),
    Rows("account_resets", "SIU", f"officer_id {MY_STAFF} OR {ADMINISTRATOR}", NOT_MINE),
    # Who works in the own district is known there; who confirms whom stands in postings/.
    Rows(
        "postings",
        "S",
        f"{ME} OR office_id IN (SELECT app_offices_around())"
        f" OR district_id IN (SELECT app_districts_around()) OR {CITY} OR {ADMINISTRATOR}",
    ),
    Rows(
        "postings",
        "IU",
        f"office_id IN (SELECT app_offices_as({LEADS}))"
        f" OR district_id IN (SELECT app_districts_as({LEADS})) OR {CITY} OR {ADMINISTRATOR}",
        "confirmed_by IS DISTINCT FROM 'officer:' || officer_id",  # nobody their own
    ),
    # Whose last posting ends loses the covers elsewhere that rest on it: they are ended, no more.
    Rows("postings", "U", f"covers_id IS NOT NULL AND officer_id {MY_STAFF}", ENDED),
    # Who may see whom.
    Rows("offenders", "S", "id IN (SELECT app_people_led())"),
    Rows("recusals", "S", f"{ME} OR offender_id IN (SELECT app_people_seen()) OR {LED}"),
    Rows("recusals", "I", f"{ME} AND offender_id IN (SELECT app_people_worked_with()) OR {LED}"),
    Rows("recusals", "U", LED),
    Rows("named_officers", "S", f"{ME} OR offender_id IN (SELECT app_people_seen()) OR {LED}"),
    Rows("named_officers", "IU", LED),
    Rows("case_openings", "S", ME),
    Rows("case_openings", "I", f"{ME} AND {CITY}"),
    # Rows of a person by way of another row.
    Rows("excusals", "S", OF_WINDOW),
    Rows("excusals", "IU", HELD_WINDOW),
    Rows("reference_photos", "S", f"{STAFF} AND {OF_SET}"),
    Rows("reference_photos", "IU", HELD_SET),
    Rows("attestations", "S", f"{STAFF} AND {OF_DEVICE}"),
    # Who gives a person away sees the row, and who is to take them over before they see them.
    Rows(
        "transfers",
        "S",
        f"offender_id IN (SELECT app_people_seen()) OR {OF_LED_OFFICES}",
    ),
    Rows("transfers", "I", "offender_id IN (SELECT app_people_worked_with())"),
    Rows("transfers", "U", OF_LED_OFFICES),
    # The study library.
    Rows("study_modules", "S", SIGNED_IN),
    Rows("study_files", "S", SIGNED_IN),
    Rows("study_versions", "S", f"{STAFF} OR published_at IS NOT NULL AND {SIGNED_IN}"),
    Rows("study_modules", "IU", EDITOR),
    Rows("study_files", "IU", EDITOR),
    Rows("study_versions", "IU", EDITOR),
    Rows("media", "S", f"kind = 'study' AND {SIGNED_IN}"),
    Rows("media", "I", f"kind = 'study' AND {EDITOR}"),
    # Oversight.
    Rows(
        "inspection_opinions",
        "S",
        "(district_id IN (SELECT app_districts_as('{district,procurator}'))"
        " OR office_id IN (SELECT app_offices_as('{head}')))"
        " AND (offender_id IS NULL OR offender_id IN (SELECT app_people_seen())"
        " OR offender_id IN (SELECT app_people_led()))",
    ),
    Rows(
        "inspection_opinions",
        "I",
        f"{ME} AND district_id IN (SELECT app_districts_as('{{procurator}}'))",
    ),
    Rows("photo_looks", "SID", ME),
    Rows("photo_looks", "S", f"officer_id {MY_STAFF}"),
    Rows("audit_entries", "S", f"{AUDITED} OR {AUDITED_STAFF}"),
    Rows(
        "audit_entries",
        "I",
        f"actor = (SELECT app_actor()) AND {ANYBODY}"
        " AND (NOT inspection OR (SELECT app_has_role('procurator')))",
    ),
)

# An administrator at a terminal: places, accounts, the register of people, rules, and what the
# doctor compares. No check-in, no review, no vector: no case.
COMMAND = {
    "audit_entries": "I",
    "districts": "SIU",
    "fences": "SIU",
    "media": "S",
    "offenders": "SIU",
    "officers": "SIU",
    "offices": "SIU",
    "postings": "SIU",
    "reporting_plans": "SIU",
    "rules": "SI",
    "second_factors": "SIU",
    "sign_ins": "SIU",
    "supervision_pauses": "S",
    "supervision_periods": "SIU",
    "work": "S",
}
JUDGING = {
    "audit_entries": "I",
    "checkins": "SU",
    "devices": "S",
    "evidence": "S",
    "excusals": "S",
    "fences": "S",
    "flags": "SIU",
    "item_entries": "SIU",
    "items": "SIU",
    "media": "S",
    "notices": "SI",
    "objections": "S",
    "offenders": "S",
    "offices": "S",
    "outages": "S",
    "receipts": "S",
    "reference_sets": "S",
    "reviews": "S",
    "rules": "S",
    "supervision_pauses": "S",
    "supervision_periods": "S",
    "windows": "SU",
    "work": "SIU",
}
MACHINES = {
    "command": COMMAND,
    "verifier": JUDGING
    | {"evidence": "SI", "media": "SI", "reference_photos": "SU", "reference_vectors": "SI"},
    "chores": JUDGING,
    "clock": JUDGING
    | {"outages": "SIU", "reference_photos": "S", "reporting_plans": "S", "windows": "SIU"},
}
# About no person: a process's name and when it was last alive. (So are proofs that were seen,
# migration 0004: hashes without an owner.)
OPEN_TO_ALL = {"heartbeats": "SIU"}

# A person's row is changed by moving it (take_transfer) and by commands. The web locks it, and no
# more of it than this can be written by mistake: not whose person it is, nor from when an adult.
COLUMNS = {"offenders": "id, face_exempt_from, face_exempt_to, face_exempt_reason"}

NO_CHANGE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$
"""
AUDIT_ONLY_GROWS = """
    CREATE TRIGGER audit_entries_only_grow BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Apply."""
    _make_functions()
    op.execute("GRANT USAGE ON SCHEMA public TO checkin_command")
    web = _web()
    tables = sorted({*web, *(table for rights in MACHINES.values() for table in rights)})
    for table in (*tables, *OPEN_TO_ALL):
        op.execute(f"REVOKE ALL ON {table} FROM {', '.join(ROLES)}")
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table, by_verb in web.items():
        for verb, conditions in by_verb.items():
            _allow("checkin_web", table, verb, conditions)
    for table, columns in COLUMNS.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM checkin_web")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO checkin_web")
    for scope, rights in MACHINES.items():
        _allow_machine(scope, rights)
    for table, verbs in OPEN_TO_ALL.items():
        op.execute(f"GRANT {_words(verbs)} ON {table} TO {', '.join(ROLES)}")
    op.execute(NO_CHANGE)
    op.execute(AUDIT_ONLY_GROWS)


def _make_functions() -> None:
    for statement in (*WHO_ASKS, *REACH, AT_THE_DOOR, *LOST_PHONES):
        op.execute(statement)
    for function in (*FOR_POLICIES, *NOBODYS_BUSINESS):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(FOR_POLICIES)} TO checkin_web")


def _allow_machine(scope: str, rights: Mapping[str, str]) -> None:
    """Let a process of its own database role work on whole tables, in its own scope only."""
    own_scope = [Reason(f"(SELECT app_scope()) = '{scope}'")]
    for table, verbs in rights.items():
        for verb in verbs:
            _allow(f"checkin_{scope}", table, verb, own_scope)


def _web() -> dict[str, dict[str, list[Reason]]]:
    """Gather why rows may be seen or written in the scopes of the web, by table and verb."""
    found: dict[str, dict[str, list[Reason]]] = {}
    for rows in (*_of_people(), *REST):
        for verb in rows.verbs:
            reasons = found.setdefault(rows.table, {}).setdefault(verb, [])
            reasons.append(Reason(rows.condition, rows.check))
    return found


def _of_people() -> Iterator[Rows]:
    for case in CASES:
        own = f"{case.column} = (SELECT app_person())"
        if case.table == "media":  # the enrolled photos of a person are for officers
            own = f"{own} AND kind = 'checkin'"
        yield Rows(case.table, case.own, own)
        yield Rows(case.table, "S", f"{case.column} IN (SELECT app_people_seen())")
        yield Rows(case.table, case.worked, f"{case.column} IN (SELECT app_people_worked_with())")


def _allow(role: str, table: str, verb: str, reasons: Sequence[Reason]) -> None:
    """Grant one verb on one table to one role, on the rows of any of the conditions."""
    word = VERBS[verb]
    using = " OR ".join(f"({one.condition})" for one in reasons)
    check = " OR ".join(
        f"({one.condition}) AND ({one.check})" if one.check != "true" else f"({one.condition})"
        for one in reasons
    )
    rows = {
        "S": f"USING ({using})",
        "I": f"WITH CHECK ({check})",
        "U": f"USING ({using}) WITH CHECK ({check})",
        "D": f"USING ({using})",
    }
    name = f"{role.removeprefix('checkin_')}_{word.lower()}"
    op.execute(f"CREATE POLICY {name} ON {table} FOR {word} TO {role} {rows[verb]}")
    op.execute(f"GRANT {word} ON {table} TO {role}")


def _words(verbs: str) -> str:
    return ", ".join(VERBS[verb] for verb in verbs)
