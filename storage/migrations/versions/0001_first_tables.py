"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_entries_pkey")),
    )
    op.create_index(
        "audit_entries_offender_idx", "audit_entries", ["offender_id", "at"], unique=False
    )
    op.create_table(
        "districts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("districts_pkey")),
        sa.UniqueConstraint("code", name=op.f("districts_code_key")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reach", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("heartbeats_pkey")),
    )
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("outages_order_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("outages_pkey")),
    )
    op.create_table(
        "study_modules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "theme IN ('legal_knowledge', 'admission_of_guilt', 'mental_health', 'moral_character', 'drugs_and_cults', 'status_awareness', 'policy_and_prospects', 'rules_and_norms')",
            name=op.f("study_modules_theme_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("study_modules_pkey")),
        sa.UniqueConstraint("slug", name=op.f("study_modules_slug_key")),
    )
    op.create_table(
        "work",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("examining", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('verify_checkin', 'embed_reference', 'render_media', 'reconsider_checkin')",
            name=op.f("work_kind_check"),
        ),
        sa.CheckConstraint("queue IN ('faces', 'chores')", name=op.f("work_queue_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("work_pkey")),
    )
    op.create_index("work_subject_idx", "work", ["kind", "subject_id"], unique=False)
    op.create_index(
        "work_waiting_idx",
        "work",
        ["queue", "not_before"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND gave_up_at IS NULL"),
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("offices_district_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("offices_pkey")),
        sa.UniqueConstraint("code", name=op.f("offices_code_key")),
    )
    op.create_index(op.f("offices_district_id_idx"), "offices", ["district_id"], unique=False)
    op.create_table(
        "rules",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("rules_district_id_fkey")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("rules_pkey")),
    )
    op.create_index("rules_in_force_idx", "rules", ["name", "valid_from"], unique=False)
    op.create_table(
        "offenders",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("face_exempt_from", sa.Date(), nullable=True),
        sa.Column("face_exempt_to", sa.Date(), nullable=True),
        sa.Column("face_exempt_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("offenders_office_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("offenders_pkey")),
        sa.UniqueConstraint("number", name=op.f("offenders_number_key")),
    )
    op.create_index(op.f("offenders_office_id_idx"), "offenders", ["office_id"], unique=False)
    op.create_table(
        "officers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("setup_code_sha256", sa.Text(), nullable=True),
        sa.Column("setup_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role <> 'district' OR district_id IS NOT NULL", name=op.f("officers_district_check")
        ),
        sa.CheckConstraint(
            "role IN ('officer', 'head', 'district', 'editor', 'administrator')",
            name=op.f("officers_role_check"),
        ),
        sa.CheckConstraint(
            "role NOT IN ('officer', 'head') OR office_id IS NOT NULL",
            name=op.f("officers_office_check"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("officers_district_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("officers_office_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("officers_pkey")),
        sa.UniqueConstraint("login", name=op.f("officers_login_key")),
    )
    op.create_index(op.f("officers_district_id_idx"), "officers", ["district_id"], unique=False)
    op.create_index(op.f("officers_office_id_idx"), "officers", ["office_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("install_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("os", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("notice_version", sa.Text(), nullable=False),
        sa.Column("notice_shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'active', 'replaced', 'lost', 'revoked')",
            name=op.f("devices_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("devices_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("devices_pkey")),
    )
    op.create_index(
        "devices_active_key",
        "devices",
        ["offender_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(op.f("devices_install_id_idx"), "devices", ["install_id"], unique=False)
    op.create_index(op.f("devices_offender_id_idx"), "devices", ["offender_id"], unique=False)
    op.create_table(
        "fences",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "datum IN ('WGS-84', 'GCJ-02', 'BD-09')", name=op.f("fences_datum_check")
        ),
        sa.CheckConstraint(
            "abs(latitude) <= 90 AND abs(longitude) <= 180", name=op.f("fences_coordinates_check")
        ),
        sa.CheckConstraint("radius_m > 0", name=op.f("fences_radius_check")),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("fences_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("fences_pkey")),
    )
    op.create_index(
        "fences_current_key",
        "fences",
        ["offender_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("fences_offender_id_idx"), "fences", ["offender_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), server_default="officer", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("cover_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('checkin', 'system', 'not_enrolled', 'window', 'objection', 'device')",
            name=op.f("items_cause_check"),
        ),
        sa.CheckConstraint(
            "level IN ('officer', 'head', 'district')", name=op.f("items_level_check")
        ),
        sa.ForeignKeyConstraint(["cover_id"], ["officers.id"], name=op.f("items_cover_id_fkey")),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("items_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["officers.id"], name=op.f("items_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("items_pkey")),
    )
    op.create_index(
        "items_due_idx",
        "items",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "items_open_key",
        "items",
        ["offender_id", "cause"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=True),
        sa.Column("checkin_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("original_id", sa.Uuid(), nullable=True),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), server_default="", nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'rendition') = (original_id IS NOT NULL)", name=op.f("media_original_check")
        ),
        sa.CheckConstraint(
            "kind IN ('checkin', 'reference', 'rendition', 'study')", name=op.f("media_kind_check")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("media_sha256_check")),
        sa.CheckConstraint(
            "state IN ('stored', 'erasing', 'erased')", name=op.f("media_state_check")
        ),
        sa.CheckConstraint("length >= 0", name=op.f("media_length_check")),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("media_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(["original_id"], ["media.id"], name=op.f("media_original_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("media_pkey")),
    )
    op.create_index("media_checkin_idx", "media", ["offender_id", "checkin_id"], unique=False)
    op.create_index(
        "media_object_key", "media", ["bucket", "object_key", "version_id"], unique=True
    )
    op.create_index(
        "media_rendition_key",
        "media",
        ["original_id"],
        unique=True,
        postgresql_where=sa.text("original_id IS NOT NULL"),
    )
    op.create_table(
        "receipts",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("short_code", sa.Text(), nullable=False),
        sa.Column("server_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("receipts_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("receipts_pkey")),
        sa.UniqueConstraint(
            "offender_id",
            "checkin_id",
            "code",
            name=op.f("receipts_offender_id_checkin_id_code_key"),
        ),
        sa.UniqueConstraint("short_code", name=op.f("receipts_short_code_key")),
    )
    op.create_index(op.f("receipts_server_time_idx"), "receipts", ["server_time"], unique=False)
    op.create_table(
        "reference_sets",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("weak_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('collecting', 'approved', 'replaced', 'discarded')",
            name=op.f("reference_sets_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["officers.id"], name=op.f("reference_sets_approved_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["officers.id"], name=op.f("reference_sets_created_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("reference_sets_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reference_sets_pkey")),
    )
    op.create_index(
        "reference_sets_approved_key",
        "reference_sets",
        ["offender_id"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index(
        "reference_sets_collecting_key",
        "reference_sets",
        ["offender_id"],
        unique=True,
        postgresql_where=sa.text("state = 'collecting'"),
    )
    op.create_index(
        op.f("reference_sets_offender_id_idx"), "reference_sets", ["offender_id"], unique=False
    )
    op.create_table(
        "reporting_plans",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("due", sa.Time(), nullable=False),
        sa.Column("grace_ends", sa.Time(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('daily')", name=op.f("reporting_plans_kind_check")),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("reporting_plans_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reporting_plans_pkey")),
    )
    op.create_index(
        "reporting_plans_current_key",
        "reporting_plans",
        ["offender_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        op.f("reporting_plans_offender_id_idx"), "reporting_plans", ["offender_id"], unique=False
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("sign_ins_officer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_ins_pkey")),
        sa.UniqueConstraint("secret_sha256", name=op.f("sign_ins_secret_sha256_key")),
    )
    op.create_index(op.f("sign_ins_officer_id_idx"), "sign_ins", ["officer_id"], unique=False)
    op.create_table(
        "study_versions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("minimum_minutes", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("quiz", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minimum_minutes >= 0", name=op.f("study_versions_minutes_check")),
        sa.CheckConstraint(
            "pass_mark BETWEEN 0 AND 100", name=op.f("study_versions_pass_mark_check")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["officers.id"], name=op.f("study_versions_created_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["study_modules.id"], name=op.f("study_versions_module_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("study_versions_pkey")),
        sa.UniqueConstraint(
            "module_id", "content_sha256", name=op.f("study_versions_module_id_content_sha256_key")
        ),
        sa.UniqueConstraint(
            "module_id", "number", name=op.f("study_versions_module_id_number_key")
        ),
    )
    op.create_table(
        "supervision_periods",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("supervision_periods_order_check")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("supervision_periods_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("supervision_periods_pkey")),
    )
    op.create_index(
        op.f("supervision_periods_offender_id_idx"),
        "supervision_periods",
        ["offender_id"],
        unique=False,
    )
    op.create_table(
        "activation_codes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("activation_codes_device_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["officers.id"], name=op.f("activation_codes_issued_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("activation_codes_offender_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("activation_codes_pkey")),
    )
    op.create_index(
        op.f("activation_codes_offender_id_idx"), "activation_codes", ["offender_id"], unique=False
    )
    op.create_table(
        "completions",
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("completions_score_check")),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("completions_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["study_versions.id"], name=op.f("completions_version_id_fkey")
        ),
        sa.PrimaryKeyConstraint("offender_id", "id", name=op.f("completions_pkey")),
    )
    op.create_index(op.f("completions_version_id_idx"), "completions", ["version_id"], unique=False)
    op.create_table(
        "reference_photos",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('examining', 'usable', 'unusable')",
            name=op.f("reference_photos_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("reference_photos_media_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["reference_sets.id"], name=op.f("reference_photos_set_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reference_photos_pkey")),
        sa.UniqueConstraint(
            "set_id", "media_id", name=op.f("reference_photos_set_id_media_id_key")
        ),
    )
    op.create_index(
        op.f("reference_photos_set_id_idx"), "reference_photos", ["set_id"], unique=False
    )
    op.create_table(
        "study_files",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["study_versions.id"], name=op.f("study_files_version_id_fkey")
        ),
        sa.PrimaryKeyConstraint("version_id", "path", name=op.f("study_files_pkey")),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("planned_for", sa.Date(), nullable=True),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("order_reason", sa.Text(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upload_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('awaited', 'present', 'late', 'pending', 'not_decided', 'technical', 'excused_leave', 'excused_system', 'excused_device', 'excused', 'not_confirmed', 'not_received', 'missed', 'missed_confirmed')",
            name=op.f("windows_outcome_check"),
        ),
        sa.CheckConstraint(
            "(plan_id IS NULL) = (planned_for IS NULL)", name=op.f("windows_planned_check")
        ),
        sa.CheckConstraint(
            "opens_at < due_at AND due_at <= grace_ends_at AND grace_ends_at < upload_until",
            name=op.f("windows_order_check"),
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("windows_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by"], ["officers.id"], name=op.f("windows_ordered_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["reporting_plans.id"], name=op.f("windows_plan_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("windows_pkey")),
    )
    op.create_index("windows_offender_idx", "windows", ["offender_id", "opens_at"], unique=False)
    op.create_index(
        "windows_open_idx",
        "windows",
        ["grace_ends_at"],
        unique=False,
        postgresql_where=sa.text("outcome IN ('awaited', 'not_received')"),
    )
    op.create_index("windows_planned_key", "windows", ["plan_id", "planned_for"], unique=True)
    op.create_table(
        "checkins",
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_basis", sa.Text(), nullable=False),
        sa.Column("captured_offline", sa.Boolean(), nullable=False),
        sa.Column("clock_difference_s", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("no_place_reason", sa.Text(), nullable=True),
        sa.Column("no_selfie_reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retake_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_accepted", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(channel = 'phone') = (recorded_by IS NULL)", name=op.f("checkins_recorded_check")
        ),
        sa.CheckConstraint(
            "channel IN ('phone', 'office', 'call', 'visit')", name=op.f("checkins_channel_check")
        ),
        sa.CheckConstraint(
            "datum IN ('WGS-84', 'GCJ-02', 'BD-09')", name=op.f("checkins_datum_check")
        ),
        sa.CheckConstraint(
            "no_place_reason IN ('denied', 'off', 'timeout', 'unavailable')",
            name=op.f("checkins_no_place_reason_check"),
        ),
        sa.CheckConstraint(
            "no_selfie_reason IN ('declined', 'camera')",
            name=op.f("checkins_no_selfie_reason_check"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'verifying', 'confirmed', 'in_review', 'not_confirmed', 'not_decided', 'superseded')",
            name=op.f("checkins_state_check"),
        ),
        sa.CheckConstraint(
            "latitude IS NULL OR datum IS NOT NULL", name=op.f("checkins_datum_named_check")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("checkins_device_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("checkins_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["officers.id"], name=op.f("checkins_recorded_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("checkins_window_id_fkey")
        ),
        sa.PrimaryKeyConstraint("offender_id", "id", name=op.f("checkins_pkey")),
    )
    op.create_index(
        "checkins_pending_idx",
        "checkins",
        ["state", "received_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('received', 'verifying', 'in_review')"),
    )
    op.create_index(
        "checkins_received_idx", "checkins", ["offender_id", "received_at"], unique=False
    )
    op.create_index("checkins_window_idx", "checkins", ["window_id"], unique=False)
    op.create_table(
        "excusals",
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('excused_leave', 'excused_system', 'excused_device', 'excused', 'missed_confirmed')",
            name=op.f("excusals_outcome_check"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["officers.id"], name=op.f("excusals_decided_by_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("excusals_window_id_fkey")
        ),
        sa.PrimaryKeyConstraint("window_id", name=op.f("excusals_pkey")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=True),
        sa.Column("window_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('checkin_confirmed', 'checkin_in_review', 'checkin_retake', 'checkin_not_confirmed', 'checkin_not_decided', 'checkin_recorded', 'place_not_accepted', 'window_not_received', 'window_missed', 'window_excused', 'objection_decided')",
            name=op.f("notices_kind_check"),
        ),
        sa.ForeignKeyConstraint(
            ["offender_id"], ["offenders.id"], name=op.f("notices_offender_id_fkey")
        ),
        sa.ForeignKeyConstraint(["window_id"], ["windows.id"], name=op.f("notices_window_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notices_pkey")),
    )
    op.create_index("notices_read_idx", "notices", ["offender_id", "at"], unique=False)
    op.create_table(
        "reference_vectors",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("model_sha256", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["reference_photos.id"], name=op.f("reference_vectors_photo_id_fkey")
        ),
        sa.PrimaryKeyConstraint("photo_id", "model_sha256", name=op.f("reference_vectors_pkey")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("face_verdict", sa.Text(), nullable=False),
        sa.Column("face", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("threshold_set", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            name=op.f("evidence_offender_id_checkin_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("evidence_pkey")),
        sa.UniqueConstraint(
            "offender_id",
            "checkin_id",
            "attempt",
            name=op.f("evidence_offender_id_checkin_id_attempt_key"),
        ),
    )
    op.create_table(
        "flags",
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('flag', 'note')", name=op.f("flags_kind_check")),
        sa.ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            name=op.f("flags_offender_id_checkin_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("offender_id", "checkin_id", "code", name=op.f("flags_pkey")),
    )
    op.create_table(
        "item_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=True),
        sa.Column("window_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(checkin_id IS NULL) <> (window_id IS NULL)", name=op.f("item_entries_subject_check")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("item_entries_item_id_fkey")),
        sa.ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            name=op.f("item_entries_offender_id_checkin_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("item_entries_window_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("item_entries_pkey")),
    )
    op.create_index(
        "item_entries_checkin_key",
        "item_entries",
        ["item_id", "checkin_id"],
        unique=True,
        postgresql_where=sa.text("checkin_id IS NOT NULL AND settled_at IS NULL"),
    )
    op.create_index(op.f("item_entries_item_id_idx"), "item_entries", ["item_id"], unique=False)
    op.create_index(
        "item_entries_window_key",
        "item_entries",
        ["item_id", "window_id"],
        unique=True,
        postgresql_where=sa.text("window_id IS NOT NULL AND settled_at IS NULL"),
    )
    op.create_table(
        "objections",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'not_accepted')", name=op.f("objections_state_check")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            name=op.f("objections_offender_id_checkin_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("objections_pkey")),
    )
    op.create_index(
        "objections_open_key",
        "objections",
        ["offender_id", "checkin_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offender_id", sa.Uuid(), nullable=False),
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_role", sa.Text(), nullable=False),
        sa.Column("objection_id", sa.Uuid(), nullable=True),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("place_accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "identity IN ('yes', 'no', 'cannot_tell')", name=op.f("reviews_identity_check")
        ),
        sa.CheckConstraint(
            "identity IS NOT NULL OR place_accepted IS NOT NULL",
            name=op.f("reviews_answered_check"),
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("reviews_reason_check")),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("reviews_objection_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            name=op.f("reviews_offender_id_checkin_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("reviews_officer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reviews_pkey")),
        sa.UniqueConstraint(
            "offender_id",
            "checkin_id",
            "officer_id",
            name=op.f("reviews_offender_id_checkin_id_officer_id_key"),
        ),
    )
    # Windows and check-ins name each other: the second direction needs both tables.
    op.create_foreign_key(
        "windows_checkin_fkey",
        "windows",
        "checkins",
        ["offender_id", "checkin_id"],
        ["offender_id", "id"],
    )
