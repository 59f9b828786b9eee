"""What is not as it should be may be let be by a person; what was heard of a script is found without the whole log."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "let_be",
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_let_be"),
    )
    op.create_index("ix_play_log_script_id", "play_log", ["script_id", "outcome", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_play_log_script_id", "play_log")
    op.drop_table("let_be")
