"""Wrong tries are counted by place, what happens at the door is kept, temporary passwords end, browsers are known."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrong_tries",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account", "source", name="pk_wrong_tries"),
    )
    op.create_index("ix_wrong_tries_last_at", "wrong_tries", ["last_at"])
    op.create_table(
        "security_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("session", sa.String(length=8), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_security_events"),
    )
    op.create_index("ix_security_events_first_at", "security_events", ["first_at"])
    op.create_index("ix_security_events_last_at", "security_events", ["last_at"])
    with op.batch_alter_table("users") as users:
        users.drop_column("failures")
        users.drop_column("locked_until")
        users.add_column(sa.Column("password_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.add_column(sa.Column("device", sa.String(length=32), server_default="", nullable=False))
        sign_ins.add_column(sa.Column("proved_at", UtcDateTime(), nullable=True))
        sign_ins.create_index("ix_sign_ins_device", ["device"])


def downgrade() -> None:
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_index("ix_sign_ins_device")
        sign_ins.drop_column("proved_at")
        sign_ins.drop_column("device")
    with op.batch_alter_table("users") as users:
        users.drop_column("password_until")
        users.add_column(sa.Column("locked_until", UtcDateTime(), nullable=True))
        users.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.drop_table("security_events")
    op.drop_table("wrong_tries")
