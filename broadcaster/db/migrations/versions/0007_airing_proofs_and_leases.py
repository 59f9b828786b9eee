"""Proof of airing beside each entry of the play log; the lease that keeps two machines from playing at once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "airing_proofs",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("ear", sa.String(length=8), nullable=False),
        sa.Column("heard_share", sa.Double(), nullable=True),
        sa.Column("level_dbfs", sa.Double(), nullable=True),
        sa.Column("expected_dbfs", sa.Double(), nullable=True),
        sa.Column("gap_ms", sa.Integer(), nullable=False),
        sa.Column("match", sa.Double(), nullable=True),
        sa.Column("lag_ms", sa.Integer(), nullable=True),
        sa.Column("recording", sa.String(length=300), nullable=True),
        sa.Column("offset_ms", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_airing_proofs")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.String(length=120), server_default="", nullable=False),
        sa.Column("waiting_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    op.drop_table("leases")
    op.drop_table("airing_proofs")
