"""Hashes that outlive their photos, and which check-in's photo is the twin of an earlier one."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

HASHES = (
    """CREATE TABLE photo_hashes (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        offender_id UUID NOT NULL,
        office_id UUID NOT NULL,
        checkin_id UUID,
        reference_photo_id UUID,
        media_id UUID NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sha256 TEXT NOT NULL,
        frame BYTEA,
        face BYTEA,
        keep_until TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT photo_hashes_pkey PRIMARY KEY (id),
        CONSTRAINT photo_hashes_media_id_key UNIQUE (media_id),
        CONSTRAINT photo_hashes_of_one_check
            CHECK ((checkin_id IS NULL) <> (reference_photo_id IS NULL)),
        CONSTRAINT photo_hashes_offender_id_fkey
            FOREIGN KEY (offender_id) REFERENCES offenders (id),
        CONSTRAINT photo_hashes_office_id_fkey FOREIGN KEY (office_id) REFERENCES offices (id),
        CONSTRAINT photo_hashes_media_id_fkey FOREIGN KEY (media_id) REFERENCES media (id),
        CONSTRAINT photo_hashes_reference_photo_id_fkey
            FOREIGN KEY (reference_photo_id) REFERENCES reference_photos (id),
        CONSTRAINT photo_hashes_checkin_fkey
            FOREIGN KEY (offender_id, checkin_id) REFERENCES checkins (offender_id, id)
    )""",
    "CREATE INDEX photo_hashes_person_idx ON photo_hashes (offender_id, seen_at)",
    "CREATE INDEX photo_hashes_office_idx ON photo_hashes (office_id, seen_at)",
    "CREATE INDEX photo_hashes_keep_until_idx ON photo_hashes (keep_until)",
)
TWINS = (
    """CREATE TABLE replay_twins (
        offender_id UUID NOT NULL,
        checkin_id UUID NOT NULL,
        twin_id UUID,
        kind TEXT NOT NULL,
        bits INTEGER NOT NULL,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT replay_twins_pkey PRIMARY KEY (offender_id, checkin_id),
        CONSTRAINT replay_twins_kind_check CHECK (kind IN (
            'same_bytes', 'same_picture', 'mirrored_picture', 'same_face', 'mirrored_face')),
        CONSTRAINT replay_twins_checkin_fkey
            FOREIGN KEY (offender_id, checkin_id) REFERENCES checkins (offender_id, id),
        CONSTRAINT replay_twins_twin_id_fkey
            FOREIGN KEY (twin_id) REFERENCES photo_hashes (id) ON DELETE SET NULL
    )""",
    "CREATE INDEX replay_twins_twin_id_idx ON replay_twins (twin_id)",
)
# By table: which role may do what, by first letters, in its own scope. Who works with a person
# sees whose twin a photo is only where the twin's person is theirs too: each row has its own.
RIGHTS = {
    "photo_hashes": {"verifier": "SI", "clock": "SD"},
    "replay_twins": {"verifier": "SI", "chores": "S", "clock": "S"},
}
VERBS = {"S": "SELECT", "I": "INSERT", "D": "DELETE"}


def upgrade() -> None:
    """Apply."""
    for statement in (*HASHES, *TWINS):
        op.execute(statement)
    for table, by_scope in RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY web_select ON {table} FOR SELECT TO checkin_web"
            " USING (offender_id IN (SELECT app_people_seen()))"
        )
        op.execute(f"GRANT SELECT ON {table} TO checkin_web")
        for scope, verbs in by_scope.items():
            for verb in verbs:
                _allow(table, scope, VERBS[verb])


def _allow(table: str, scope: str, word: str) -> None:
    role, own = f"checkin_{scope}", f"(SELECT app_scope()) = '{scope}'"
    clause = f"WITH CHECK ({own})" if word == "INSERT" else f"USING ({own})"
    op.execute(f"CREATE POLICY {scope}_{word.lower()} ON {table} FOR {word} TO {role} {clause}")
    op.execute(f"GRANT {word} ON {table} TO {role}")
