"""A job may stand behind others: it is begun when they have ended; and its row says how soon it is its turn."""

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
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.add_column(sa.Column("priority", sa.Integer(), server_default="2", nullable=False))
    op.execute("UPDATE jobs SET priority = 0 WHERE kind = 'emergency-voice'")
    op.execute("UPDATE jobs SET priority = 3 WHERE kind IN ('starter', 'plan', 'backup', 'log-check')")
    op.drop_index("ix_jobs_state_run_after", "jobs")
    op.create_index("ix_jobs_state_priority_run_after", "jobs", ["state", "priority", "run_after"])


def downgrade() -> None:
    op.drop_index("ix_jobs_state_priority_run_after", "jobs")
    op.create_index("ix_jobs_state_run_after", "jobs", ["state", "run_after"])
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.drop_column("priority")
    op.drop_table("job_needs")
