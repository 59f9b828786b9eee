"""Ordinary words of the whole station are read otherwise only when a leader lets them be; abbreviations at once.

What an editor asks for waits here. An entry says who agreed to it: emergencies are read by the shipped words and by
entries that a leader agreed to, and an entry that nobody but its maker has looked at makes its maker a contributor.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import LexiconProposal, LexiconRow, LexiconVersion
from broadcaster.db.queries import proposals
from broadcaster.db.queries.one import one_of
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import ForbiddenError
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import changes, layers
from broadcaster.services.lexicon.changes import Change
from broadcaster.services.lexicon.files import import_change, toml_of
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a change: the version that is in force, and how many entries wait for a leader."""

    version: int
    waits: int


def put(
    station: Station, actor: Actor, change: Change, *, confirmed: Collection[int] = (), hold: bool | None = None
) -> Put:
    """Make what the actor may make alone, and lay the rest before the leaders.

    Raises:
        ForbiddenError, RuleError, AffectedError: as `changes.apply`.
    """
    actor.require(Permission.WRITE)
    with station.db.read() as session:
        changes.require_opened(session, change)
        removed = {r.id: layers.entry_of(r) for r in session.scalars(layers.live(change.script_id))}
        now = layers.version(session)
    if change.script_id is not None or actor.may(Permission.APPROVE):
        return Put(changes.apply(station, actor, change, confirmed=confirmed, hold=hold), 0)
    add = tuple(e for e in change.add if layers.is_ordinary(layers.checked(e).written))
    remove = tuple(n for n in change.remove if n in removed and layers.is_ordinary(removed[n].written))
    rest = replace(
        change,
        add=tuple(e for e in change.add if e not in add),
        remove=tuple(n for n in change.remove if n not in remove),
    )
    if rest.add or rest.remove:
        now = changes.apply(station, actor, rest, confirmed=confirmed, hold=hold)
    if add or remove:
        with station.db.write() as session:
            words = ", ".join(dict.fromkeys([*(e.written for e in add), *(removed[n].written for n in remove)]))
            session.add(
                LexiconProposal(
                    add=toml_of(map(layers.checked, add)), remove=list(remove), by=actor.username, at=station.now()
                )
            )
            Trail(session, station.now(), actor).record("propose", "lexicon", "", note=words[:500])
    return Put(now, len(add) + len(remove))


class Makers(NamedTuple):
    """Who stands behind an entry of the station."""

    by: str
    agreed_by: str | None

    @property
    def alone(self) -> bool:
        """Whether its maker's own name is the only one under it."""
        return self.by == self.agreed_by

    def awaits(self, actor: Actor) -> bool:
        """Whether a name under it is wanted that this actor may put there."""
        if actor.username == self.by:
            return False
        return self.alone or (self.agreed_by is None and actor.may(Permission.APPROVE))


def makers(session: Session) -> dict[int, Makers]:
    """Of each entry of the station in force who made it, and who put a name to it last."""
    query = select(LexiconRow.id, LexiconVersion.by, LexiconRow.agreed_by).join(
        LexiconVersion, LexiconVersion.number == LexiconRow.since
    )
    found = session.execute(query.where(LexiconRow.until.is_(None), LexiconRow.script_id.is_(None)))
    return {row[0]: Makers(row[1], row[2]) for row in found}


def change_of(session: Session, row: LexiconProposal) -> Change:
    """What a proposal asks for; entries that are gone meanwhile are left out."""
    there = set(session.scalars(select(LexiconRow.id).where(LexiconRow.id.in_(row.remove), LexiconRow.until.is_(None))))
    add = import_change(row.add.encode(), name="đề nghị").add if row.add else ()
    return Change(add=add, remove=tuple(n for n in row.remove if n in there))


def deciding(session: Session, row: LexiconProposal) -> dict[str, Any]:
    """All that a leader is shown of a proposal: what is to be read how, and what goes."""
    gone = select(LexiconRow.written, LexiconRow.spoken).where(LexiconRow.id.in_(change_of(session, row).remove))
    return {"by": row.by, "add": row.add, "gone": sorted(map(tuple, session.execute(gone)))}


def decide(
    station: Station,
    actor: Actor,
    number: int,
    *,
    accept: bool,
    confirmed: Collection[int] = (),
    hold: bool | None = None,
    seal: str | None = None,
) -> None:
    """Let a proposal take effect, or put it aside; `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor is no leader.
        NotAsShownError: it asks for something else by now.
        RuleError: it was decided before.
        AffectedError: approved scripts would become stale that were not confirmed.
    """
    actor.require(Permission.APPROVE)
    with station.db.read() as session:
        row = proposals.undecided(session, LexiconProposal, number)
        change, by = change_of(session, row), row.by
        require_shown(deciding(session, row), seal, {"add": "Cách đọc mới", "gone": "Cách đọc bị bỏ"})
    if accept:
        changes.apply(station, actor, change, confirmed=confirmed, hold=hold, by=by)
    with station.db.write() as session:
        row = proposals.undecided(session, LexiconProposal, number)
        proposals.settle(row, actor.username, station.now(), accept=accept)
        Trail(session, station.now(), actor).record(
            "accept" if accept else "refuse", "lexicon", "", note=f"số {number}"
        )


def agree(station: Station, actor: Actor, entry_id: int) -> None:
    """Put one's name to an entry that somebody else made: a leader to anybody's, an editor to a leader's own.

    Raises:
        ForbiddenError: the actor made it, or is no leader where one is needed.
        NotFoundError: there is no such entry.
    """
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        row = one_of(session, LexiconRow, entry_id)
        maker = session.get_one(LexiconVersion, row.since).by
        if row.agreed_by is None:
            actor.require(Permission.APPROVE)
        if maker == actor.username:
            raise ForbiddenError("Hãy nhờ người khác đồng ý với mục do chính bạn đặt.", field="entry")
        row.agreed_by = actor.username
        Trail(session, station.now(), actor).record("agree", "lexicon", entry_id, note=row.written)


def agreed(session: Session) -> tuple[LexiconEntry, ...]:
    """The station's entries that a leader agreed to."""
    rows = session.scalars(layers.live().where(LexiconRow.agreed_by.is_not(None)))
    return tuple(layers.entry_of(row) for row in rows)
