"""After a stop: what it holds back goes on, or is dropped, because a person says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, OutputStop
from broadcaster.db.queries import air
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.stops import HeldNow, known
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.air.shown import SHOWN
from broadcaster.domain.air.shown import deciding as of_broadcast
from broadcaster.domain.air.stops import Stops
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.air import broadcasts, ear, emergency_ending, emergency_soundings
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

DROPPED = "Đã dừng phát rồi bỏ."


def keep(session: Session, stops: Stops) -> None:
    """Keep what is later than what is known."""
    before = known(session)
    for name, stop in before.joined(stops).by_output.items():
        if before.by_output.get(name) != stop:
            session.merge(OutputStop(output=name, at=stop.at, by=stop.by))


def one_held(station: Station, number: int, *, urgent: bool) -> HeldNow:
    """One thing that is held back.

    Raises:
        RuleError: it is not, or not any more.
    """
    with station.db.read() as session:
        return _one(station, session, number, urgent=urgent)


def deciding(session: Session, one: HeldNow) -> dict[str, Any]:
    """All that a person is shown of what a stop holds back, and all that would sound of it."""
    held = (one.zones, one.stop.at, one.stop.by)
    if one.urgent:
        row = one_of(session, Emergency, one.number)
        said = {"title": row.title, "text": row.text, "zones": row.zones, "repeat_minutes": row.repeat_minutes}
        return {**said, "sound": row.quick_sha256, "held": held}
    return of_broadcast(broadcast_of(one_of(session, BroadcastRow, one.number)), held=held)


def let_go(station: Station, actor: Actor, number: int, *, urgent: bool, seal: str | None = None) -> None:
    """Order anew what a stop holds back: it sounds now or, where its time is still to come, at its time.

    An emergency is said again from its siren, and its repeats go on. `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not operate, or not in an emergency.
        NotAsShownError: it is no longer what was shown.
        RuleError: it is not held back any more.
    """
    actor.require(Permission.EMERGENCY if urgent else Permission.OPERATE)
    now = station.now()
    with station.db.write() as session:
        one = _one(station, session, number, urgent=urgent)
        require_shown(deciding(session, one), seal, SHOWN)
        Trail(session, now, actor).record("let-go", "emergency" if urgent else "broadcast", number)
        overdue = _order_anew(station, session, number, now, urgent=urgent)
    if overdue:
        broadcasts.send(station, actor, Verb.AIR, broadcast_id=number)
    else:
        ear.ring(station.home)


def drop(station: Station, actor: Actor, number: int, *, urgent: bool) -> None:
    """Give up what a stop holds back: it will not sound, and an emergency is over.

    Raises:
        ForbiddenError: the actor may not operate, or not in an emergency.
        RuleError: it is not held back any more.
    """
    one_held(station, number, urgent=urgent)
    if urgent:
        emergency_ending.cancel(station, actor, number, DROPPED)
    else:
        broadcasts.send(station, actor, Verb.SKIP, broadcast_id=number)


def _order_anew(station: Station, session: Session, number: int, now: dt.datetime, *, urgent: bool) -> bool:
    """Write the new order; return whether its time is past, so that play-out must be told to begin."""
    if urgent:
        emergency_soundings.again(station, session, one_of(session, Emergency, number), now)
        return False
    row = one_of(session, BroadcastRow, number)
    row.ordered_at = known(session).after(now, station.outputs(session).of_zones(row.zones))
    return row.starts_at <= now


def _one(station: Station, session: Session, number: int, *, urgent: bool) -> HeldNow:
    for one in air.present(session, station.now(), station.settings.several).held:
        if (one.number, one.urgent) == (number, urgent):
            return one
    raise RuleError("Buổi này không còn bị giữ lại: đã phát tiếp, đã bỏ hoặc đã quá giờ.", field="broadcast")
