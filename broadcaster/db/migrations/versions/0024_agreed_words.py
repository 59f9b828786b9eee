"""Entries of the station's lexicon say who agreed to them; what an editor asks for of ordinary words waits for a leader.

Entries that a leader made are agreed to by that leader; those of others stay in force for scripts, and are read in
emergencies when a leader has agreed to them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lexicon_entries", sa.Column("agreed_by", sa.String(64), nullable=True))
    op.create_table(
        "lexicon_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("add", sa.Text(), nullable=False),
        sa.Column("remove", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lexicon_proposals"),
    )
    connection = op.get_bind()
    users = sa.table("users", sa.column("username"), sa.column("roles", sa.JSON()))
    chiefs = [u.username for u in connection.execute(sa.select(users)) if "chief" in (u.roles or [])]
    entries = sa.table("lexicon_entries", sa.column("since"), sa.column("agreed_by"))
    versions = sa.table("lexicon_versions", sa.column("number"), sa.column("by"))
    made = sa.select(versions.c.by).where(versions.c.number == entries.c.since).scalar_subquery()
    connection.execute(sa.update(entries).where(made.in_(chiefs)).values(agreed_by=made))


def downgrade() -> None:
    op.drop_table("lexicon_proposals")
    op.drop_column("lexicon_entries", "agreed_by")
