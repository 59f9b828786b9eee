"""A job may stand behind others: it is begun when they have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_needs",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_needs_job_id_jobs", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["needs_id"], ["jobs.id"], name="fk_job_needs_needs_id_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "needs_id", name="pk_job_needs"),
    )
    op.create_index("ix_job_needs_needs_id", "job_needs", ["needs_id"])


def downgrade() -> None:
    op.drop_table("job_needs")
