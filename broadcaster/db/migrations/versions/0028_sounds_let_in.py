"""A new sound of the station waits for a leader's listening; those that a station has by now are let in as they are."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TAKEN = ("name", "kind", "title", "audio_sha256", "duration_ms", "licence", "source")


def upgrade() -> None:
    op.create_table(
        "cue_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cue_offers"),
    )
    op.create_index("ix_cue_offers_audio_sha256", "cue_offers", ["audio_sha256"])
    cues = sa.table("cues", *(sa.column(n) for n in _TAKEN))
    more = ("by", "accepted")
    offers = sa.table("cue_offers", *(sa.column(n) for n in (*_TAKEN, *more)), sa.column("at", UtcDateTime()))
    now = sa.func.current_timestamp()
    taken = sa.select(*(cues.c[n] for n in _TAKEN), sa.literal("nâng cấp"), sa.true(), now)
    op.get_bind().execute(sa.insert(offers).from_select([*_TAKEN, *more, "at"], taken))


def downgrade() -> None:
    op.drop_table("cue_offers")
