"""The operator's desk: zones with their place and state, notes on them, sign-ins, the second step, changes by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.add_column(sa.Column("latitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("longitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("device", sa.String(length=32), server_default="horn", nullable=False))
        batch_op.add_column(sa.Column("condition", sa.String(length=32), server_default="good", nullable=False))
        batch_op.add_column(sa.Column("volume_bands", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp_secret", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("totp_last", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("recovery_hashes", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "zone_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('repair', 'noise')", name=op.f("ck_zone_notes_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_notes")),
    )
    with op.batch_alter_table("zone_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zone_notes_zone"), ["zone"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sign_ins")
    op.drop_table("zone_notes")
    with op.batch_alter_table("users", schema=None) as batch_op:
        for name in ("recovery_hashes", "totp_last", "totp_secret"):
            batch_op.drop_column(name)
    with op.batch_alter_table("zones", schema=None) as batch_op:
        for name in ("volume_bands", "condition", "device", "longitude", "latitude"):
            batch_op.drop_column(name)
    with op.batch_alter_table("broadcasts", schema=None) as batch_op:
        batch_op.drop_column("by_hand")
