"""`loa demo`: a whole day of a station in two minutes, the three processes as threads under one fast clock."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import click

from broadcaster import handwritten, logs
from broadcaster.cli.common import progress_bar
from broadcaster.clock import FastClock, SystemClock, day_start
from broadcaster.domain.people.roles import Actor, machine
from broadcaster.domain.reports.periods import custom
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.playout.engine import Manner, Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.ports import taken
from broadcaster.services.desk import beside
from broadcaster.services.log.playlog import entries, verify
from broadcaster.services.people.accounts import actor_named, make_first_accounts
from broadcaster.services.reports.content import document_of
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup.founding import add_file, init, starter_files
from broadcaster.services.station import Station, open_station
from broadcaster.supervise.signals import stop_event
from broadcaster.text import front_matter
from broadcaster.threads import WatchedThread
from broadcaster.worker import consumer

DAY = dt.timedelta(days=1)
_CHUNK_MS = 1000
"""At several hundred times real time, sound is handed over by the second."""


@click.command("demo")
@click.option(
    "--minutes",
    type=click.FloatRange(0.2, 60),
    default=2.0,
    show_default=True,
    help="Một ngày trôi trong bao nhiêu phút.",
)
@click.option(
    "--scripts", "most", type=click.IntRange(1, 60), default=8, show_default=True, help="Số bài mẫu được đọc."
)
@click.option("--voice", default="espeak:vi+f2", show_default=True, help="Giọng đọc.")
@click.option("--port", type=int, help="Mở trang quản lý ở cổng này trong lúc ngày trôi.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Giữ lại đài mẫu trong thư mục này.")
def demo_command(minutes: float, most: int, voice: str, port: int | None, folder: Path | None) -> None:
    """Xem thử một ngày của đài trôi qua trong hai phút, không ra loa."""
    with ExitStack() as stack:
        root = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loa-demo-")))
        prepared = init(root, overrides={"speech": {"voices": [voice]}, "playout": {"plan_days": 2}})
        logs.configure("demo", prepared.home.logs, screen=False)
        make_first_accounts(prepared)
        _prepare(prepared, most)
        prepared.close()
        midnight = day_start(SystemClock().now().astimezone(prepared.settings.tz).date(), prepared.settings.tz)
        clock = FastClock(midnight, DAY / dt.timedelta(minutes=minutes))
        station = open_station(root, clock=clock)
        stack.callback(station.close)
        for warning in plan(station).warnings:
            click.echo(f"Cảnh báo: {warning}")
        _live(station, clock, midnight + DAY, port)
        _tell(station, midnight.date())


def _prepare(station: Station, most: int) -> None:
    editor, leader = actor_named(station, "bientap"), actor_named(station, "lanhdao")
    files = _choose(starter_files(), most)
    with progress_bar("Đọc các bài mẫu") as progress:
        for n, path in enumerate(files):
            number = add_file(station, editor, path.name, path.read_bytes())
            speak(station, editor, number)
            approve(station, leader, number, "Duyệt để xem thử.")
            progress((n + 1) / len(files))
    scheduler: Actor = machine("xem thử")
    for path in sorted((station.home.root / "schedules").glob("*.toml")):
        if path.name not in {"zones.toml", "exceptions.toml"}:
            apply_rotation(station, scheduler, handwritten.text(path), path.name, agreed=ANYTHING)


def _choose(files: list[Path], most: int) -> list[Path]:
    """Take the station's own calls and then scripts of as many topics as there is room for."""
    calls: list[Path] = []
    rest: list[Path] = []
    for path in files:
        genre = front_matter.parse(path.read_text(encoding="utf-8"), name=path.name).fields.get("genre")
        (calls if genre in {Genre.STATION_CALL, Genre.OPENING, Genre.CLOSING} else rest).append(path)
    spread = sorted(rest, key=lambda p: ([q.parent for q in rest[: rest.index(p)]].count(p.parent), p.as_posix()))
    return calls + spread[: max(most - len(calls), 1)]


def _live(station: Station, clock: FastClock, end: dt.datetime, port: int | None) -> None:
    """Run the three roles as threads until the simulated day is over or Ctrl-C."""
    stop = stop_event()
    sinks = {name: SimulatedHorn(name) for name in (*station.settings.playout.sinks, "aircheck")}
    playout = Playout(
        *beside(station),
        alarm=SimulatedAlarm(clock, threaded=True),
        sinks=sinks,
        manner=Manner(chunk_ms=_CHUNK_MS, durable=False),
    )
    threads = [
        WatchedThread(functools.partial(playout.run, stop), "playout", once=True),
        WatchedThread(functools.partial(consumer.run, station, stop), "worker", once=True),
    ]
    if port is not None:
        from broadcaster.panel.serve import serve  # noqa: PLC0415 - only when the panel is wanted

        doors = taken("127.0.0.1", port)
        threads.append(WatchedThread(functools.partial(serve, station, doors, stop), "web", once=True))
        click.echo(f"Trang quản lý: http://127.0.0.1:{port}/")
    for thread in threads:
        thread.start()
    seen = 0
    while clock.now() < end and not stop.wait(0.5):
        with station.db.read() as session:
            fresh = [line for line in entries(session) if line.seq > seen]
        for line in sorted(fresh, key=lambda line: line.seq):
            seen = line.seq
            e = line.entry
            if e.zone == min(f.entry.zone for f in fresh):
                at = station.local(e.started_at or e.planned_at)
                click.echo(f"{at:%H:%M:%S}  {e.outcome.label:<16} {e.title}")
    stop.set()
    for thread in threads:
        thread.join(30)


def _tell(station: Station, day: dt.date) -> None:
    with station.db.read() as session:
        verdict = verify(session)
        outcomes = Counter(line.entry.outcome.label for line in entries(session))
    click.echo(
        f"\nNhật ký: {verdict.entries} bản ghi, chuỗi dấu {'nguyên vẹn' if verdict.holds else 'KHÔNG khớp'}; "
        + ", ".join(f"{k} {n}" for k, n in outcomes.items())
    )
    for sentence in document_of(station, custom(day, day)).sentences():
        click.echo(sentence)
