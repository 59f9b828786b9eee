"""A stop is a row of its output, a broadcast knows when a person ordered it, and an order has an outcome and effect."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "output_stops",
        sa.Column("output", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("output", name="pk_output_stops"),
    )
    with op.batch_alter_table("broadcasts") as batch_op:
        batch_op.add_column(sa.Column("ordered_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("emergencies") as batch_op:
        batch_op.add_column(sa.Column("let_go_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("commands") as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("effect", sa.JSON(), server_default="{}", nullable=False))
    op.execute(
        "UPDATE broadcasts SET ordered_at = (SELECT confirmed_at FROM emergencies WHERE id = broadcasts.emergency_id) "
        "WHERE kind = 'emergency' AND emergency_id IS NOT NULL AND state IN ('planned', 'cued', 'airing')"
    )


def downgrade() -> None:
    for table, names in (
        ("commands", ("effect", "outcome")),
        ("emergencies", ("let_go_at",)),
        ("broadcasts", ("ordered_at",)),
    ):
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.drop_column(name)
    op.drop_table("output_stops")
