"""The coming fortnight held against windows, caps, approvals and zones; what is not planned yet is worked out too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow, DayException, ZoneRow
from broadcaster.db.queries import air, schedule
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    SESSION_KINDS,
    BroadcastKind,
    BroadcastState,
    ItemKind,
    Origin,
    RundownItem,
)
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.people.roles import Actor
from broadcaster.domain.schedule.matters import mark_of
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.domain.setup.zones import HornCondition
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Conflict, House, Kind, Planned, by_time
from broadcaster.scheduling.conflicts import conflicts
from broadcaster.scheduling.expand import Place
from broadcaster.scheduling.wishes import unmet
from broadcaster.services.schedule import by_hand, letting_be, requested
from broadcaster.services.schedule.coming import HANDS_OFF, PlanNote
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.schedule.item_faults import Refusal, item_faults
from broadcaster.services.schedule.places import room_ahead
from broadcaster.services.schedule.planned_rows import Draft
from broadcaster.services.schedule.planning import preview
from broadcaster.services.schedule.room import Room
from broadcaster.services.schedule.weeks_before import missed_weeks
from broadcaster.services.scripts.approving import airable, refusals
from broadcaster.services.station import Station

DAYS = 14
_FAR = 60
_OPEN = (BroadcastState.PLANNED, BroadcastState.CUED)
_BROKEN = {HornCondition.BROKEN, HornCondition.REPAIR}


def find(station: Station, days: int = DAYS) -> list[Conflict]:
    """What is wrong with the coming `days`, in order of time."""
    today, now = station.today(), station.now()
    with station.db.read() as session:
        candidates = airable(session)
    wished = [c.valid_to for c in requested.expiring(candidates, today) if c.valid_to is not None]
    far_days = max([days, *((last - today).days + 1 for last in wished)])
    end, far = (day_start(today + dt.timedelta(days=n), station.settings.tz) for n in (days, far_days))
    ahead = preview(station, today, far_days)
    with station.db.read() as session:
        all_rows = session.scalars(
            select(BroadcastRow)
            .where(
                BroadcastRow.starts_at > now,
                BroadcastRow.starts_at < far,
                BroadcastRow.state.in_(_OPEN),
                BroadcastRow.kind != BroadcastKind.TRIAL,
            )
            .order_by(BroadcastRow.starts_at)
        ).all()
        taken = {
            Place(*row)
            for row in session.execute(
                select(BroadcastRow.rotation_code, BroadcastRow.slot_code, BroadcastRow.starts_at).where(
                    BroadcastRow.origin == Origin.ROTATION, BroadcastRow.starts_at > now, BroadcastRow.starts_at < far
                )
            )
        }
        rows = [r for r in all_rows if r.starts_at < end]
        refusal = refusals(session, {i.script_id for row in rows for i in row.rundown if i.script_id is not None})
        planned = [_of_row(station, session, row, refusal) for row in rows]
        house = _house(station, session, today, days)
        later = [d for d in ahead.drafts if d.occurrence.place not in taken]
        before = missed_weeks(station, session, house)
        lost = _lost(station, session, now)
        known_answers = letting_be.answers(session)
        wishes = requested.wishes(station, session, candidates, all_rows, later, HANDS_OFF) if wished else []
    horizon = max((r.starts_at for r in rows if r.kind is BroadcastKind.ROTATION), default=now)
    later = [d for d in later if d.occurrence.starts_at < end]
    missing = [_of_draft(station, d) for d in later if d.occurrence.starts_at <= horizon]
    planned += [_of_draft(station, d) for d in later if d.occurrence.starts_at > horizon]
    dropped = [_of_note(station, n) for n in ahead.notes if n.lost and now < n.occurrence.starts_at < end]
    found = [*lost, *dropped, *before, *conflicts(planned, house, today, days, missing), *unmet(wishes, house)]
    return [c.answered(known_answers) for c in by_time(found)]


def let_be(station: Station, actor: Actor, marks: Collection[str]) -> None:
    """Let what `find` tells under these marks be.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: it tells nothing of the kind any more.
    """
    found = [(c, c.kind.matter) for c in reversed(find(station, _FAR))]  # the words are those of the first
    things = {mark: (what, c.what) for c, what in found if what for mark in c.marks if mark in marks}
    letting_be.let_be(station, actor, things)


def unanswered(session: Session, now: dt.datetime) -> list[BroadcastRow]:
    """The sessions that nobody heard and to which nobody gave an answer."""
    answers = letting_be.answers(session)
    return [r for r in _gone(session, now) if mark_of(Kind.LOST, r.id) not in answers]


def _gone(session: Session, now: dt.datetime) -> list[BroadcastRow]:
    """The sessions that nobody heard, or nobody knows whether anybody did, and that were not planned again."""
    rows = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.starts_at > now - dt.timedelta(days=DAYS),
            BroadcastRow.state.in_(by_hand.UNSURE),
        )
    ).all()
    repeated = select(BroadcastRow.origin_id).where(BroadcastRow.origin == Origin.COPIED)
    answered = set(session.scalars(repeated.where(BroadcastRow.origin_id.in_([r.id for r in rows]))))
    return [r for r in rows if r.id not in answered and by_hand.unheard(r)]


def _lost(station: Station, session: Session, now: dt.datetime) -> list[Conflict]:
    gone = _gone(session, now)
    room = room_ahead(station, session) if gone else None
    return [_of_lost(session, r, room) for r in gone if room]


def _of_lost(session: Session, row: BroadcastRow, room: Room) -> Conflict:
    station = room.station
    again, about = by_hand.lost(row, station.now()), ""
    if again:
        try:
            at = by_hand.soonest_again(session, row, room)
        except RuleError as error:
            again, remedy = False, error.message
        else:
            remedy = (
                f"Bấm “Xếp lại”: buổi này sẽ phát lúc {station.local(at):%H:%M %d/%m}. Không cần nữa thì bấm “Để vậy”."
            )
    else:
        remedy, about = "Đã quá hai ngày: hãy chép buổi này sang giờ khác nếu còn cần, hoặc bấm “Để vậy”.", row.title
    known = row.state is not BroadcastState.UNKNOWN
    fate = "không ai nghe được" if known else "không rõ có phát hay không"
    return Conflict(
        kind=Kind.LOST if known else Kind.UNSURE,
        at=row.starts_at,
        what=f"“{row.title}” lúc {station.local(row.starts_at):%H:%M %d/%m/%Y} {fate}. {row.verdict}",
        remedy=remedy,
        again=again,
        broadcasts=(row.id,),
        zones=tuple(row.zones),
        about=about,
        marks=(mark_of(Kind.LOST, row.id),),
    )


def _of_note(station: Station, note: PlanNote) -> Conflict:
    name, local = f"{note.occurrence.rotation}/{note.occurrence.slot.code}", station.local(note.occurrence.starts_at)
    return Conflict(
        kind=Kind.DROPPED,
        at=note.occurrence.starts_at,
        what=note.text,
        remedy="Sửa khung lịch cho vừa Quy chế và giờ được phép, hoặc bỏ hẳn khung này; để vậy thì loa im vào giờ đó.",
        zones=note.lost,
        about=name,
        marks=(mark_of(Kind.DROPPED, name, local.weekday(), f"{local:%H:%M}", note.lost),),
    )


def _of_row(station: Station, session: Session, row: BroadcastRow, refusal: Refusal) -> Planned:
    b = schedule.broadcast_of(row)
    found = item_faults(session, b, station.local(b.starts_at).date(), refusal)
    faults = [f"mục “{i.title}” sẽ không phát. {found[i.no].text}" for i in b.rundown if i.no in found]
    own = row.kind is BroadcastKind.ROTATION and not row.by_hand
    return Planned(
        id=b.id,
        title=b.title,
        starts_at=b.starts_at,
        ends_at=b.ends_at,
        sound_ms=b.sound_ms,
        zones=b.zones,
        scripts=sum(i.kind is not ItemKind.CUE for i in b.rundown),
        faults=tuple(faults),
        fault_remedy=next((_remedy(why.cause, own=own) for why in found.values()), ""),
        any_hour=b.any_hour,
        counts=b.kind in SESSION_KINDS and row.origin not in NO_SESSION,
        relay=any(i.kind is ItemKind.RELAY for i in b.rundown),
        relay_fault=_relay_fault(station, b.rundown, b.starts_at),
    )


def _remedy(cause: Cause | None, *, own: bool) -> str:
    """What helps against an item that will not air; `own`: planning fills the broadcast, nobody changed it."""
    replace = (
        "bấm “Lập lại lịch” để máy thay bài khác" if own else "mở buổi này, bấm “Xếp nội dung” để bỏ hoặc thay bài"
    )
    match cause:
        case Cause.BYTES_DIFFER:
            return "Bấm “Lập lại lịch”: máy đưa bản vừa duyệt vào buổi này."
        case Cause.EXPIRED:
            return f"Sửa hạn phát ở trang của bài, hoặc {replace}."
        case Cause.NOT_CONFIRMED:
            return "Xem lại bản tin ở trang Khẩn cấp, hoặc bỏ qua buổi này."
        case _:
            return f"Duyệt lại bài: buổi này tự nhận bản được duyệt. Hoặc {replace}."


def _relay_fault(station: Station, items: Sequence[RundownItem], starts_at: dt.datetime) -> str:
    """Why a relay will not be heard: its source is gone, or its hours changed after the rotation was applied."""
    at = station.local(starts_at)
    for item in items:
        if item.relay is not None:
            source = station.settings.relays.get(item.relay)
            if source is None:
                return f"Không có nguồn tiếp âm “{item.relay}” trong cài đặt."
            if why := source.refusal(at):
                return why
        at += dt.timedelta(milliseconds=item.duration_ms)
    return ""


def _of_draft(station: Station, draft: Draft) -> Planned:
    items, slot = draft.filled.items, draft.occurrence.slot
    return Planned(
        id=0,
        title=slot.title,
        starts_at=draft.occurrence.starts_at,
        ends_at=draft.occurrence.ends_at,
        sound_ms=draft.filled.sound_ms,
        zones=draft.zones,
        scripts=sum(i.kind is not ItemKind.CUE for i in items),
        relay=any(i.kind is ItemKind.RELAY for i in items),
        relay_fault=_relay_fault(station, items, draft.occurrence.starts_at),
    )


def _house(station: Station, session: Session, first: dt.date, days: int) -> House:
    now = station.now()
    begun = session.scalars(
        select(BroadcastRow.zones).where(
            BroadcastRow.origin.not_in(NO_SESSION),
            BroadcastRow.starts_at >= day_start(first, station.settings.tz),
            BroadcastRow.starts_at <= now,
            BroadcastRow.kind.in_(SESSION_KINDS),
            BroadcastRow.state != BroadcastState.CANCELLED,
        )
    )
    now_there = air.present(session, now, station.settings.several)
    zones: Sequence[ZoneRow] = session.scalars(select(ZoneRow).order_by(ZoneRow.position, ZoneRow.code)).all()
    exceptions = session.scalars(
        select(DayException).where(
            DayException.day >= first,
            DayException.day < first + dt.timedelta(days=days),
            DayException.kind == DayKind.MOURNING,
        )
    )
    return House(
        hours=station.settings.station_hours,
        caps=station.settings.caps,
        tz=station.settings.tz,
        zones={z.code: z.name for z in zones if z.enabled and z.condition not in _BROKEN},
        off={z.code: f"{z.name} (đang tắt hoặc hỏng)" for z in zones if not z.enabled or z.condition in _BROKEN},
        muted={z: until for z in now_there.muted if (until := now_there.muted_until(z)) is not None},
        outputs=now_there.outputs,
        silent_days=frozenset(e.day for e in exceptions),
        begun=frozenset(z for codes in begun for z in now_there.outputs.reach(codes)),
        over=station.settings.station_hours.over_at(station.local(now)),
        rotations=bool(rotations_in_force(session)),
    )
