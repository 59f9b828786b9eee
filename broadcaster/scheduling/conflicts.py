"""What is wrong with the coming days, found before it is heard: pure, and no slower than n log n.

Each conflict carries a sentence and a remedy in Vietnamese. Overlaps are found by one sweep over the starts of each
output; everything else by one look at each broadcast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from broadcaster.clock import day_start
from broadcaster.domain.schedule.caps import SHARED, Breach, Caps, breaches
from broadcaster.domain.schedule.matters import LetBeAnswer, Matter, mark_of
from broadcaster.domain.schedule.windows import StationHours
from broadcaster.domain.setup.outputs import SEPARATE, Outputs
from broadcaster.domain.setup.zones import names_in_words

SHORT_SHARE = 0.25
"""A session that fills less of its slot than this leaves people waiting."""


class Kind(StrEnum):
    """What kind of thing is wrong, worst first."""

    LOST = "lost"
    """A broadcast whose time has come and that nobody heard."""
    UNSURE = "unsure"
    """One that began, and nobody knows whether it was heard."""
    DROPPED = "dropped"
    """A slot that the rotation asks for and the plan leaves out."""
    SILENCED = "silenced"
    """A regular session of the last weeks that the coming ones lack."""
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    CAP = "cap"
    ITEM = "item"
    EMPTY = "empty"
    GAP = "gap"
    OVERLONG = "overlong"
    ASKED = "asked"
    ZONE = "zone"
    SHORT = "short"
    IDLE = "idle"
    """A rotation that rules no day."""

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _LABELS[self]

    @property
    def grave(self) -> bool:
        """Whether something will not be heard, or will be where it must not, unless a person acts."""
        return self not in {Kind.SHORT, Kind.ZONE, Kind.OVERLONG, Kind.ASKED, Kind.IDLE}

    @property
    def matter(self) -> Matter | None:
        """What it is to a person who lets it be; None: nobody may."""
        return _MATTERS.get(self)

    @property
    def ahead(self) -> bool:
        """Whether it stands before all others, however far off: people were promised something that is gone."""
        return self in {Kind.LOST, Kind.UNSURE, Kind.DROPPED, Kind.SILENCED}


_LABELS = {
    Kind.LOST: "Buổi chưa được nghe",
    Kind.UNSURE: "Buổi không rõ đã phát",
    Kind.DROPPED: "Buổi bị bỏ",
    Kind.SILENCED: "Buổi thôi phát",
    Kind.OVERLAP: "Trùng giờ",
    Kind.OUTSIDE: "Ngoài giờ được phép",
    Kind.CAP: "Quá mức Quy chế",
    Kind.ITEM: "Bài không phát được",
    Kind.EMPTY: "Buổi trống",
    Kind.GAP: "Thiếu buổi",
    Kind.OVERLONG: "Dài quá khung",
    Kind.ASKED: "Thiếu lượt phát",
    Kind.ZONE: "Cụm loa",
    Kind.SHORT: "Buổi quá ngắn",
    Kind.IDLE: "Lịch không dùng đến",
}
_MATTERS = {
    Kind.LOST: Matter.BROADCAST,
    Kind.UNSURE: Matter.BROADCAST,
    Kind.DROPPED: Matter.SLOT,
    Kind.SILENCED: Matter.REGULAR,
    Kind.GAP: Matter.SILENCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One broadcast as the search sees it; times aware UTC."""

    id: int
    """0 for one that is not written yet."""
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    sound_ms: int
    zones: tuple[str, ...]
    scripts: int = 0
    """Items that are no station sounds."""
    faults: tuple[str, ...] = ()
    """Why single items will not air."""
    fault_remedy: str = "Duyệt lại hoặc gia hạn bài, hay bấm “Lập lại lịch” để máy thay bài khác."
    """What helps against the first of them."""
    any_hour: bool = False
    """A trial or a confirmed emergency."""
    counts: bool = True
    """Whether it is a session in the sense of the Quy chế."""
    relay: bool = False
    """Whether other sound than its items fills it."""
    relay_fault: str = ""
    """Why a relay of it will not be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing that is wrong."""

    kind: Kind
    at: dt.datetime
    what: str
    remedy: str
    broadcasts: tuple[int, ...] = ()
    zones: tuple[str, ...] = ()
    script: int = 0
    """The script that it is about; 0: it is about broadcasts."""
    again: bool = False
    """Whether the broadcast that it is about can be planned once more by one press."""
    about: str = ""
    """What several conflicts of one kind may have in common, so that they are told together; "": nothing."""
    marks: tuple[str, ...] = ()
    """Of what it tells; a person may let it be. None: it cannot be meant so."""
    answer: LetBeAnswer | None = None
    """Who let it be."""

    def answered(self, known: Mapping[str, LetBeAnswer]) -> Conflict:
        """It with the last answer, where there is one to each mark."""
        found = [known[mark] for mark in self.marks if mark in known]
        return replace(self, answer=max(found, key=lambda a: a.at)) if found and len(found) == len(self.marks) else self


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the broadcasts are held against."""

    hours: StationHours
    caps: Caps
    tz: ZoneInfo
    zones: Mapping[str, str] = field(default_factory=dict)
    """Name of each zone in use."""
    off: Mapping[str, str] = field(default_factory=dict)
    """Name of each zone that is switched off or broken, which hears nothing."""
    muted: Mapping[str, dt.datetime] = field(default_factory=dict)
    """Until when each zone is turned off by a person."""
    outputs: Outputs = SEPARATE
    """Which zones can only sound together."""
    silent_days: frozenset[dt.date] = frozenset()
    """Days on which nothing should air (mourning)."""
    begun: frozenset[str] = frozenset()
    """Zones that heard a session on the first day already."""
    over: bool = False
    """Whether the first day's last allowed hour has passed: what it lacks can no longer be mended."""
    rotations: bool = True
    """Whether any rotation is in force."""


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
        *_gaps(planned, house, first, days),
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


def by_time(found: Iterable[Conflict]) -> list[Conflict]:
    """Conflicts in order of time, the worst of a moment first; before all what people were promised."""
    return sorted(found, key=lambda c: (not c.kind.ahead, c.at, list(Kind).index(c.kind), c.broadcasts, c.what))


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


def _gaps(planned: Sequence[Planned], house: House, first: dt.date, days: int) -> Iterable[Conflict]:
    """Whole days on which a zone in use hears nothing, though others do; and days on which nobody hears anything."""
    heard: dict[dt.date, set[str]] = {first: set(house.begun)} if house.begun else {}
    for p in planned:
        if p.counts and not p.any_hour:
            heard.setdefault(p.starts_at.astimezone(house.tz).date(), set()).update(house.outputs.reach(p.zones))
    for offset in range(days):
        day = first + dt.timedelta(days=offset)
        if day in house.silent_days or (house.over and day == first):
            continue
        silent = [z for z in house.zones if z not in heard.get(day, set())]
        if heard.get(day) and silent:
            yield Conflict(
                kind=Kind.GAP,
                at=day_start(day, house.tz).astimezone(dt.UTC),
                what=f"Ngày {day:%d/%m/%Y}: {zones_in_words(silent, house)} không có buổi phát nào.",
                remedy="Thêm cụm loa vào một khung phát của ngày đó; nếu cố ý thì bấm “Để vậy”.",
                zones=tuple(silent),
                marks=(mark_of(Kind.GAP, day, silent),),
            )
    if not house.rotations:
        yield Conflict(
            kind=Kind.GAP,
            at=day_start(first, house.tz).astimezone(dt.UTC),
            what="Đài chưa có lịch phát nào đang áp dụng nên máy không tự xếp buổi phát nào.",
            remedy="Mở trang Lịch phát, mục Khung lịch, để áp dụng một lịch; hoặc chạy loa schedule apply TỆP.",
        )
        return
    for start, end in _silent_stretches(heard, house, first, days):
        when = f"Ngày {start:%d/%m/%Y}" if start == end else f"Từ ngày {start:%d/%m/%Y} đến hết ngày {end:%d/%m/%Y}"
        yield Conflict(
            kind=Kind.GAP,
            at=day_start(start, house.tz).astimezone(dt.UTC),
            what=f"{when}: cả đài không có buổi phát nào.",
            remedy="Thêm khung phát hoặc một buổi riêng cho ngày đó; nếu cố ý thì bấm “Để vậy”.",
            marks=tuple(mark_of(Kind.GAP, start + dt.timedelta(days=n)) for n in range((end - start).days + 1)),
        )


def _silent_stretches(
    heard: Mapping[dt.date, set[str]], house: House, first: dt.date, days: int
) -> Iterable[tuple[dt.date, dt.date]]:
    """Yield first and last day of each stretch without any session, but for days that the Quy chế wants silent."""
    view = [first + dt.timedelta(days=n) for n in range(days)]
    silent = [
        day
        for day in view
        if not heard.get(day)
        and day not in house.silent_days
        and not (house.over and day == first)
        and not _enough_days(day, heard, house, first, days)
    ]
    start = 0
    for n, day in enumerate(silent):
        if n + 1 == len(silent) or silent[n + 1] - day > dt.timedelta(days=1):
            yield silent[start], day
            start = n + 1


def _enough_days(day: dt.date, heard: Mapping[dt.date, set[str]], house: House, first: dt.date, days: int) -> bool:
    """Whether the week of `day` may have its days already; days out of sight count as days with a session."""
    most = house.caps.days_per_week
    if most is None:
        return False
    week = [day + dt.timedelta(days=n - day.weekday()) for n in range(7)]
    return sum(bool(heard.get(d)) or not 0 <= (d - first).days < days for d in week) >= most


def _sounds_until(p: Planned) -> dt.datetime:
    if p.relay:
        return p.ends_at
    return min(p.ends_at, p.starts_at + dt.timedelta(milliseconds=p.sound_ms))


def _when(moment: dt.datetime, house: House) -> str:
    return f"{moment.astimezone(house.tz):%H:%M %d/%m/%Y}"


def _clock(moment: dt.datetime, house: House) -> str:
    return f"{moment.astimezone(house.tz):%H:%M:%S}".removesuffix(":00")


def zones_in_words(zones: Sequence[str], house: House) -> str:
    """The names of zones; of many the first three and how many more."""
    if house.zones and len(zones) > 3 and len(zones) >= len(house.zones):
        return f"tất cả {len(zones)} cụm loa"
    named = [house.zones.get(z) or house.off.get(z) or z for z in zones]
    return names_in_words(named)
