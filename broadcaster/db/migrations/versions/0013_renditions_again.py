"""The same words and sound may be a revision's newest rendition again, after another one in between.

SQLite cannot drop a constraint: the table is made anew, with every row and the triggers that keep it append-only.
`schema.upgrade` sees to it that nothing that refers to its rows minds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NAME = "uq_renditions_revision_id_spoken_sha256_audio_sha256"
_COLUMNS = ["revision_id", "spoken_sha256", "audio_sha256"]


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(_NAME, "renditions", type_="unique")
        return
    before = _count()
    with op.batch_alter_table("renditions", recreate="always") as batch_op:
        batch_op.drop_constraint(_NAME, type_="unique")
    _finish(before)


def downgrade() -> None:
    """Fails, and changes nothing, when a rendition has been newest again meanwhile: records are not thrown away."""
    if op.get_bind().dialect.name != "sqlite":
        op.create_unique_constraint(_NAME, "renditions", _COLUMNS)
        return
    before = _count()
    with op.batch_alter_table("renditions", recreate="always") as batch_op:
        batch_op.create_unique_constraint(_NAME, _COLUMNS)
    _finish(before)


def _count() -> int:
    return op.get_bind().execute(sa.text("SELECT count(*) FROM renditions")).scalar_one()


def _finish(before: int) -> None:
    """Put the triggers back, and stop when a row was lost or something refers to none."""
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER renditions_no_{verb.lower()} BEFORE {verb} ON renditions "
            "BEGIN SELECT RAISE(ABORT, 'renditions is append-only'); END"
        )
    lost = op.get_bind().exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or _count() != before:
        raise RuntimeError(f"renditions were not copied whole: {before} rows before, {_count()} after, {lost[:3]}")
