"""A station's own sound whose file is gone keeps the hash of it while a shipped one stands in."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cues") as cues:
        cues.add_column(sa.Column("lost_sha256", sa.String(length=64), nullable=True))
        cues.add_column(sa.Column("lost_ms", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("cues") as cues:
        cues.drop_column("lost_ms")
        cues.drop_column("lost_sha256")
