"""An emergency keeps the words that are spoken of it; older ones are read when they are spoken."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("emergencies", sa.Column("spoken", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("emergencies", "spoken")
