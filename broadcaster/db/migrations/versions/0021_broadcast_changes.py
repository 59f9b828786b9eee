"""What people did to broadcasts is kept a while with the rows as they were before it, so that it can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "broadcast_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_changes"),
    )
    op.create_index("ix_broadcast_changes_at", "broadcast_changes", ["at"])


def downgrade() -> None:
    op.drop_table("broadcast_changes")
