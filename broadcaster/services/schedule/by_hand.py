"""Single broadcasts changed by people: moved, copied, left out, taken back, filled by hand.

What planning made and a person changed is marked `by_hand`, and planning leaves it alone from then on. A broadcast of
the rotation that is moved stays in its place as cancelled, saying where it went: so planning does not make it anew,
and the way back is short.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, origins
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    SESSION_KINDS,
    BroadcastKind,
    BroadcastState,
    Origin,
    RundownItem,
)
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS
from broadcaster.domain.schedule.rundown import Reason, cue_item, script_item
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.once import require_caps, require_free
from broadcaster.services.schedule.planning import HANDS_OFF
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station

_BY_HAND = "Người vận hành xếp tay."


def editable(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether people may still change a broadcast: planned, and not about to start."""
    return row.state is BroadcastState.PLANNED and row.starts_at > now + HANDS_OFF


def restorable(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether a broadcast that was left out may be taken back."""
    return row.state is BroadcastState.CANCELLED and row.started_at is None and row.starts_at > now + HANDS_OFF


def mark(row: BroadcastRow) -> str:
    """A mark of a broadcast's rundown, by which a form knows whether it changed meanwhile."""
    whole = json.dumps([[i.as_json() for i in row.rundown], row.state], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def move(station: Station, actor: Actor, number: int, starts_at: dt.datetime, *, dry_run: bool = False) -> int:
    """Air a broadcast at another time (aware UTC); return the number under which it now stands.

    `dry_run` only checks.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: it may no longer be changed, the hour is not allowed, or something else airs then.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _changeable(session, number, station.now())
        _require_place(station, session, row, starts_at, row.zones, besides=row.id)
        if dry_run:
            return row.id
        before = row.starts_at
        if row.kind is BroadcastKind.ROTATION:
            moved = origins.moved(row, starts_at)
            row.state, row.by_hand = BroadcastState.CANCELLED, True
            row.verdict, row.causes = f"Dời sang {_moment(station, starts_at)}.", (Cause.MOVED,)
            session.add(moved)
            session.flush()
        else:
            moved = row
            row.ends_at = starts_at + (row.ends_at - row.starts_at)
            row.starts_at = starts_at
        moved.ordered_at = station.now()
        _note(station, session, actor, "move", moved, before=before, after=starts_at)
        return moved.id


def move_back(station: Station, actor: Actor, number: int) -> int:
    """Undo the move of a broadcast of the rotation; return the number of the one that stands again.

    Raises:
        RuleError: it was not moved, or may no longer be changed.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        moved = _changeable(session, number, station.now())
        origin = session.get(BroadcastRow, moved.origin_id) if moved.origin is Origin.MOVED else None
        if origin is None or not restorable(origin, station.now()):
            raise RuleError("Không còn trả buổi này về giờ cũ được. Hãy dời sang giờ khác.", field="broadcast")
        _require_place(station, session, origin, origin.starts_at, origin.zones, besides=moved.id)
        session.delete(moved)
        origin.state, origin.verdict, origin.causes, origin.by_hand = BroadcastState.PLANNED, "", (), False
        _note(station, session, actor, "move", origin, before=moved.starts_at, after=origin.starts_at)
        return origin.id


def copy(
    station: Station,
    actor: Actor,
    number: int,
    starts_at: dt.datetime,
    zones: Sequence[str] = (),
    *,
    dry_run: bool = False,
) -> int:
    """Plan the same rundown once more at another time, in `zones` (none: the same zones); return its number.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the hour is not allowed, or something else airs then.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _row(session, number)
        codes = list(zone_map(session).expand(zones or row.zones, where="zones"))
        _require_place(station, session, row, starts_at, codes)
        if dry_run:
            return row.id
        twin = origins.copied(row, codes, starts_at)
        twin.ordered_at = station.now()
        session.add(twin)
        session.flush()
        _note(station, session, actor, "copy", twin, before=row.starts_at, after=starts_at)
        return twin.id


def leave_out(station: Station, actor: Actor, numbers: Sequence[int]) -> list[int]:
    """Leave planned broadcasts out; what airs or is about to start is not touched. Return the numbers left out."""
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        rows = [_row(session, n) for n in numbers]
        chosen = [r for r in rows if editable(r, station.now())]
        for row in chosen:
            row.state, row.verdict = BroadcastState.CANCELLED, f"{actor.full_name} bỏ qua buổi này."
            row.causes = (Cause.LEFT_OUT,)
            Trail(session, station.now(), actor).record("skip", "broadcast", row.id, note=row.title)
        return [r.id for r in chosen]


def take_back(station: Station, actor: Actor, numbers: Sequence[int]) -> list[int]:
    """Plan again what was left out, where its time has not come and its place is free; return the numbers."""
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        back = []
        for row in (_row(session, n) for n in numbers):
            if not restorable(row, station.now()):
                continue
            moved = session.scalars(_moved_from(row))
            if moved.first() is not None:
                raise RuleError(
                    "Buổi này đã dời sang giờ khác. Hãy mở buổi đã dời và trả về giờ cũ.", field="broadcast"
                )
            _require_place(station, session, row, row.starts_at, row.zones, besides=row.id)
            row.state, row.verdict, row.causes = BroadcastState.PLANNED, "", ()
            Trail(session, station.now(), actor).record("unskip", "broadcast", row.id, note=row.title)
            back.append(row.id)
        return back


def add(
    station: Station, actor: Actor, title: str, starts_at: dt.datetime, minutes: int, zones: Sequence[str] = ("all",)
) -> int:
    """Plan an empty broadcast of its own, to be filled by hand; return its number.

    Raises:
        RuleError: it has no title, the hour is not allowed or past, or something else airs then.
    """
    actor.require(Permission.SCHEDULE)
    title = one_line(title)
    if not 0 < len(title) <= 200:
        raise RuleError("Hãy đặt tên cho buổi phát, không quá 200 ký tự.", field="title")
    if not 1 <= minutes <= 240:
        raise RuleError("Một buổi dài từ 1 đến 240 phút.", field="minutes")
    with station.db.write() as session:
        codes = list(zone_map(session).expand(zones, where="zones"))
        row = origins.empty(title, codes, starts_at, dt.timedelta(minutes=minutes))
        row.ordered_at = station.now()
        _require_place(station, session, row, starts_at, codes)
        session.add(row)
        session.flush()
        _note(station, session, actor, "plan", row, before=None, after=starts_at)
        return row.id


def set_rundown(station: Station, actor: Actor, number: int, keys: Sequence[str], seen: str) -> None:
    """Fill a broadcast by hand: `keys` in order, `seen` the `mark` of what the person saw.

    A key is `item:3` for an item that it has, `script:12` or `cue:chuong` for one that it gets.

    Raises:
        RuleError: it changed meanwhile or may no longer be changed, an item is unknown, not approved or not valid
            that day, or all together are longer than the broadcast may be.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _changeable(session, number, station.now())
        if mark(row) != seen:
            raise RuleError("Nội dung buổi phát vừa được thay đổi ở nơi khác. Hãy xem lại rồi sửa.", field="items")
        items = _items(station, session, row, keys)
        total = dt.timedelta(milliseconds=sum(i.duration_ms for i in items))
        room = row.ends_at - row.starts_at
        if total > room:
            over = (total - room).total_seconds()
            raise RuleError(
                f"Các mục dài quá khung {over:.0f} giây. Hãy bỏ bớt mục hoặc chọn bài ngắn hơn.", field="items"
            )
        before = [i.title for i in row.rundown]
        kept = {i.script_id for i in items if i.script_id is not None}
        had = {i.script_id: i.title for i in row.rundown if i.script_id is not None}
        reasons = [r for r in row.reasons if (r.script_id in kept) == r.chosen]
        told = {r.script_id for r in reasons if r.chosen}
        new = {i.script_id: i.title for i in items if i.script_id is not None and i.script_id not in told}
        reasons += [Reason(script, title, chosen=True, why=_BY_HAND) for script, title in new.items()]
        gone = [(script, title) for script, title in had.items() if script not in kept]
        reasons += [Reason(script, title, chosen=False, why=f"{_BY_HAND} Đã bỏ ra.") for script, title in gone]
        row.rundown = tuple(items)
        row.sound_ms = sum(i.duration_ms for i in items)
        row.reasons, row.by_hand = tuple(reasons), True
        Trail(session, station.now(), actor).record(
            "rundown",
            "broadcast",
            row.id,
            note=row.title,
            before={"items": before},
            after={"items": [i.title for i in items]},
        )


def release(station: Station, actor: Actor, number: int) -> None:
    """Give a broadcast of the rotation back to planning, which fills it anew at its next turn.

    Raises:
        RuleError: it is not of the rotation, or may no longer be changed.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _changeable(session, number, station.now())
        if row.kind is not BroadcastKind.ROTATION:
            raise RuleError("Buổi này do người xếp riêng, không có khung lịch để xếp lại.", field="broadcast")
        row.by_hand = False
        Trail(session, station.now(), actor).record("release", "broadcast", row.id, note=row.title)


def _items(station: Station, session: Session, row: BroadcastRow, keys: Sequence[str]) -> list[RundownItem]:
    approved = {c.script_id: c for c in airable(session)}
    cues = cue_sounds(session)
    have = {i.no: i for i in row.rundown}
    day = station.local(row.starts_at).date()
    items: list[RundownItem] = []
    for no, key in enumerate(keys, 1):
        kind, _, name = key.partition(":")
        wanted = int(name) if name.isdecimal() and len(name) < 10 else 0
        if kind == "item" and wanted in have:
            items.append(replace(have[wanted], no=no))
        elif kind == "script" and wanted in approved:
            if not approved[wanted].valid_on(day):
                raise RuleError(f"“{approved[wanted].title}” chưa đến hoặc đã hết hạn vào ngày phát.", field="items")
            items.append(script_item(approved[wanted], no))
        elif kind == "cue" and name in cues:
            items.append(cue_item(cues[name], no))
        else:
            raise RuleError("Có mục không còn trong kho hoặc chưa được duyệt. Hãy tải lại trang.", field="items")
    return items


def _row(session: Session, number: int) -> BroadcastRow:
    return one_of(session, BroadcastRow, number)


def _moved_from(row: BroadcastRow) -> Select[int]:
    return select(BroadcastRow.id).where(BroadcastRow.origin == Origin.MOVED, BroadcastRow.origin_id == row.id)


def _changeable(session: Session, number: int, now: dt.datetime) -> BroadcastRow:
    row = _row(session, number)
    if not editable(row, now):
        why = f"đang ở trạng thái “{row.state.label}”" if row.state is not BroadcastState.PLANNED else "sắp bắt đầu"
        raise RuleError(f"Buổi “{row.title}” {why} nên không sửa được nữa.", field="broadcast")
    return row


def _require_place(
    station: Station,
    session: Session,
    row: BroadcastRow,
    starts_at: dt.datetime,
    zones: Sequence[str],
    *,
    besides: int | None = None,
) -> None:
    if starts_at <= station.now() + HANDS_OFF:
        raise RuleError(
            "Giờ phát phải sau bây giờ ít nhất một phút. Muốn phát ngay thì dùng “Phát ngay”.", field="start"
        )
    length = row.ends_at - row.starts_at
    if row.kind is BroadcastKind.ONCE and row.rundown:
        length = dt.timedelta(milliseconds=row.sound_ms)
    station.settings.station_hours.require(station.local(starts_at).replace(tzinfo=None), length, field="start")
    require_free(station, session, zones, starts_at, starts_at + length, besides=besides)
    rest = besides is not None and row.origin in NO_SESSION  # a copy of a rest is a session of its own
    if row.kind in SESSION_KINDS and not rest:
        require_caps(station, session, zones, starts_at, length, besides=besides)


def _moment(station: Station, moment: dt.datetime) -> str:
    local = station.local(moment)
    return f"{local:%H:%M} {WEEKDAY_LABELS[local.weekday()].lower()}, {local:%d/%m/%Y}"


def _note(
    station: Station,
    session: Session,
    actor: Actor,
    verb: str,
    row: BroadcastRow,
    *,
    before: dt.datetime | None,
    after: dt.datetime,
) -> None:
    Trail(session, station.now(), actor).record(
        verb,
        "broadcast",
        row.id,
        note=row.title,
        before={"starts_at": before.isoformat()} if before else None,
        after={"starts_at": after.isoformat()},
    )
