"""What people have sent before: check-ins, their photos and the hashes that photos are found by.

Copies of one check-in each, whose photo exists once; the hashes are drawn, so that none is near.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from tests.benchmarks.system import System
from tests.servers import as_owner

OWN, OF_OFFICE = 400, 500  # what replays are looked for in: a year's, and 17 people's last 30 days
OWN_APART_H, OFFICE_APART_H = 24, 1

_WANTED = """
    CREATE TEMP TABLE earlier AS
    SELECT c.offender_id, c.id AS copied, m.id AS copied_media,
        gen_random_uuid() AS id, gen_random_uuid() AS media_id,
        c.received_at - n * make_interval(hours => :apart) AS at
    FROM checkins c JOIN media m ON m.offender_id = c.offender_id AND m.checkin_id = c.id,
        generate_series(1, :count) AS n
    WHERE c.offender_id = ANY(:people) AND m.kind = 'checkin'
"""
_COPIES = (
    """INSERT INTO checkins SELECT (jsonb_populate_record(c, jsonb_build_object(
            'id', e.id, 'window_id', NULL, 'received_at', e.at, 'captured_at', e.at,
            'proven_at', e.at, 'claimed_at', e.at, 'state_since', e.at))).*
        FROM earlier e JOIN checkins c ON c.offender_id = e.offender_id AND c.id = e.copied""",
    """INSERT INTO media SELECT (jsonb_populate_record(m, jsonb_build_object(
            'id', e.media_id, 'checkin_id', e.id, 'object_key', e.media_id))).*
        FROM earlier e JOIN media m ON m.id = e.copied_media""",
    """INSERT INTO photo_hashes
            (id, offender_id, office_id, checkin_id, media_id, seen_at, sha256,
             frame, face, keep_until)
        SELECT gen_random_uuid(), e.offender_id, o.office_id, e.id, e.media_id, e.at,
            encode(sha256(e.id::text::bytea), 'hex'), sha256(e.media_id::text::bytea),
            substring(sha256((e.id::text || 'face')::bytea) FOR 18), e.at + INTERVAL '400 days'
        FROM earlier e JOIN offenders o ON o.id = e.offender_id""",
    "DROP TABLE earlier",
)
_FORGET = (
    "DELETE FROM replay_twins WHERE checkin_id = ANY(:checkins)",
    "DELETE FROM photo_hashes WHERE checkin_id = ANY(:checkins)",
)


def lay_histories(system: System, people: Sequence[UUID], neighbours: Sequence[UUID]) -> None:
    """Give people a year of check-ins, and their offices a month of everybody else's."""
    with as_owner(system.stack) as engine, engine.begin() as connection:
        for whose, count, apart in (
            (people, OWN, OWN_APART_H),
            (neighbours, OF_OFFICE, OFFICE_APART_H),
        ):
            words = {"people": list(whose), "count": count, "apart": apart}
            connection.execute(text(_WANTED), words)
            for statement in _COPIES:
                connection.execute(text(statement))
    with as_owner(system.stack) as engine, engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def forget(system: System, checkins: Sequence[UUID]) -> None:
    """Let photos be new again: the next backlog sends the same ones."""
    with as_owner(system.stack) as engine, engine.begin() as connection:
        for statement in _FORGET:
            connection.execute(text(statement), {"checkins": list(checkins)})
