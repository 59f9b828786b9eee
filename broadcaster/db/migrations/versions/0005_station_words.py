"""The station's own words: lexicon entries and versions, stale marks, drafts, delegations, a script's voice."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.queries.scripts.rows import searchable
from broadcaster.domain.fold import order_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Plain ALTER TABLE: a batch would copy append-only tables and lose their triggers.
COLUMNS = (
    ("scripts", "lowered", sa.Text(), ""),
    ("scripts", "title_key", sa.Text(), ""),
    ("scripts", "voice", sa.String(length=80), None),
    ("scripts", "rate", sa.Double(), None),
    ("scripts", "kept", sa.JSON(), "[]"),
    ("renditions", "rate", sa.Double(), None),
    ("approvals", "behalf", sa.String(length=64), None),
)


def upgrade() -> None:
    op.create_table(
        "lexicon_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_lexicon_versions_script_id_scripts")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_lexicon_versions")),
    )
    op.create_table(
        "lexicon_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=True),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("spoken", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("any_case", sa.Boolean(), nullable=False),
        sa.Column("preceded_by", sa.JSON(), nullable=False),
        sa.Column("followed_by", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("respell", sa.JSON(), nullable=False),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.CheckConstraint("mode IN ('expand', 'word', 'spell', 'leave')", name=op.f("ck_lexicon_entries_mode")),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_lexicon_entries_until")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_lexicon_entries_script_id_scripts")),
        sa.ForeignKeyConstraint(
            ["since"], ["lexicon_versions.number"], name=op.f("fk_lexicon_entries_since_lexicon_versions")
        ),
        sa.ForeignKeyConstraint(
            ["until"], ["lexicon_versions.number"], name=op.f("fk_lexicon_entries_until_lexicon_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon_entries")),
    )
    op.create_index("ix_lexicon_entries_scope", "lexicon_entries", ["script_id", "until"])
    op.create_table(
        "stale_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_stale_marks_script_id_scripts")),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("fk_stale_marks_approval_id_approvals")),
        sa.ForeignKeyConstraint(
            ["version"], ["lexicon_versions.number"], name=op.f("fk_stale_marks_version_lexicon_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_marks")),
    )
    op.create_index("ix_stale_marks_approval", "stale_marks", ["approval_id"])
    op.create_index(op.f("ix_stale_marks_script_id"), "stale_marks", ["script_id"])
    op.create_table(
        "script_drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("tab", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_script_drafts_script_id_scripts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_drafts")),
    )
    op.create_index("ix_script_drafts_owner", "script_drafts", ["username", "script_id"])
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chief", sa.String(length=64), nullable=False),
        sa.Column("deputy", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_deputy"), "delegations", ["deputy"])
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index(op.f("ix_scripts_title_key"), "scripts", ["title_key"])
    _fill()


def _fill() -> None:
    """Give the scripts that are there their place in the alphabet and their text to search in."""
    connection = op.get_bind()
    newest = (
        "SELECT s.id, s.title, r.body FROM scripts s JOIN revisions r ON r.script_id = s.id "
        "WHERE r.number = (SELECT max(number) FROM revisions WHERE script_id = s.id)"
    )
    for number, title, body in connection.execute(sa.text(newest)).all():
        connection.execute(
            sa.text("UPDATE scripts SET lowered = :lowered, title_key = :key WHERE id = :id"),
            {"lowered": searchable(f"{title}\n{body}"), "key": order_key(title), "id": number},
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_scripts_title_key"), table_name="scripts")
    for table, name, _, _ in COLUMNS:
        op.drop_column(table, name)
    op.drop_table("delegations")
    op.drop_table("script_drafts")
    op.drop_table("stale_marks")
    op.drop_table("lexicon_entries")
    op.drop_table("lexicon_versions")
