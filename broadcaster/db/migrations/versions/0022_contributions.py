"""Who shaped what will be heard of a script stands in rows; what older rows tell of it is taken over."""

import contextlib

import sqlalchemy as sa
from alembic import op

from broadcaster.db.base import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_FIELDS = ("title", "kept", "voice", "rate")


def upgrade() -> None:
    op.add_column("renditions", sa.Column("by", sa.String(64), server_default="", nullable=False))
    op.create_table(
        "contributions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name="fk_contributions_approval_id_approvals"),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name="fk_contributions_script_id_scripts"),
        sa.PrimaryKeyConstraint("id", name="pk_contributions"),
    )
    op.create_index("ix_contributions_script", "contributions", ["script_id", "approval_id"])
    _fill()
    _refuse_changes()


def downgrade() -> None:
    op.drop_table("contributions")
    op.drop_column("renditions", "by")


def _at() -> sa.ColumnClause:
    return sa.column("at", UtcDateTime())


def _fill() -> None:
    """Authors of revisions, makers of a script's own readings, and what the trail says of fields and recordings."""
    connection = op.get_bind()
    scripts = set(connection.scalars(sa.text("SELECT id FROM scripts")))
    approvals = sa.table("approvals", sa.column("id"), sa.column("script_id"), sa.column("decision"), _at())
    approved, rows = {}, {}
    for row in connection.execute(
        sa.select(approvals).where(approvals.c.decision == "approved").order_by(approvals.c.id.desc())
    ):
        approved.setdefault(row.script_id, []).append(row)
    for script_id, by, part, at in _told(connection):
        if script_id in scripts:
            last = next((a.id for a in approved.get(script_id, ()) if a.at < at), None)
            rows.setdefault((script_id, by, part, last), at)
    table = sa.table("contributions", *(sa.column(n) for n in ("script_id", "by", "part", "approval_id")), _at())
    if rows:
        names = ("script_id", "by", "part", "approval_id")
        connection.execute(sa.insert(table), [{**dict(zip(names, k, strict=True)), "at": v} for k, v in rows.items()])
    _fill_makers(connection)


def _told(connection):
    revisions = sa.table(
        "revisions", sa.column("script_id"), sa.column("author"), sa.column("created_at", UtcDateTime())
    )
    for row in connection.execute(sa.select(revisions)):
        yield row.script_id, row.author, "words", row.created_at
    versions = sa.table("lexicon_versions", sa.column("script_id"), sa.column("by"), _at())
    for row in connection.execute(sa.select(versions).where(versions.c.script_id.is_not(None))):
        yield row.script_id, row.by, "reading", row.at
    for row in _trail(connection, ("revise", "record")):
        if row.verb == "record":
            yield int(row.object_id), row.actor, "recording", row.at
        for name in _FIELDS:
            if row.verb == "revise" and name in (row.after or {}):
                yield int(row.object_id), row.actor, name, row.at


def _trail(connection, verbs):
    names = ("id", "verb", "object_kind", "object_id", "actor")
    events = sa.table("audit_events", *(sa.column(n) for n in names), sa.column("after", sa.JSON()), _at())
    mine = sa.select(events).where(events.c.object_kind == "script", events.c.verb.in_(verbs))
    return connection.execute(mine.order_by(events.c.id)).all()


def _fill_makers(connection) -> None:
    """A person's recording was made by whoever the trail names first from the moment that it was made."""
    revisions = sa.table("revisions", sa.column("id"), sa.column("script_id"))
    renditions = sa.table(
        "renditions",
        *(sa.column(n) for n in ("id", "revision_id", "voice", "by")),
        sa.column("created_at", UtcDateTime()),
    )
    human = connection.execute(
        sa.select(renditions.c.id, renditions.c.created_at, revisions.c.script_id)
        .join_from(renditions, revisions, revisions.c.id == renditions.c.revision_id)
        .where(renditions.c.voice == "human")
    ).all()
    handed = _trail(connection, ("record",)) if human else []
    with _written(connection):
        for row in human:
            who = next((e.actor for e in handed if e.object_id == str(row.script_id) and e.at >= row.created_at), None)
            if who is not None:
                connection.execute(sa.update(renditions).where(renditions.c.id == row.id).values(by=who))


@contextlib.contextmanager
def _written(connection):
    """Let the new column of renditions be filled, which are append-only before and after."""
    if connection.dialect.name != "sqlite":
        op.execute("ALTER TABLE renditions DISABLE TRIGGER renditions_append_only")
        yield
        op.execute("ALTER TABLE renditions ENABLE TRIGGER renditions_append_only")
        return
    name = "renditions_no_update"
    made = connection.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"), {"name": name}
    )
    op.execute(f"DROP TRIGGER {name}")
    yield
    op.execute(made)


def _refuse_changes() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER contributions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contributions "
            "FOR EACH STATEMENT EXECUTE FUNCTION loa_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER contributions_no_{verb.lower()} BEFORE {verb} ON contributions "
            "BEGIN SELECT RAISE(ABORT, 'contributions is append-only'); END"
        )
