"""What people outside the panel are told of, who was told when, and how the senders do."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.String(length=16), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name="pk_alerts"),
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_alerts_open", "alerts", ["key"], unique=True, sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index("ix_alerts_key", "alerts", ["key"])
    op.create_index("ix_alerts_began_at", "alerts", ["began_at"])
    op.create_index("ix_alerts_ended_at", "alerts", ["ended_at"])
    op.create_table(
        "alert_tellings",
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("via", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("doubt", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["uid"], ["alerts.uid"], name="fk_alert_tellings_uid_alerts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("uid", "person", "over", name="pk_alert_tellings"),
    )
    op.create_table(
        "alert_senders",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("worked_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_senders"),
    )


def downgrade() -> None:
    op.drop_table("alert_senders")
    op.drop_table("alert_tellings")
    op.drop_table("alerts")
