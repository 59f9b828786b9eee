"""How many airings of a script its office asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scripts", sa.Column("airings", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("scripts", "airings")
