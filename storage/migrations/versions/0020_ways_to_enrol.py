"""Enrolling from a folder, at a terminal, and from the person's own phone: who may write what.

Both only begin a set, photo by photo; nobody but an officer in the console decides about one.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OWN_SET = "offender_id = (SELECT app_person()) AND source = 'phone'"
OF_OWN_SET = (
    "EXISTS (SELECT FROM reference_sets s WHERE s.id = set_id"
    " AND s.offender_id = (SELECT app_person()) AND s.source = 'phone')"
)
OF_FOLDER = (
    "EXISTS (SELECT FROM reference_sets s WHERE s.id = set_id"
    " AND s.source = 'folder' AND s.state = 'collecting')"
)
COMMAND = "(SELECT app_scope()) = 'command'"

# By role: table, name of the policy, verb, and the rows.
POLICIES = (
    (
        "checkin_web",
        "reference_sets",
        "web_phone_insert",
        "INSERT",
        f"WITH CHECK ({OWN_SET} AND state = 'collecting')",
    ),
    # To lock it; what may be written of it is what was there.
    (
        "checkin_web",
        "reference_sets",
        "web_phone_update",
        "UPDATE",
        f"USING ({OWN_SET}) WITH CHECK ({OWN_SET} AND state = 'collecting')",
    ),
    ("checkin_web", "reference_photos", "web_phone_select", "SELECT", f"USING ({OF_OWN_SET})"),
    (
        "checkin_web",
        "reference_photos",
        "web_phone_insert",
        "INSERT",
        f"WITH CHECK ({OF_OWN_SET} AND state = 'examining')",
    ),
    # Which photos of an own set are held, so that the same ones again are the same ones. By the
    # key: what is just inserted belongs to no photo yet.
    (
        "checkin_web",
        "media",
        "web_phone_select",
        "SELECT",
        "USING (offender_id = (SELECT app_person()) AND kind = 'reference' AND EXISTS ("
        "SELECT FROM reference_sets s WHERE s.offender_id = (SELECT app_person())"
        " AND s.source = 'phone' AND starts_with(object_key, 'references/' || s.id || '/')))",
    ),
    (
        "checkin_web",
        "media",
        "web_phone_insert",
        "INSERT",
        "WITH CHECK (offender_id = (SELECT app_person()) AND kind = 'reference')",
    ),
    ("checkin_command", "reference_sets", "command_select", "SELECT", f"USING ({COMMAND})"),
    (
        "checkin_command",
        "reference_sets",
        "command_insert",
        "INSERT",
        f"WITH CHECK ({COMMAND} AND source = 'folder' AND state = 'collecting')",
    ),
    (
        "checkin_command",
        "reference_sets",
        "command_update",
        "UPDATE",
        f"USING ({COMMAND}) WITH CHECK ({COMMAND} AND state = 'collecting')",
    ),
    ("checkin_command", "reference_photos", "command_select", "SELECT", f"USING ({COMMAND})"),
    (
        "checkin_command",
        "reference_photos",
        "command_insert",
        "INSERT",
        f"WITH CHECK ({COMMAND} AND state = 'examining' AND {OF_FOLDER})",
    ),
    (
        "checkin_command",
        "media",
        "command_insert",
        "INSERT",
        f"WITH CHECK ({COMMAND} AND kind = 'reference')",
    ),
    (
        "checkin_command",
        "work",
        "command_insert",
        "INSERT",
        f"WITH CHECK ({COMMAND} AND kind IN ('embed_reference', 'render_media'))",
    ),
    ("checkin_command", "recusals", "command_select", "SELECT", f"USING ({COMMAND})"),
    ("checkin_command", "named_officers", "command_select", "SELECT", f"USING ({COMMAND})"),
)
GRANTS = (
    "GRANT SELECT, INSERT ON reference_sets, reference_photos TO checkin_command",
    "GRANT UPDATE (id) ON reference_sets TO checkin_command",
    "GRANT INSERT ON media, work TO checkin_command",
    "GRANT SELECT ON recusals, named_officers TO checkin_command",
)

# Which of these hashes are photos of a check-in of this person that nobody has confirmed. Answers
# about hashes that the asker has, for roles that see no check-in (a folder is read by `command`).
DISPUTED = (
    """CREATE FUNCTION app_disputed_photos(person uuid, hashes text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT photo.sha256
        FROM media photo
        JOIN checkins sent ON sent.offender_id = photo.offender_id AND sent.id = photo.checkin_id
        WHERE photo.offender_id = person AND photo.kind = 'checkin'
          AND photo.sha256 = ANY (hashes)
          AND sent.state IN ('received', 'verifying', 'in_review', 'not_confirmed', 'not_decided')
    $$""",
    "REVOKE ALL ON FUNCTION app_disputed_photos(uuid, text[]) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app_disputed_photos(uuid, text[]) TO checkin_web, checkin_command",
)


def upgrade() -> None:
    """Apply."""
    for role, table, name, verb, rows in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {verb} TO {role} {rows}")
    for statement in (*GRANTS, *DISPUTED):
        op.execute(statement)
