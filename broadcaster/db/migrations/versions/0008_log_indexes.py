"""Indexes of the play log for what pages ask of millions of entries: sums of a span, the last time of each zone."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_play_log_planned_at", "play_log")
    op.create_index("ix_play_log_planned_at", "play_log", ["planned_at", "outcome", "heard_ms"])
    op.create_index("ix_play_log_zone", "play_log", ["zone", "outcome", "seq"])
    op.create_index("ix_play_log_corrects", "play_log", ["corrects"])


def downgrade() -> None:
    op.drop_index("ix_play_log_corrects", "play_log")
    op.drop_index("ix_play_log_zone", "play_log")
    op.drop_index("ix_play_log_planned_at", "play_log")
    op.create_index("ix_play_log_planned_at", "play_log", ["planned_at"])
