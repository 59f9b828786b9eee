"""A key drafts emergencies, or makes the horns sound: from addresses, so many times an hour; older keys draft."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("addresses", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("api_tokens", sa.Column("per_hour", sa.Integer(), server_default="3", nullable=False))
    _rename("emergency", "emergency:draft")


def downgrade() -> None:
    _rename("emergency:draft", "emergency")
    op.drop_column("api_tokens", "per_hour")
    op.drop_column("api_tokens", "addresses")


def _rename(old: str, new: str) -> None:
    """Call a scope by another name; what has none in the other schema is left out."""
    tokens = sa.table("api_tokens", sa.column("id"), sa.column("scopes", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(tokens)).all():
        scopes = [new if s == old else s for s in row.scopes if s != "emergency:confirm"]
        connection.execute(sa.update(tokens).where(tokens.c.id == row.id).values(scopes=scopes))
