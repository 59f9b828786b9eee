"""The coming weeks held against those before, and rotations that rule no day: told among the conflicts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.schedule.matters import mark_of
from broadcaster.domain.schedule.rotations import Rotation
from broadcaster.scheduling.air_difference import AirPlan, AirSession
from broadcaster.scheduling.conflict import Conflict, House, Kind, zones_in_words
from broadcaster.scheduling.never import outranked_by
from broadcaster.scheduling.weeks_before import AHEAD, BACK, gone
from broadcaster.services.schedule.air import FAR, air_of, session_of
from broadcaster.services.schedule.in_force import day_kinds, rotations_in_force
from broadcaster.services.station import Station


def missed_weeks(station: Station, session: Session, house: House) -> list[Conflict]:
    """A conflict for each regular session of the last weeks that the coming ones lack, and each idle rotation."""
    now, today = station.now(), station.today()
    rotations = rotations_in_force(session)
    titles = {r.code: r.title for r in rotations}
    begin = day_start(today - dt.timedelta(days=BACK), station.settings.tz)
    end = day_start(today + dt.timedelta(days=AHEAD), station.settings.tz)
    rows = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.starts_at >= begin,
            BroadcastRow.starts_at < end,
            BroadcastRow.origin == Origin.ROTATION,
            BroadcastRow.state != BroadcastState.CANCELLED,
        )
    ).all()
    past = [session_of(station, r, titles) for r in rows if r.starts_at <= now and not _over(r, rotations, today)]
    ahead = air_of(station, session, today, AHEAD)
    coming = [*ahead.airings, *(session_of(station, r, titles) for r in rows if r.starts_at > now)]
    lost = [(s, [z for z in house.zones if z in s.zones]) for s in gone(past, coming)]
    found = [_lost(s, zones, house, now, ahead, rotations) for s, zones in lost if zones]
    kinds = day_kinds(session)
    for rotation in rotations:
        if others := outranked_by(rotation, rotations, kinds, today, today + dt.timedelta(days=FAR)):
            named = ", ".join(f"“{r.title}”" for r in others)
            found.append(
                Conflict(
                    kind=Kind.IDLE,
                    at=now,
                    what=f"Lịch “{rotation.title}” không ngày nào có hiệu lực: mọi ngày của nó theo lịch {named} đứng "
                    "trước.",
                    remedy="Đặt lịch này là “Phát thêm” (joins = true), tăng thứ tự ưu tiên, hoặc thôi dùng nó.",
                    about=rotation.code,
                )
            )
    return found


def _over(row: BroadcastRow, rotations: Sequence[Rotation], today: dt.date) -> bool:
    """Whether its slot or rotation came to the end that was written for it."""
    for rotation in rotations:
        if rotation.code == row.rotation_code:
            ends = [rotation.valid_to, *(s.valid_to for s in rotation.slots if s.code == row.slot_code)]
            return any(end is not None and end < today for end in ends)
    return False


def _lost(
    s: AirSession, zones: list[str], house: House, now: dt.datetime, ahead: AirPlan, rotations: Sequence[Rotation]
) -> Conflict:
    (code, ruler), _ = Counter(ahead.rulers.values()).most_common(1)[0] if ahead.rulers else (("", ""), 0)
    joining = {r.code for r in rotations if r.joins}
    if s.rotation not in {r.code for r in rotations}:
        why = "lịch của nó không còn dùng"
    elif code and code != s.rotation and s.rotation not in joining:
        why = f"lịch “{ruler}” đang thay lịch “{s.rotation_title}”"
    else:
        why = "khung này không còn, hoặc giờ được phép và Quy chế không cho xếp"
    return Conflict(
        kind=Kind.SILENCED,
        at=now,
        what=f"“{s.name}” vẫn phát trong {BACK // 7} tuần qua ở {zones_in_words(zones, house)}, nhưng "
        f"{AHEAD // 7} tuần tới không còn buổi nào: {why}.",
        remedy="Nếu không cố ý, hãy dùng lại phiên bản cũ của lịch, hoặc đặt lịch mới là “Phát thêm”. Nếu cố ý thì bấm "
        "“Để vậy”.",
        zones=tuple(zones),
        marks=(mark_of(Kind.SILENCED, s.rotation, s.slot, s.at, zones),),
        about=f"{s.rotation}/{s.slot}",
    )
