"""An emergency ends by itself, may say that others are over, and keeps no title that nobody typed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("emergencies") as batch_op:
        batch_op.add_column(sa.Column("over", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("ends", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    # The stand-in for a missing title was kept as if somebody had typed it, and stayed when the words came.
    op.execute("UPDATE emergencies SET title = '' WHERE title = 'Bản tin khẩn cấp' AND state = 'draft'")


def downgrade() -> None:
    op.execute("UPDATE emergencies SET title = 'Bản tin khẩn cấp' WHERE title = ''")
    with op.batch_alter_table("emergencies") as batch_op:
        for name in ("expires_at", "ends", "over"):
            batch_op.drop_column(name)
