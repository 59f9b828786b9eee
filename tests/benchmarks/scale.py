"""How the station grows: a year for a hundred zones, conflicts at three sizes, three million entries, five years.

    python -m tests.benchmarks.scale plan [days=365] [zones=100] [slots=8]
    python -m tests.benchmarks.scale conflicts [largest=160000]
    python -m tests.benchmarks.scale log [entries=3000000]
    python -m tests.benchmarks.scale years [years=5]

Each figure stands beside the alternative of the same run: a bare expansion of the dates, a pairwise search, the same
query without its index.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, text

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, ChainHead, DayException, PlayLogEntry, Rendition, ZoneRow
from broadcaster.db.queries import log
from broadcaster.db.queries.scripts.one import latest_revision
from broadcaster.db.queries.zones import cue_sounds
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.roles import machine
from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.scheduling.conflict import House, Planned
from broadcaster.scheduling.conflicts import conflicts
from broadcaster.scheduling.expand import expand
from broadcaster.services.log import playlog
from broadcaster.services.log.completeness import check
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation, rotations_in_force
from broadcaster.services.scripts.editing import add_script, submit
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
TOPICS = ("y-nghia-cchc", "khac")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _station(folder: str, zones: int, start: dt.datetime) -> Station:
    station = init(
        Path(folder) / "home",
        overrides={"hours": {"windows": ["04:00-23:59"], "sessions_per_day": 12}, "approval": {"four_eyes": False}},
        clock=FrozenClock(start),
    )
    with station.db.write() as session:
        session.execute(delete(ZoneRow))
        session.execute(delete(DayException))
        for n in range(zones):
            session.add(ZoneRow(code=f"z{n:03d}", name=f"Cụm {n}", position=n))
    return station


def _scripts(station: Station, count: int) -> None:
    """Approved scripts with a pinned sound; no voice is needed to plan or to simulate."""
    actor = machine()
    with station.db.read() as session:
        sound = cue_sounds(session)["ngat"]
    for n in range(count):
        number = add_script(station, actor, ScriptFields(f"Bài {n}", "vhxh", TOPICS[-1], f"Bài số {n}."))
        with station.db.write() as session:
            session.add(
                Rendition(
                    revision_id=latest_revision(session, number).id,
                    spoken_text="x",
                    spoken_sha256=text_sha256(f"{n}"),
                    lexicon_version="đo",
                    voice="tone:beep",
                    engine_version="đo",
                    audio_sha256=sound.audio_sha256,
                    duration_ms=sound.duration_ms,
                    lufs=-16.0,
                    dbtp=-2.0,
                    cues=[],
                    notes=[],
                    created_at=station.now(),
                )
            )
        submit(station, actor, number)
        approve(station, actor, number)


def _rotation(zones: int, slots: int) -> str:
    parts = ['[rotation]\ncode = "nam"\ntitle = "Năm"\nvalid_from = 2026-01-01\n']
    for z in range(zones):
        for s in range(slots):
            minute = 240 + s * (1100 // slots)
            parts.append(
                f'[[slot]]\ncode = "z{z:03d}-{s}"\ntitle = "Buổi {s + 1}"\nstart = "{minute // 60:02d}:{minute % 60:02d}"\n'
                f'max_minutes = 20\nzones = ["z{z:03d}"]\n[[slot.item]]\nkind = "cue"\ncue = "ngat"\n'
                '[[slot.item]]\nkind = "fill"\nmax_items = 5\nseparation_hours = 2\n'
            )
    return "".join(parts)


def measure_plan(days: int = 365, zones: int = 100, slots: int = 8) -> None:
    """Plan every zone's own slots, 30 approved scripts to choose from, rows into SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        station = _station(folder, zones, dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC))
        _scripts(station, 30)
        apply_rotation(station, machine(), _rotation(zones, slots), "nam.toml")
        before = _megabytes()
        began, cpu = time.perf_counter(), time.process_time()
        result = plan(station, days)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        with station.db.read() as session:
            rotations = rotations_in_force(session)
            size = Path(station.home.root / "station.db").stat().st_size / 1e6
        began = time.perf_counter()
        bare = sum(1 for _ in expand(rotations, dt.date(2027, 1, 1), days, {}, TZ))
        bare_s = time.perf_counter() - began
        station.close()
    print(
        f"plan {days} days, {zones} zones x {slots} slots: {result.added} broadcasts in {wall:.1f} s ({cpu:.1f} CPU s), "
        f"{1e6 * wall / max(result.added, 1):.0f} µs each, peak {_megabytes():.0f} MB ({before:.0f} before), "
        f"database {size:.0f} MB; bare expansion of {bare} dates {bare_s:.1f} s"
    )


def measure_conflicts(largest: int = 160_000) -> None:
    """Find the conflicts of three sizes, and beside the smallest a search that compares all pairs of a zone."""
    house = House(hours=StationHours((Window.parse("04:00-23:59"),)), caps=Caps(None, None, None), tz=TZ)
    start = dt.datetime(2026, 1, 1, 4, tzinfo=TZ)
    for size in (largest // 16, largest // 4, largest):
        found = []
        for n in range(size):
            at = start + dt.timedelta(days=n // 800, minutes=n % 8 * 130)
            minutes = 9 if n % 97 else 140  # one in a hundred runs into the next
            end = at + dt.timedelta(minutes=minutes + 1)
            found.append(
                Planned(
                    id=n,
                    title=f"Buổi {n}",
                    starts_at=at,
                    ends_at=end,
                    sound_ms=minutes * 60_000,
                    zones=(f"z{n // 8 % 100:03d}",),
                    scripts=2,
                )
            )
        began = time.perf_counter()
        hits = len(conflicts(found, house, start.date(), 1))
        took = time.perf_counter() - began
        beside = ""
        if size == largest // 16:
            by_zone: dict[str, list[Planned]] = {}
            for p in found:
                by_zone.setdefault(p.zones[0], []).append(p)
            began = time.perf_counter()
            pairs = sum(
                a.starts_at < b.ends_at and b.starts_at < a.ends_at
                for group in by_zone.values()
                for a, b in combinations(group, 2)
            )
            beside = f"; all pairs of each zone, overlaps alone ({pairs}): {time.perf_counter() - began:.2f} s"
        print(f"conflicts among {size} broadcasts: {hits} in {took:.2f} s, {1e6 * took / size:.1f} µs each{beside}")


def _entries(count: int, zones: int = 100) -> Iterator[Entry]:
    start = dt.datetime(2023, 1, 1, 22, tzinfo=dt.UTC)
    for n in range(count):
        broadcast, zone = divmod(n, zones)
        at = start + dt.timedelta(hours=3 * broadcast / 5)
        yield Entry(
            id=f"b{broadcast}-1-z{zone:03d}",
            broadcast_id=broadcast,
            broadcast_title="Buổi",
            item_no=1,
            zone=f"z{zone:03d}",
            kind="script",
            title=f"Bài {broadcast % 200}",
            script_id=broadcast % 200,
            revision=1,
            topic=f"t{broadcast % 12}",
            unit="vhxh",
            genre="column",
            audio_sha256="a" * 64,
            planned_at=at,
            started_at=at,
            ended_at=at + dt.timedelta(seconds=60),
            duration_ms=60_000,
            heard_ms=60_000,
            outcome=Outcome.FULL,
            reason="",
            actor="tự động",
            host="may",
            sink="main",
        )


def measure_log(count: int = 3_000_000) -> None:
    """Load a valid chain, then ask what people ask; beside each the same question with its index taken away."""
    with tempfile.TemporaryDirectory() as folder:
        station = _station(folder, 100, dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC))
        began = time.perf_counter()
        with station.db.write() as session:
            loaded = playlog.load(session, _entries(count), station.now())
        took = time.perf_counter() - began
        print(
            f"load {loaded} entries as a valid chain: {took:.1f} s, {loaded / took:.0f} a second, peak {_megabytes():.0f} MB"
        )
        with station.db.read() as session:
            began = time.perf_counter()
            verdict = playlog.verify(session)
            print(f"verify the whole chain: {time.perf_counter() - began:.1f} s, holds: {verdict.holds}")
            head = session.get_one(ChainHead, 1)
            last = session.scalar(select(func.max(PlayLogEntry.planned_at)))
        assert head.seq == loaded
        month = log.LogFilter(start=last - dt.timedelta(days=30), end=last + dt.timedelta(days=1))
        zone = log.LogFilter(start=last - dt.timedelta(days=30), end=last + dt.timedelta(days=1), zone="z042")
        questions: dict[str, Callable[[object], object]] = {
            "a page of the last month": lambda s: log.page(s, month, 50, 0),
            "the sums of the last month": lambda s: log.sums(s, month),
            "a page of one zone's month": lambda s: log.page(s, zone, 50, 0),
            "one broadcast": lambda s: list(playlog.entries(s, broadcast_id=777)),
            "which of a page were corrected": lambda s: log.corrected(s, [f"b{n}-1-z001" for n in range(50)]),
        }
        figures = {name: _timed(station, ask) for name, ask in questions.items()}
        with station.db.write() as session:
            names = session.scalars(
                text(
                    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'play_log' AND sql IS NOT NULL"
                )
            ).all()
            for name in names:
                session.execute(text(f'DROP INDEX "{name}"'))
        for name, ask in questions.items():
            print(f"{name}: {1000 * figures[name]:.1f} ms; without the indexes {1000 * _timed(station, ask):.0f} ms")
        station.close()


def _timed(station: Station, ask: Callable[[object], object]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with station.db.read() as session:
            ask(session)
        times.append(time.perf_counter() - began)
    return min(times)


def measure_years(years: int = 5) -> None:
    """Simulate years of two sessions a day in ten zones; totals must be those of the calendar, to the airing."""
    with tempfile.TemporaryDirectory() as folder:
        start = dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)
        station = _station(folder, 10, start)
        _scripts(station, 12)
        slots = "".join(
            f'[[slot]]\ncode = "{code}"\ntitle = "Buổi {code}"\nstart = "{at}"\nmax_minutes = 10\nweekdays = {days}\n'
            f'[[slot.item]]\nkind = "fill"\nmax_items = {most}\n'
            for code, at, days, most in (
                ("sang", "05:00", '["mon", "tue", "wed", "thu", "fri", "sat"]', 3),
                ("chieu", "17:00", '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', 2),
            )
        )
        apply_rotation(
            station, machine(), f'[rotation]\ncode = "nam"\ntitle = "Năm"\nvalid_from = 2026-01-01\n{slots}', "nam.toml"
        )
        first, last = dt.date(2027, 1, 1), dt.date(2026 + years, 12, 31)
        count = (last - first).days + 1
        days = [first + dt.timedelta(days=n) for n in range(count)]
        sundays = sum(d.weekday() == 6 for d in days)

        def each_day(day: dt.date) -> None:
            if day.weekday() == 0 or day == first:
                plan(station, 8)

        plan(station, 8)
        began = time.perf_counter()
        with Simulation(station, each_day=each_day) as life:
            life.run_until(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=TZ))
        took = time.perf_counter() - began
        with station.db.read() as session:
            aired = session.scalar(
                select(func.count()).select_from(BroadcastRow).where(BroadcastRow.state == BroadcastState.AIRED)
            )
            full = session.scalar(
                select(func.count()).select_from(PlayLogEntry).where(PlayLogEntry.outcome == Outcome.FULL)
            )
            holds = playlog.verify(session).holds
        whole = check(station, first, last)
        station.close()
    wanted = 2 * count - sundays
    items = 10 * (3 * (count - sundays) + 2 * count)
    assert (aired, full, holds, whole.whole) == (wanted, items, True, True), (aired, wanted, full, items, holds)
    print(
        f"{years} years, {aired} broadcasts and {full} entries, exactly those of the calendar, chain holds, one verdict "
        f"each: {took:.0f} s, {1000 * took / aired:.1f} ms a broadcast, peak {_megabytes():.0f} MB"
    )


if __name__ == "__main__":
    {"plan": measure_plan, "conflicts": measure_conflicts, "log": measure_log, "years": measure_years}[sys.argv[1]](
        *(int(a) for a in sys.argv[2:])
    )
