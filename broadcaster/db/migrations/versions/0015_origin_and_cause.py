"""Where a broadcast came from, and why it was not heard, stand in columns; the rows of older stations are told apart.

What older keys and sentences mean is said once, in `domain.older`. No entry of the play log is rewritten: what it has
is version 1 and stays verified over the fields of version 1.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log import older

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BATCH = 500
_BROADCASTS = sa.table(
    "broadcasts",
    *(sa.column(n) for n in ("id", "slot_key", "kind", "state", "verdict", "emergency_id", "joined_late")),
    *(sa.column(n, sa.JSON()) for n in ("zones", "causes")),
    *(sa.column(n, UtcDateTime()) for n in ("starts_at", "ends_at", "finished_at")),
    *(sa.column(n) for n in ("origin", "origin_id", "rotation_code", "slot_code", "attempt", "cut_by_emergency_id")),
)


def upgrade() -> None:
    with op.batch_alter_table("broadcasts") as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("origin_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rotation_code", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("slot_code", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("attempt", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("causes", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("joined_late", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("cut_by_emergency_id", sa.Integer(), nullable=True))
    op.add_column("play_log", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("play_log", sa.Column("cause", sa.String(32), nullable=True))
    _fill()
    with op.batch_alter_table("broadcasts") as batch_op:
        batch_op.alter_column("origin", existing_type=sa.String(32), nullable=False)
    op.create_index("ix_broadcasts_origin", "broadcasts", ["origin", "origin_id"])


def downgrade() -> None:
    """Fails, and changes nothing, when the log has entries that only this version can verify."""
    newer = op.get_bind().execute(sa.text("SELECT count(*) FROM play_log WHERE version > 1")).scalar_one()
    if newer:
        raise RuntimeError(f"{newer} entries of the play log are of version 2: they cannot be kept without their cause")
    op.drop_index("ix_broadcasts_origin", "broadcasts")
    names = ("origin", "origin_id", "rotation_code", "slot_code", "attempt", "causes", "joined_late")
    with op.batch_alter_table("broadcasts") as batch_op:
        for name in (*names, "cut_by_emergency_id"):
            batch_op.drop_column(name)
    for name in ("version", "cause"):
        op.drop_column("play_log", name)


def _fill() -> None:
    """Give every row its origin, and what ended its causes."""
    connection, b = op.get_bind(), _BROADCASTS.c
    urgent = connection.execute(
        sa.select(b.emergency_id, b.zones, b.starts_at, b.ends_at, b.finished_at).where(
            b.kind == BroadcastKind.EMERGENCY.value
        )
    ).all()
    late = set(
        connection.scalars(
            sa.text(
                "SELECT DISTINCT broadcast_id FROM play_log WHERE reason LIKE 'Vào giữa chừng%' AND corrects IS NULL"
            )
        )
    )
    last = 0
    while True:
        query = sa.select(b.id, b.slot_key, b.kind, b.state, b.verdict, b.zones, b.starts_at, b.finished_at)
        rows = connection.execute(query.where(b.id > last).order_by(b.id).limit(_BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        connection.execute(
            sa.update(_BROADCASTS).where(b.id == sa.bindparam("row")), [_columns(r, urgent, late) for r in rows]
        )


def _columns(row, urgent, late) -> dict:
    found = older.provenance_of(row.slot_key, BroadcastKind(row.kind))
    causes = set(older.causes_of(row.verdict, BroadcastState(row.state)))
    cut_by = None
    if Cause.YIELDED_TO_EMERGENCY in causes or older.URGENT_BUSY in row.verdict:
        took = [u for u in urgent if _took(u, row)]
        cut_by = next((u.emergency_id for u in took if u.emergency_id is not None), None)
        if took:
            causes.add(Cause.YIELDED_TO_EMERGENCY)
    if row.id in late:
        causes.add(Cause.JOINED_LATE)
    return {
        "row": row.id,
        "origin": found.origin.value,
        "origin_id": found.origin_id,
        "rotation_code": found.rotation_code,
        "slot_code": found.slot_code,
        "attempt": found.attempt,
        "causes": [c.value for c in Cause if c in causes],
        "joined_late": row.id in late,
        "cut_by_emergency_id": cut_by,
    }


def _took(urgent, row) -> bool:
    """Whether this sounding of an emergency had the horns while the programme should have been on."""
    ended = urgent.finished_at or urgent.ends_at
    until = row.finished_at or row.starts_at + dt.timedelta(days=1)
    return bool(set(urgent.zones) & set(row.zones)) and urgent.starts_at <= until and ended >= row.starts_at
