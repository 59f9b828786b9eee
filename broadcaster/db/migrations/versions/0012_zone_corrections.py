"""The sound of each zone may be put right: bass, treble and gain in dB."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAMES = ("bass", "treble", "gain")


def upgrade() -> None:
    with op.batch_alter_table("zones") as batch_op:
        for name in _NAMES:
            batch_op.add_column(sa.Column(name, sa.Double(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("zones") as batch_op:
        for name in _NAMES:
            batch_op.drop_column(name)
