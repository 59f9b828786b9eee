"""Emergencies, their review, and the broadcasts that sound for them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("repeat_minutes", sa.Integer(), nullable=True),
        sa.Column("interrupted", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("source", sa.JSON(), nullable=True),
        sa.Column("cap_identifier", sa.String(length=300), nullable=True),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("quick_sha256", sa.String(length=64), nullable=True),
        sa.Column("quick_ms", sa.Integer(), nullable=False),
        sa.Column("quick_voice", sa.String(length=80), nullable=False),
        sa.Column("good_sha256", sa.String(length=64), nullable=True),
        sa.Column("good_ms", sa.Integer(), nullable=False),
        sa.Column("good_voice", sa.String(length=80), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(32), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["emergencies.id"], name=op.f("fk_emergencies_replaced_by_emergencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
    )
    op.create_index(op.f("ix_emergencies_state"), "emergencies", ["state"])
    op.create_index(op.f("ix_emergencies_cap_identifier"), "emergencies", ["cap_identifier"])
    op.add_column("broadcasts", sa.Column("emergency_id", sa.Integer(), nullable=True))
    op.add_column("broadcasts", sa.Column("confirmed_by", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(op.f("ix_broadcasts_emergency_id"), "broadcasts", ["emergency_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_broadcasts_emergency_id"), "broadcasts")
    with op.batch_alter_table("broadcasts") as batch:
        batch.drop_column("confirmed_by")
        batch.drop_column("emergency_id")
    op.drop_table("emergencies")
