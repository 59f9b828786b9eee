"""A mute is a row with an end; an entry of the play log names who heard it besides."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("output", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.add_column("play_log", sa.Column("also", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Fails, and changes nothing, when the log has entries that only this version can verify."""
    newer = op.get_bind().execute(sa.text("SELECT count(*) FROM play_log WHERE version > 2")).scalar_one()
    if newer:
        raise RuntimeError(f"{newer} entries of the play log are of version 3: they cannot be kept without who heard")
    op.drop_column("play_log", "also")
    op.drop_index("ix_mutes_until", "mutes")
    op.drop_table("mutes")
