"""Audit events, approvals, revisions and renditions are chained like the play log; those that exist, in their order."""

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime
from broadcaster.domain.log.chain import GENESIS, entry_hash
from broadcaster.domain.log.chains import COVERED, Chain, covered

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_TIMES = ("at", "created_at")
_JSON = ("before", "after", "cues", "notes")
_FLOATS = ("rate", "lufs", "dbtp")
_TABLE = "chained_rows"
_AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("chain", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_chained_rows")),
        sa.UniqueConstraint("chain", "row_id", name=op.f("uq_chained_rows_chain_row_id")),
    )
    for chain in COVERED:
        _chain(chain)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE TRIGGER {_TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION loa_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_{verb.lower()} BEFORE {verb} ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
        )


def _chain(chain: Chain) -> None:
    bind = op.get_bind()
    rows = sa.table(chain.value, *(sa.column(name, _kind(name)) for name in COVERED[chain][1]))
    names = ("chain", "seq", "row_id", "version", "prev_hash", "hash")
    links = sa.table(_TABLE, *(sa.column(name) for name in names))
    heads = sa.table("chain_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    last, seq = GENESIS, 0
    ids = list(bind.scalars(sa.select(rows.c.id).order_by(rows.c.id)))
    for start in range(0, len(ids), _AT_ONCE):
        low, high = ids[start], ids[min(start + _AT_ONCE, len(ids)) - 1]
        made = []
        for row in bind.execute(sa.select(rows).where(rows.c.id.between(low, high)).order_by(rows.c.id)).mappings():
            prev, seq = last, seq + 1
            last = entry_hash(prev, covered(chain, 1, row))
            made.append(dict(zip(names, (chain.value, seq, row["id"], 1, prev, last), strict=True)))
        bind.execute(sa.insert(links), made)
    if seq:  # a database without rows stays one without rows
        bind.execute(sa.insert(heads).values(id=chain.head, seq=seq, hash=last))


def _kind(name: str) -> sa.types.TypeEngine[object]:
    if name in _TIMES:
        return UtcDateTime()
    if name in _JSON:
        return sa.JSON()
    if name in _FLOATS:
        return sa.Float()
    return sa.Boolean() if name == "own_work" else sa.types.NullType()


def downgrade() -> None:
    """Fails, and changes nothing, when the log has entries that only this version can verify."""
    newer = op.get_bind().execute(sa.text("SELECT count(*) FROM play_log WHERE version > 4")).scalar_one()
    if newer:
        raise RuntimeError(f"{newer} entries of the play log are of version 5: no older program can verify them")
    op.execute("DELETE FROM chain_head WHERE id > 1")
    op.drop_table(_TABLE)
