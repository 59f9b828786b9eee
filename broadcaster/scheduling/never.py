"""Rotations and slots that no coming day will hear, with the reason: what is accepted and never airs must say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from broadcaster.domain.schedule.rotations import DayKind, Rotation, in_use, ruling
from broadcaster.scheduling.air_difference import AirPlan

Kinds = Mapping[dt.date, DayKind]


def never_aired(
    rotation: Rotation, rotations: Sequence[Rotation], kinds: Kinds, first: dt.date, air: AirPlan
) -> list[str]:
    """A Vietnamese sentence when nothing of `rotation` airs from `first` on in `air`, or one for each such slot."""
    aired = {a.slot for a in air.airings if a.rotation == rotation.code}
    if not aired:
        why = _why(rotation, rotations, kinds, first, air)
        return [f"Lịch “{rotation.title}”: lịch này không ngày nào có hiệu lực vì {why}."]
    days = [d for d in _days(first, air.last) if rotation in _used(rotations, d, kinds)]
    return [
        f"Khung “{s.title}” ({s.start:%H:%M}) không ngày nào được phát vì "
        + ("không trúng ngày nào của lịch." if not any(s.on(d) for d in days) else f"{_NOT_ALLOWED}.")
        for s in rotation.slots
        if s.code not in aired
    ]


_NOT_ALLOWED = "giờ được phép hoặc số buổi của Quy chế không cho xếp"


def outranked_by(
    rotation: Rotation, rotations: Sequence[Rotation], kinds: Kinds, first: dt.date, last: dt.date
) -> list[Rotation]:
    """The rotations that rule every day on which this one might; none where it rules some day, or has none to rule."""
    if rotation.joins:
        return []
    others = []
    for day in _days(first, last):
        kind = kinds.get(day, DayKind.ORDINARY)
        used, _ = in_use(rotations, day, kind)
        if used == rotation:
            return []
        if any(rotation.rules(day, k) for k in {kind, _fallback(rotations, day, kind)}) and used is not None:
            others.append(used)
    return list(dict.fromkeys(others))


def _why(rotation: Rotation, rotations: Sequence[Rotation], kinds: Kinds, first: dt.date, air: AirPlan) -> str:
    if rotation.valid_to is not None and rotation.valid_to < first:
        return f"đã hết hạn từ {rotation.valid_to:%d/%m/%Y}"
    if others := outranked_by(rotation, rotations, kinds, first, air.last):
        named = ", ".join(f"“{r.title}” (ưu tiên {r.priority})" for r in others)
        return (
            f"mọi ngày của nó đã theo lịch đứng trước: {named}; lịch này ưu tiên {rotation.priority}. "
            "Muốn phát thêm bên lịch ấy thì đặt joins = true (“Phát thêm”), muốn thay lịch ấy thì tăng priority"
        )
    days = [d for d in _days(first, air.last) if rotation in _used(rotations, d, kinds)]
    if not days:
        kind = f"ngày nào là “{rotation.days.label}”" if rotation.days is not DayKind.ORDINARY else "ngày thường nào"
        return f"từ {max(first, rotation.valid_from):%d/%m/%Y} đến {air.last:%d/%m/%Y} chưa có {kind}"
    if not any(s.on(d) for s in rotation.slots for d in days):
        return "không khung phát nào trúng một ngày của lịch"
    return _NOT_ALLOWED


def _used(rotations: Sequence[Rotation], day: dt.date, kinds: Kinds) -> list[Rotation | None]:
    used, joining = in_use(rotations, day, kinds.get(day, DayKind.ORDINARY))
    return [used, *joining]


def _fallback(rotations: Sequence[Rotation], day: dt.date, kind: DayKind) -> DayKind:
    """The kind that a day is ruled as."""
    alone = ruling(rotations, day, kind) is None and kind is not DayKind.MOURNING
    return DayKind.ORDINARY if alone else kind


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
