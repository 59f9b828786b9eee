"""Single broadcasts changed by people: moved, copied, planned again, added, filled by hand.

What planning made and a person changed is marked `by_hand`, and planning leaves it alone from then on. A broadcast of
the rotation that is moved stays in its place as cancelled, saying where it went: so planning does not make it anew.
Each act is kept, so that it can be undone (`undoing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, origins
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    SESSION_KINDS,
    BroadcastKind,
    BroadcastState,
    RundownItem,
)
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.shown import SHOWN, deciding
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS
from broadcaster.domain.schedule.rundown import Reason, cue_item, script_item
from broadcaster.domain.seen import mark_of, require_seen
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.coming import editable
from broadcaster.services.schedule.places import require_place, require_words, room_ahead, soonest
from broadcaster.services.schedule.room import Room
from broadcaster.services.schedule.undoing import keeping
from broadcaster.services.scripts.approving import approved
from broadcaster.services.scripts.correcting import renew
from broadcaster.services.station import Station

RECENT = dt.timedelta(days=2)
"""So long a session that nobody heard is offered again."""
NOBODY_HEARD = (BroadcastState.MISSED, BroadcastState.REFUSED, BroadcastState.UNHEARD)
UNSURE = (*NOBODY_HEARD, BroadcastState.UNKNOWN)
"""What nobody heard, or nobody knows whether it was heard."""
_BY_HAND = "Người vận hành xếp tay."


def unheard(row: BroadcastRow) -> bool:
    """Whether it is a session whose end is that nobody heard it, or that nobody knows."""
    session = row.kind in SESSION_KINDS and row.origin not in NO_SESSION
    return session and row.state in UNSURE


def lost(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether a session was not surely heard, lately or with its time still to come: it may be planned again."""
    return unheard(row) and row.starts_at > now - RECENT


def mark(row: BroadcastRow) -> str:
    """A mark of a broadcast's rundown, by which a form knows whether it changed meanwhile."""
    return mark_of(facts_of(row))


def facts_of(row: BroadcastRow) -> dict[str, Any]:
    """What a broadcast says, item by item, and where it stands."""
    items = [f"{i.title} (số {i.script_id})" if i.script_id else i.title for i in row.rundown]
    return {"items": items, "state": row.state.label}


def key_of(item: RundownItem) -> str:
    """The name of an item in the form of its broadcast: its place, and what it is."""
    return f"item:{item.no}:" + (f"script:{item.script_id}" if item.script_id else f"sound:{item.audio_sha256}")


def keys_anew(row: BroadcastRow, keys: Sequence[str], cues: Mapping[str, str]) -> list[str]:
    """The keys of a form that was opened on an older rundown, for the present one.

    What is gone from the broadcast is taken from the stock: `cues` are the names of the station's sounds by their hash.
    """
    stock = {f"sound:{sha256}": f"cue:{name}" for sha256, name in cues.items()}
    have = stock | {key_of(i).split(":", 2)[2]: key_of(i) for i in reversed(row.rundown)}
    whats = [key.split(":", 2)[2] if key.count(":") > 1 else key for key in keys]
    return [have.get(what, what) for what in whats]


def move(
    station: Station,
    actor: Actor,
    number: int,
    starts_at: dt.datetime,
    *,
    dry_run: bool = False,
    seal: str | None = None,
) -> int:
    """Air a broadcast at another time (aware UTC); return the number under which it now stands.

    `dry_run` only checks; `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: it may no longer be changed, the hour is not allowed, or something else airs then.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _changeable(session, number, station.now())
        require_shown(deciding(broadcast_of(row)), seal, SHOWN)
        require_place(station, session, row, starts_at, row.zones, besides=row.id)
        probe = origins.copied(row, row.zones, starts_at)
        renew(probe, approved(session))
        require_words(station, session, probe, starts_at)
        if dry_run:
            return row.id
        before, moved = row.starts_at, row
        with keeping(station, session, actor, "move", [row.id]) as touched:
            if row.kind is BroadcastKind.ROTATION:
                moved = origins.moved(row, starts_at)
                row.state, row.by_hand = BroadcastState.CANCELLED, True
                row.verdict, row.causes = f"Dời sang {_moment(station, starts_at)}.", (Cause.MOVED,)
                session.add(moved)
                session.flush()
                touched.append(moved.id)
            else:
                row.ends_at = starts_at + (row.ends_at - row.starts_at)
                row.starts_at = starts_at
            moved.ordered_at = station.now()
            renew(moved, approved(session))
        _note(station, session, actor, "move", moved, before=before, after=starts_at)
        return moved.id


def copy(
    station: Station,
    actor: Actor,
    number: int,
    starts_at: dt.datetime,
    zones: Sequence[str] = (),
    *,
    dry_run: bool = False,
    seal: str | None = None,
) -> int:
    """Plan the same rundown once more at another time, in `zones` (none: the same zones); return its number.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the hour is not allowed, or something else airs then.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _row(session, number)
        require_shown(deciding(broadcast_of(row)), seal, SHOWN)
        codes = list(zone_map(session).expand(zones or row.zones, where="zones"))
        twin = origins.copied(row, codes, starts_at)
        renew(twin, approved(session))
        require_place(station, session, twin, starts_at, codes, length=_room(row))
        require_words(station, session, twin, starts_at)
        return row.id if dry_run else _keep(station, session, actor, twin, row.starts_at)


def again(station: Station, actor: Actor, number: int) -> tuple[int, dt.datetime]:
    """Plan a broadcast that was not heard once more, at the soonest moment that is possible; return number and moment.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: it is still to come or was heard, or there is no place for it in the coming days.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _row(session, number)
        if not lost(row, station.now()):
            raise RuleError(
                "Chỉ xếp lại được buổi chưa ai nghe được hoặc không rõ đã phát, trong hai ngày qua.", field="broadcast"
            )
        twin, at = _once_more(session, row, room_ahead(station, session))
        twin.ends_at += at - twin.starts_at
        twin.starts_at = at
        return _keep(station, session, actor, twin, row.starts_at), at


def soonest_again(session: Session, row: BroadcastRow, room: Room) -> dt.datetime:
    """When `again` would plan a broadcast.

    Raises:
        RuleError: nothing of it may be said any more, or there is no place for it in the coming days.
    """
    return _once_more(session, row, room)[1]


def offered_again(station: Station, session: Session, row: BroadcastRow) -> tuple[dt.datetime | None, str]:
    """When what nobody heard could be planned once more, or why it cannot; neither where there is nothing to plan."""
    if not lost(row, station.now()):
        return None, ""
    try:
        return soonest_again(session, row, room_ahead(station, session)), ""
    except RuleError as error:
        return None, error.message


def _once_more(session: Session, row: BroadcastRow, room: Room) -> tuple[BroadcastRow, dt.datetime]:
    twin = origins.copied(row, row.zones, row.starts_at)
    renew(twin, approved(session))
    twin.state = row.state  # its own time counts too, where that is still to come
    require_words(room.station, session, twin, room.station.now())
    at = soonest(session, twin, room)
    if at is None:
        raise RuleError(
            "Ba ngày tới không còn giờ nào xếp được buổi này. Hãy chép sang một ngày xa hơn.", field="broadcast"
        )
    twin.state = BroadcastState.PLANNED
    return twin, at


def _room(row: BroadcastRow) -> dt.timedelta | None:
    """The room that a copy takes: that of the slot, where the row is one."""
    return row.ends_at - row.starts_at if row.kind is BroadcastKind.ROTATION else None


def _keep(station: Station, session: Session, actor: Actor, twin: BroadcastRow, before: dt.datetime) -> int:
    twin.ordered_at = station.now()
    with keeping(station, session, actor, "copy") as touched:
        session.add(twin)
        session.flush()
        touched.append(twin.id)
    _note(station, session, actor, "copy", twin, before=before, after=twin.starts_at)
    return twin.id


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
        require_place(station, session, row, starts_at, codes)
        with keeping(station, session, actor, "plan") as touched:
            session.add(row)
            session.flush()
            touched.append(row.id)
        _note(station, session, actor, "plan", row, before=None, after=starts_at)
        return row.id


def set_rundown(station: Station, actor: Actor, number: int, keys: Sequence[str], seen: str) -> None:
    """Fill a broadcast by hand: `keys` in order, `seen` the `mark` of what the person saw.

    A key is as `key_of` makes it (`item:3` will do) for an item that it has, `script:12` or `cue:chuong` for one that
    it gets.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: it changed meanwhile or may no longer be changed, an item is unknown, not approved or not valid
            that day, or all together are longer than the broadcast may be.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _changeable(session, number, station.now())
        require_seen(facts_of(row), seen or "-", {"items": "Nội dung", "state": "Trạng thái"})
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
        with keeping(station, session, actor, "rundown", [row.id]):
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
    known = approved(session)
    cues = cue_sounds(session)
    have = {i.no: i for i in row.rundown}
    day = station.local(row.starts_at).date()
    items: list[RundownItem] = []
    for no, key in enumerate(keys, 1):
        kind, _, name = key.partition(":")
        place = name.partition(":")[0]
        wanted = int(place) if place.isdecimal() and len(place) < 10 else 0
        if kind == "item" and wanted in have:
            items.append(replace(have[wanted], no=no))
        elif kind == "script" and wanted in known:
            if not known[wanted].valid_on(day):
                raise RuleError(f"“{known[wanted].title}” chưa đến hoặc đã hết hạn vào ngày phát.", field="items")
            items.append(script_item(known[wanted], no))
        elif kind == "cue" and name in cues:
            items.append(cue_item(cues[name], no))
        else:
            raise RuleError("Có mục không còn trong kho hoặc chưa được duyệt. Hãy tải lại trang.", field="items")
    return items


def _row(session: Session, number: int) -> BroadcastRow:
    return one_of(session, BroadcastRow, number)


def _changeable(session: Session, number: int, now: dt.datetime) -> BroadcastRow:
    row = _row(session, number)
    if not editable(row, now):
        why = f"đang ở trạng thái “{row.state.label}”" if row.state is not BroadcastState.PLANNED else "sắp bắt đầu"
        raise RuleError(f"Buổi “{row.title}” {why} nên không sửa được nữa.", field="broadcast")
    return row


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
