"""The picture of a photo is made when somebody first looks, unless its check-in waits for one.

Who may look may ask for it, also who decides nothing (procurators), so it is the owner's function:
it promises the pictures of one check-in, each once, of people whom the caller sees. They are due
an hour ago, which lets them pass a backlog of check-ins: an officer waits in front of the screen.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PROMISE = """
    CREATE FUNCTION app_promise_pictures(person uuid, report uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        WITH promised AS (
            INSERT INTO work (queue, kind, offender_id, subject_id, added_at, not_before)
            SELECT 'faces', 'render_media', media.offender_id, media.id, now(),
                now() - interval '1 hour'
            FROM media
            WHERE media.offender_id = person AND media.checkin_id = report
                AND media.kind = 'checkin' AND media.state = 'stored'
                AND media.offender_id IN (SELECT app_people_seen())
                AND NOT EXISTS (SELECT FROM media AS picture WHERE picture.original_id = media.id)
                AND NOT EXISTS (
                    SELECT FROM work
                    WHERE work.kind = 'render_media' AND work.subject_id = media.id)
            RETURNING 1)
        SELECT count(*) FROM promised
    $$
"""


def upgrade() -> None:
    """Apply."""
    op.execute(PROMISE)
    op.execute("REVOKE ALL ON FUNCTION app_promise_pictures(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app_promise_pictures(uuid, uuid) TO checkin_web")
