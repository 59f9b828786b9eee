"""What is wrong with the coming days, found before it is heard: pure, and no slower than n log n.

Each conflict carries a sentence and a remedy in Vietnamese. Overlaps are found by one sweep over the starts of each
output; everything else by one look at each broadcast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from broadcaster.clock import day_start
from broadcaster.domain.schedule.caps import SHARED, Breach, breaches
from broadcaster.domain.schedule.matters import mark_of
from broadcaster.scheduling.conflict import Conflict, House, Kind, Planned, by_time, zones_in_words
from broadcaster.scheduling.gaps import gaps

SHORT_SHARE = 0.25
"""A session that fills less of its slot than this leaves people waiting."""


def conflicts(
    planned: Sequence[Planned], house: House, first: dt.date, days: int, missing: Iterable[Planned] = ()
) -> list[Conflict]:
    """What is wrong with `planned` in `days` station days from `first`, in order of time.

    `missing` are broadcasts that the rotation asks for and the plan does not hold.
    """
    found = [
        *_overlaps(planned, house),
        *_one_by_one(planned, house),
        *_caps(planned, house, first),
        *gaps(planned, house, first, days),
    ]
    found += [
        Conflict(
            kind=Kind.GAP,
            at=p.starts_at,
            what=f"Khung “{p.title}” lúc {_when(p.starts_at, house)} chưa có trong lịch.",
            remedy="Bấm “Lập lại lịch”. Nếu đã cố ý bỏ thì bấm “Để vậy”.",
            zones=p.zones,
            marks=(mark_of(Kind.GAP, p.title, p.starts_at, p.zones),),
        )
        for p in missing
    ]
    return by_time(found)


def _overlaps(planned: Sequence[Planned], house: House) -> list[Conflict]:
    """One sweep for each output: what starts before the latest end so far sounds at the same time as that one."""
    by_output: dict[str, list[Planned]] = {}
    for p in planned:
        for output in sorted(house.outputs.of_zones(p.zones)):
            by_output.setdefault(output, []).append(p)
    pairs: dict[tuple[int, int], tuple[Planned, Planned]] = {}
    for found in by_output.values():
        found.sort(key=lambda p: (p.starts_at, p.id))
        latest: Planned | None = None
        for p in found:
            if latest is not None and p.starts_at < _sounds_until(latest):
                pairs.setdefault((id(latest), id(p)), (latest, p))
            if latest is None or _sounds_until(p) > _sounds_until(latest):
                latest = p
    return [
        Conflict(
            kind=Kind.OVERLAP,
            at=b.starts_at,
            what=f"“{b.title}” lúc {_when(b.starts_at, house)} bắt đầu khi “{a.title}” ({_clock(a.starts_at, house)}) "
            f"còn phát tới {_clock(_sounds_until(a), house)}, ở {_meeting_place(a, b, house)}.",
            remedy=f"Dời “{b.title}” sau {_clock(_sounds_until(a), house)}, hoặc bớt bài của “{a.title}”.",
            broadcasts=tuple(n for n in (a.id, b.id) if n),
            zones=house.outputs.meeting(b.zones, a.zones),
        )
        for a, b in pairs.values()
    ]


def _meeting_place(a: Planned, b: Planned, house: House) -> str:
    """Where both would sound: the zones that both are for, else those of `b` and whom they share an amplifier with."""
    if both := [z for z in a.zones if z in set(b.zones)]:
        return zones_in_words(both, house)
    here = zones_in_words(house.outputs.meeting(b.zones, a.zones), house)
    return f"{here}, cùng âm ly với {zones_in_words(house.outputs.meeting(a.zones, b.zones), house)}"


def _one_by_one(planned: Sequence[Planned], house: House) -> Iterable[Conflict]:
    for p in planned:
        local = p.starts_at.astimezone(house.tz)
        length = dt.timedelta(milliseconds=p.sound_ms)
        numbers = (p.id,) if p.id else ()
        if not p.any_hour and not house.hours.allows(local.replace(tzinfo=None), min(length, p.ends_at - p.starts_at)):
            yield Conflict(
                kind=Kind.OUTSIDE,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)} nằm ngoài giờ được phép ({house.hours}).",
                remedy="Dời vào giờ được phép hoặc rút ngắn; máy phát sẽ từ chối phần nằm ngoài.",
                broadcasts=numbers,
                zones=p.zones,
            )
        over = p.sound_ms / 1000 - (p.ends_at - p.starts_at).total_seconds()
        if over > 0:
            yield Conflict(
                kind=Kind.OVERLONG,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)} dài hơn khung {over:.0f} giây nên phần cuối "
                "sẽ bị cắt.",
                remedy="Bỏ bớt một bài khỏi buổi này.",
                broadcasts=numbers,
                zones=p.zones,
                about=p.title,
            )
        if p.faults:
            more = f" Và {len(p.faults) - 1} mục khác cũng vậy." if len(p.faults) > 1 else ""
            yield Conflict(
                kind=Kind.ITEM,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)}: {p.faults[0]}{more}",
                remedy=p.fault_remedy,
                broadcasts=numbers,
                zones=p.zones,
                about=p.faults[0],
            )
        if p.relay_fault:
            yield Conflict(
                kind=Kind.ITEM,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)}: {p.relay_fault}",
                remedy="Sửa nguồn ở [relay] trong station.toml, hoặc sửa khung phát; nếu để yên, loa bỏ phần tiếp âm "
                "và phát tiếp nội dung của đài.",
                broadcasts=numbers,
                zones=p.zones,
                about=p.relay_fault,
            )
        yield from _emptiness(p, house, numbers)
        if quiet := [z for z in p.zones if not p.any_hour and p.starts_at < house.muted.get(z, p.starts_at)]:
            until = max(house.muted[z] for z in quiet)
            yield Conflict(
                kind=Kind.ZONE,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)}: {zones_in_words(quiet, house)} sẽ không nghe được "
                f"vì đang tắt tiếng đến {_when(until, house)}.",
                remedy="Bật tiếng ở trang Đang phát, hoặc để yên nếu cố ý.",
                broadcasts=numbers,
                zones=tuple(quiet),
                about=f"tắt tiếng {' '.join(quiet)}",
            )
        if silent := [z for z in p.zones if z in house.off]:
            yield Conflict(
                kind=Kind.ZONE,
                at=p.starts_at,
                what=f"“{p.title}” lúc {_when(p.starts_at, house)}: {zones_in_words(silent, house)} sẽ không "
                "nghe được.",
                remedy="Sửa cụm loa, hoặc đánh dấu lại khi đã sửa xong.",
                broadcasts=numbers,
                zones=tuple(silent),
                about=" ".join(silent),
            )


def _emptiness(p: Planned, house: House, numbers: tuple[int, ...]) -> Iterable[Conflict]:
    slot_ms = (p.ends_at - p.starts_at).total_seconds() * 1000
    if p.relay:
        return
    if p.scripts == 0 and p.counts:
        yield Conflict(
            kind=Kind.EMPTY,
            at=p.starts_at,
            what=f"“{p.title}” lúc {_when(p.starts_at, house)} chưa có bài nào.",
            remedy="Duyệt thêm bài còn hạn rồi bấm “Lập lại lịch”.",
            broadcasts=numbers,
            zones=p.zones,
            about=p.title,
        )
    elif p.counts and p.sound_ms < SHORT_SHARE * slot_ms:
        yield Conflict(
            kind=Kind.SHORT,
            at=p.starts_at,
            what=f"“{p.title}” lúc {_when(p.starts_at, house)} chỉ có {p.sound_ms / 60_000:.1f} phút "
            f"trong khung {slot_ms / 60_000:.0f} phút.".replace(".", ",", 1),
            remedy="Duyệt thêm bài, hoặc rút ngắn khung phát.",
            broadcasts=numbers,
            zones=p.zones,
            about=p.title,
        )


def _caps(planned: Sequence[Planned], house: House, first: dt.date) -> Iterable[Conflict]:
    """Hold what each zone hears against the Quy chế; zones that break a cap in the same way are named together."""
    held: dict[str, list[tuple[dt.date, float]]] = {}
    sharing: set[str] = set()
    for p in planned:
        if p.counts and not p.any_hour:
            minutes = (
                min(p.ends_at, p.starts_at + dt.timedelta(milliseconds=p.sound_ms)) - p.starts_at
            ).total_seconds()
            day = p.starts_at.astimezone(house.tz).date()
            for zone in house.outputs.reach(p.zones):
                held.setdefault(zone, []).append((day, minutes / 60))
            sharing.update(house.outputs.also(p.zones))
    by_breach: dict[tuple[Breach, bool], list[str]] = {}
    for zone, sessions in held.items():
        for breach in breaches(house.caps, sessions):
            by_breach.setdefault((breach, zone in sharing), []).append(zone)
    for (breach, shared), zones in by_breach.items():
        yield Conflict(
            kind=Kind.CAP,
            at=day_start(max(breach.first, first), house.tz).astimezone(dt.UTC),
            what=f"{breach.text[:-1]}, ở {zones_in_words(zones, house)}{SHARED if shared else ''}.",
            remedy="Bỏ bớt một buổi của ngày hoặc tuần đó, hoặc sửa ở Cài đặt, mục Giờ được phép, theo Quy chế mới.",
            zones=tuple(zones),
        )


def _sounds_until(p: Planned) -> dt.datetime:
    if p.relay:
        return p.ends_at
    return min(p.ends_at, p.starts_at + dt.timedelta(milliseconds=p.sound_ms))


def _when(moment: dt.datetime, house: House) -> str:
    return f"{moment.astimezone(house.tz):%H:%M %d/%m/%Y}"


def _clock(moment: dt.datetime, house: House) -> str:
    return f"{moment.astimezone(house.tz):%H:%M:%S}".removesuffix(":00")
