"""Each entry of the play log says what its output was. What older versions wrote stays as it is: nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("play_log", sa.Column("outlet", sa.String(16), nullable=True))


def downgrade() -> None:
    """Fails, and changes nothing, when the log has entries that only this version can verify."""
    newer = op.get_bind().execute(sa.text("SELECT count(*) FROM play_log WHERE version > 3")).scalar_one()
    if newer:
        raise RuntimeError(
            f"{newer} entries of the play log are of version 4: they cannot be kept without their outlet"
        )
    op.drop_column("play_log", "outlet")
