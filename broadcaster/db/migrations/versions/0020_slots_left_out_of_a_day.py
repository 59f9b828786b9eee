"""A marked day may leave out some slots alone."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("day_exceptions") as batch_op:
        batch_op.add_column(sa.Column("left_out", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM day_exceptions WHERE kind = 'ordinary'")  # an older program knows no such mark
    with op.batch_alter_table("day_exceptions") as batch_op:
        batch_op.drop_column("left_out")
