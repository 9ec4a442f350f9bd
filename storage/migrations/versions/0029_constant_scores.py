"""A canary: scores of the last check-ins that never vary, which no camera and no person makes.

The index is made while nothing is added to the table: a second for half a million rows.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Of the 200 newest in which it was measured, among the newest 5,000; figures about nobody.
CONSTANT = """
    CREATE FUNCTION app_constant_scores() RETURNS TABLE (
        score text, measured bigint, constant boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        WITH lately AS (
            SELECT finished_at, face, movement #> '{frames,0}' AS frame
            FROM evidence ORDER BY finished_at DESC LIMIT 5000
        ), scores AS (
            SELECT finished_at, named.score, named.value
            FROM lately, LATERAL (VALUES
                ('sface', face #>> '{scores,sface}'),
                ('dlib', face #>> '{scores,dlib}'),
                ('detection', face ->> 'detection_score'),
                ('sharpness', face #>> '{quality,sharpness}'),
                ('brightness', face #>> '{quality,brightness}'),
                ('movement_yaw', frame ->> 'yaw'),
                ('movement_lift', frame ->> 'lift'),
                ('movement_size', frame ->> 'size'),
                ('movement_eyes', frame ->> 'eyes')
            ) AS named (score, value)
            WHERE named.value IS NOT NULL
        ), numbered AS (
            SELECT score, value,
                row_number() OVER (PARTITION BY score ORDER BY finished_at DESC) AS place
            FROM scores
        )
        SELECT score, count(*), count(DISTINCT value) = 1 AND count(*) = 200
        FROM numbered WHERE place <= 200 GROUP BY score
    $$
"""
STATEMENTS = (
    "CREATE INDEX evidence_finished_idx ON evidence (finished_at)",
    CONSTANT,
    "REVOKE ALL ON FUNCTION app_constant_scores() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app_constant_scores() TO checkin_web, checkin_command",
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)
