"""Room for the sealed keys of the second step; `loa init` seals what lies open, with the key of the home."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_OPEN, _SEALED = sa.String(length=64), sa.String(length=255)


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.alter_column("totp_secret", existing_type=_OPEN, type_=_SEALED, existing_nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.alter_column("totp_secret", existing_type=_SEALED, type_=_OPEN, existing_nullable=True)
