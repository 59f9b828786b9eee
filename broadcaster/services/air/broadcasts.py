"""What play-out reads from and writes to the database, and how people tell it what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Command, Incident, ZoneRow
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import changed
from broadcaster.domain.air.broadcasts import (
    OPEN_STATES,
    Broadcast,
    BroadcastState,
)
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import LEFT, PROCESS, Answer, Order, Verb
from broadcaster.domain.air.stops import READY
from broadcaster.domain.log.playlog import Ending
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.air import ear
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.leaving_out import leave_out
from broadcaster.services.schedule.places import not_now
from broadcaster.services.station import Station

UNBEGUN = (BroadcastState.PLANNED, BroadcastState.CUED)
"""Of the open states those in which nothing has sounded yet."""
Heard = TypeVar("Heard")
_SENT = frozenset(Verb) - {Verb.MUTE, Verb.UNMUTE}
URGENT_TITLE = "KHẨN CẤP: "
OVER_TITLE = "HẾT KHẨN CẤP: "
"""How the title of each broadcast of an emergency begins."""


@dataclass(frozen=True, slots=True)
class Due:
    """A broadcast that has not ended, and who claimed it."""

    broadcast: Broadcast
    state: BroadcastState
    owner: str | None


def due(session: Session, until: dt.datetime) -> list[Due]:
    """The broadcasts that start before `until` and have not ended; overdue ones too, however old."""
    rows = session.scalars(
        select(BroadcastRow)
        .where(BroadcastRow.state.in_(OPEN_STATES), BroadcastRow.starts_at <= until)
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    )
    return [Due(broadcast_of(row), row.state, row.owner) for row in rows]


def waiting(session: Session, broadcast_id: int) -> Broadcast | None:
    """A broadcast that has not ended."""
    row = session.get(BroadcastRow, broadcast_id)
    return broadcast_of(row) if row is not None and not row.state.terminal else None


def claim(
    session: Session, broadcast_id: int, owner: str, now: dt.datetime, *, heir_since: dt.datetime | None = None
) -> Broadcast | None:
    """Make the broadcast this play-out's own and return it as it now stands.

    None when it was taken back, has ended, or another machine claimed it: exactly one of two claims succeeds. What
    another machine left open for `LEFT` after its end may be taken over, to be given its verdict; what it had only
    claimed, by the machine that inherited the right to play, if it starts after `heir_since`.
    """
    taken = changed(
        session,
        update(BroadcastRow)
        .where(
            BroadcastRow.id == broadcast_id,
            BroadcastRow.state.in_(OPEN_STATES),
            or_(
                BroadcastRow.owner.is_(None),
                BroadcastRow.owner == owner,
                BroadcastRow.ends_at < now - LEFT,
                *(
                    [and_(BroadcastRow.state == BroadcastState.CUED, BroadcastRow.starts_at > heir_since)]
                    if heir_since is not None
                    else []
                ),
            ),
        )
        .values(
            state=case((BroadcastRow.state == BroadcastState.AIRING, BroadcastState.AIRING), else_=BroadcastState.CUED),
            owner=owner,
        ),
    )
    if taken != 1:
        return None
    return broadcast_of(session.scalars(select(BroadcastRow).where(BroadcastRow.id == broadcast_id)).one())


def let_go(session: Session, broadcast_id: int, owner: str, now: dt.datetime) -> None:
    """Make a broadcast that was claimed and not begun one that waits for its time; near that time it stays claimed."""
    session.execute(
        update(BroadcastRow)
        .where(
            BroadcastRow.id == broadcast_id,
            BroadcastRow.state == BroadcastState.CUED,
            BroadcastRow.owner == owner,
            BroadcastRow.starts_at > now + READY,
        )
        .values(state=BroadcastState.PLANNED, owner=None)
        .execution_options(synchronize_session=False)
    )


def begin(
    session: Session, broadcast_id: int, owner: str, at: dt.datetime, among: Collection[BroadcastState] = OPEN_STATES
) -> None:
    """Mark a broadcast as on air since `at`, unless it has ended; `among` narrows the states in which it is taken."""
    session.execute(
        update(BroadcastRow)
        .where(BroadcastRow.id == broadcast_id, BroadcastRow.state.in_(among))
        .values(state=BroadcastState.AIRING, owner=owner, started_at=at)
        .execution_options(synchronize_session=False)
    )


def unbegun(session: Session, numbers: Collection[int]) -> Sequence[int]:
    """Those of some broadcasts that are not marked as begun."""
    query = select(BroadcastRow.id).where(BroadcastRow.id.in_(numbers), BroadcastRow.state.in_(UNBEGUN))
    return session.scalars(query.order_by(BroadcastRow.id)).all()


def finish(session: Session, broadcast_id: int, ending: Ending) -> bool:
    """Give a broadcast its one verdict; False when it has one already."""
    if not ending.state.terminal or not ending.verdict:
        raise ValueError("a verdict is terminal and has a sentence")
    took = session.get(BroadcastRow, ending.yielded_to) if ending.yielded_to is not None else None
    done = changed(
        session,
        update(BroadcastRow)
        .where(BroadcastRow.id == broadcast_id, BroadcastRow.state.in_(OPEN_STATES))
        .values(
            state=ending.state,
            verdict=ending.verdict,
            causes=ending.causes,
            joined_late=Cause.JOINED_LATE in ending.causes,
            cut_by_emergency_id=took.emergency_id if took is not None else None,
            started_at=ending.started_at,
            finished_at=ending.finished_at,
        ),
    )
    return done == 1


def report_incident(
    session: Session, what: str, note: str, started_at: dt.datetime, *, zone: str | None = None, over: bool = False
) -> None:
    """Open an incident, or with `over` close it; an open one of the same kind, zone and note is not opened twice."""
    query = select(Incident).where(
        Incident.what == what,
        Incident.ended_at.is_(None),
        Incident.zone.is_(None) if zone is None else Incident.zone == zone,
    )
    open_ones = session.scalars(query).all()
    if over:
        for incident in open_ones:
            incident.ended_at = started_at
    elif not any(i.note == note for i in open_ones):
        session.add(Incident(what=what, zone=zone, started_at=started_at, ended_at=None, note=note))


def orders(session: Session, most: int = 200) -> list[Order]:
    """Commands that were not carried out yet, in order."""
    rows = session.scalars(select(Command).where(Command.done_at.is_(None)).order_by(Command.id).limit(most))
    return [Order(r.id, r.verb, r.arguments, r.by, r.at) for r in rows]


def answer(session: Session, said: Answer, now: dt.datetime) -> None:
    """Say what became of a command; the first answer stays."""
    session.execute(
        update(Command)
        .where(Command.id == said.order, Command.done_at.is_(None))
        .values(done_at=now, answer=said.text, outcome=said.outcome, effect=dict(said.effect))
        .execution_options(synchronize_session=False)
    )


def send(station: Station, actor: Actor, verb: str, **arguments: Any) -> int:
    """Tell play-out to do something and wake it; return the command's number.

    0: the stop went without a row, or a broadcast that was only planned was left out in the schedule.

    Verbs: `stop` (zones: list or None for all), `air` and `skip` (broadcast_id), `trust-clock`; what turns sound off
    or on goes through `mutes`. A stop reaches play-out even when the database does not answer.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: no such verb, zone or broadcast.
        DatabaseUnavailableError: the database does not answer, and neither does play-out.
    """
    if verb == Verb.SKIP and leave_out(station, actor, [arguments.get("broadcast_id", 0)]):
        return 0
    return give(station, actor, verb, arguments, lambda message: ear.ring(station.home, **message))[0]


def give(
    station: Station, actor: Actor, verb: str, arguments: dict[str, Any], knock: Callable[[dict[str, Any]], Heard]
) -> tuple[int, Heard]:
    """Write an order and let `knock` take it to play-out; return its number, and what `knock` returned.

    Raises:
        As `send`.
    """
    actor.require(Permission.OPERATE)
    if verb not in _SENT:
        raise RuleError(f"Không có lệnh “{verb}”. Các lệnh: {', '.join(sorted(_SENT))}.", field="verb")
    order_id, now, away = 0, station.now(), None
    try:
        with station.db.write() as session:
            _check(station, session, verb, arguments)
            if arguments.get("zones"):
                arguments["outputs"] = sorted(station.outputs(session).of_zones(arguments["zones"]))
            row = Command(verb=Verb(verb), arguments=arguments, by=actor.username, at=now, done_at=None, answer="")
            session.add(row)
            Trail(session, now, actor).record(f"playout.{verb}", "playout", PROCESS, after=dict(arguments))
            session.flush()
            order_id = row.id
    except DatabaseUnavailableError as error:
        if verb != Verb.STOP:
            raise
        away, order_id = error, 0  # the number of a row that was not kept is given again, to another order
    message = {"verb": verb, "arguments": arguments, "by": actor.username, "order": order_id, "at": now.isoformat()}
    heard = knock(message)
    if away is not None and not heard:
        raise away
    return order_id, heard


def _check(station: Station, session: Session, verb: str, arguments: Mapping[str, Any]) -> None:
    """Refuse what play-out would refuse, before anything is written."""
    if verb in {Verb.AIR, Verb.SKIP}:
        row = one_of(session, BroadcastRow, arguments.get("broadcast_id", 0), field="broadcast_id")
        if row.state.terminal:
            raise RuleError(f"Buổi phát số {row.id} đã kết thúc ({row.state.label}).", field="broadcast_id")
        if verb == Verb.AIR and (refused := not_now(station, session, row)) is not None:
            raise RuleError(f"Chưa phát ngay được. {refused.why}", field="broadcast_id")
    for code in (arguments.get("zones") or ()) if verb == Verb.STOP else ():
        one_of(session, ZoneRow, code, field="zones")
