"""Turning outputs off for a while: rows with an end, told to play-out, and the same for panel, command line and API.

A mute belongs to an output. Whoever turns one zone off turns off all that hang on its outputs, and has to know it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Command, MuteRow, ZoneRow
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.air import mutes_in_force
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind
from broadcaster.domain.air.desk import PROCESS, Answer, OrderOutcome, Verb
from broadcaster.domain.air.mutes import LONGEST
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.errors import RuleError
from broadcaster.services.air import ear, orders
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

SOON = dt.timedelta(hours=1)
"""A broadcast that begins within this is what a person who turns a zone off now has in mind."""
_ROUND = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Silence:
    """What turning a zone off comes to."""

    outputs: tuple[str, ...]
    zones: tuple[str, ...]
    """All that fall silent, the one that was meant among them."""
    until: dt.datetime
    """When it ends unless another end is stated."""
    title: str
    """Of the broadcast with which it ends; empty: with the day's last hour."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What turning something off or on came to."""

    zones: tuple[str, ...]
    """Those that are silent now, or are heard again."""
    until: dt.datetime | None
    """When they are heard again; None: now."""
    answer: Answer | None
    """Play-out's word; None when it has not said so in time."""

    def in_words(self, station: Station, names: Mapping[str, str]) -> str:
        """The same in a Vietnamese sentence."""
        if not self.zones:
            return "Không có cụm loa nào nghe thấy khác đi."
        where = names_in_words([names.get(z, z) for z in self.zones])
        if self.until is None:
            done, noted = f"Đã bật tiếng {where}.", f"Đã ghi lệnh bật tiếng {where}"
        else:
            local = station.local(self.until)
            day = "" if local.date() == station.today() else f" ngày {local:%d/%m}"
            till = f"đến {local:%H:%M}{day}"
            done, noted = f"Đã tắt tiếng {where} {till}.", f"Đã ghi lệnh tắt tiếng {where} {till}"
        if self.answer is not None and self.answer.outcome is OrderOutcome.CARRIED_OUT:
            return done
        return f"{noted}; máy phát chưa trả lời nên chưa biết loa đã đổi hay chưa."


class SharedError(RuleError):
    """Raised when more zones would fall silent than the person knows."""

    code = "shared"


def silence(station: Station, code: str) -> Silence:
    """What would fall silent with a zone (empty: all zones), and for how long unless another end is stated.

    Raises:
        NotFoundError: there is no such zone.
    """
    with station.db.read() as session:
        if code:
            one_of(session, ZoneRow, code, field="zone")
        return _silence(station, session, code)


def mute(
    station: Station, actor: Actor, code: str, *, until: dt.datetime | None = None, why: str = "", seen: Iterable[str]
) -> Turned:
    """Turn off the outputs of a zone (empty: of all zones), and wait for play-out's word on it.

    Args:
        station: the open station.
        actor: who wants it.
        code: the zone.
        until: when it ends (aware); by default with the broadcast that is on there, or comes next, else with the day.
        why: the person's reason.
        seen: the zones of which the person knows that they fall silent.

    Raises:
        ForbiddenError: the actor may not operate.
        SharedError: others would fall silent too.
        RuleError: the zone is unknown or not in use, or the end is past or too far away.
    """
    actor.require(Permission.OPERATE)
    now = station.now()
    with station.db.write() as session:
        if code and not one_of(session, ZoneRow, code, field="zone").enabled:
            raise RuleError("Cụm loa này đang ngừng dùng nên không có tiếng để tắt.", field="zone")
        found = _silence(station, session, code)
        _require_known(session, code, found.zones, seen)
        end = until or found.until
        if not now < end <= now + LONGEST:
            raise RuleError("Giờ bật lại phải sau bây giờ, không quá 7 ngày.", field="until")
        _end(session, found.outputs, now, actor)
        because = one_line(why)[:300]
        rows = [
            MuteRow(output=o, zone=code, since=now, until=end, by=actor.username, why=because, ended_at=None)
            for o in found.outputs
        ]
        session.add_all(rows)
        said = {"zone": code, "outputs": list(found.outputs), "until": end.isoformat()}
        order = _order(session, actor, Verb.MUTE, said, now, because)
    return Turned(found.zones, end, orders.answered(station, order, heard=ear.ring(station.home)))


def unmute(station: Station, actor: Actor, code: str) -> Turned:
    """Let the outputs of a zone (empty: all) sound again, and wait for play-out's word on it.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: the zone is unknown.
    """
    actor.require(Permission.OPERATE)
    now = station.now()
    with station.db.write() as session:
        if code:
            one_of(session, ZoneRow, code, field="zone")
        outputs = station.outputs(session)
        names = outputs.of_zones((code,)) if code else outputs.of_zones(outputs.used)
        before = outputs.only_on(m.output for m in mutes_in_force(session, now))
        ended = _end(session, names if code else None, now, actor)
        after = outputs.only_on(m.output for m in mutes_in_force(session, now))
        order = _order(session, actor, Verb.UNMUTE, {"zone": code, "outputs": sorted(ended)}, now, "")
    back = tuple(z for z in before if z not in after)
    return Turned(back, None, orders.answered(station, order, heard=ear.ring(station.home)))


def _require_known(session: Session, code: str, silent: Sequence[str], seen: Iterable[str]) -> None:
    others = [z for z in silent if z not in {*seen, code}]
    if not others or not code:
        return
    names = zones_queries.zone_names(session)
    count = len(silent) - 1
    raise SharedError(
        f"Cụm này chung âm ly với {count} cụm khác: tắt tiếng là tắt cả {count + 1} "
        f"({names_in_words([names.get(z, z) for z in others])}).",
        field="zone",
    )


def _silence(station: Station, session: Session, code: str) -> Silence:
    outputs, now = station.outputs(session), station.now()
    names = outputs.of_zones((code,)) if code else outputs.of_zones(outputs.used)
    held = {m.output for m in mutes_in_force(session, now)}
    silent = tuple(z for z in outputs.only_on(names | held) if outputs.of_zones((z,)) & names)
    until, title = _end_of(station, session, outputs, names, now)
    return Silence(tuple(sorted(names)), silent, until, title)


def _end_of(
    station: Station, session: Session, outputs: Outputs, names: Iterable[str], now: dt.datetime
) -> tuple[dt.datetime, str]:
    """With what is on there, or comes within the hour; else with the last allowed hour of the day, or in an hour."""
    wanted = frozenset(names)
    rows = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.state.in_(OPEN_STATES),
            BroadcastRow.starts_at <= now + SOON,
            BroadcastRow.ends_at > now,
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
        )
        .order_by(BroadcastRow.starts_at)
    )
    first = next((r for r in rows if outputs.of_zones(r.zones) & wanted), None)
    if first is not None:
        return _rounded(first.ends_at), first.title
    local = station.local(now)
    day_end = max(w.on(local.date(), local.tzinfo)[1] for w in station.settings.station_hours.windows)
    return _rounded(max(day_end, local + SOON)).astimezone(dt.UTC), ""


def _rounded(moment: dt.datetime) -> dt.datetime:
    """The next whole five minutes: an end that can be said."""
    over = dt.timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (_ROUND - over if over else dt.timedelta(0))


def _end(session: Session, names: Iterable[str] | None, now: dt.datetime, actor: Actor) -> set[str]:
    """End what holds on these outputs (None: on all); return the outputs."""
    query = select(MuteRow).where(MuteRow.ended_at.is_(None), MuteRow.until > now)
    rows = session.scalars(query if names is None else query.where(MuteRow.output.in_(list(names)))).all()
    for row in rows:
        row.ended_at, row.ended_by = now, actor.username
    session.flush()
    return {row.output for row in rows}


def _order(
    session: Session, actor: Actor, verb: Verb, arguments: Mapping[str, object], now: dt.datetime, note: str
) -> int:
    row = Command(verb=verb, arguments=dict(arguments), by=actor.username, at=now, done_at=None, answer="")
    session.add(row)
    Trail(session, now, actor).record(f"playout.{verb}", "playout", PROCESS, note=note, after=dict(arguments))
    session.flush()
    return row.id
