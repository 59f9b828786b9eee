"""The processes of a running station: three as `loa up` starts them, and the desk that play-out starts for itself.

Each loads its own part of the house and no other's: play-out stands ready sooner, and a small machine has the memory.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from broadcaster import apart, logs, private
from broadcaster.cli.place import home_option, where
from broadcaster.errors import RuleError, StationError
from broadcaster.ports import taken
from broadcaster.reserve import Reserve
from broadcaster.supervise import bond
from broadcaster.supervise.panel_port import SOCKETS, PanelPort, inherited
from broadcaster.supervise.signals import stop_event
from broadcaster.threads import WatchedThread

if TYPE_CHECKING:
    from pathlib import Path

    from broadcaster.home import Home
    from broadcaster.services.station import Station


@click.command("web")
@click.option("--host", help="Địa chỉ lắng nghe.")
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng.")
@home_option
@click.pass_context
def web_command(ctx: click.Context, host: str | None, port: int | None, own_home: str | None) -> None:
    """Chạy trang quản lý (thường do “loa up” gọi)."""
    from broadcaster.panel.serve import serve  # noqa: PLC0415 - only this process needs Flask

    stop = stop_event()
    with _process(ctx, own_home, "web") as station:
        bond.follow_supervisor(stop)
        WatchedThread(functools.partial(_require_database, station, stop), "database", once=True).start()
        doors = inherited() or taken(host or station.settings.web.host, port or station.settings.web.port)
        serve(station, doors, stop)


@click.command("playout")
@home_option
@click.pass_context
def playout_command(ctx: click.Context, own_home: str | None) -> None:
    """Chạy phần phát sóng (thường do “loa up” gọi)."""
    from broadcaster.clock import SystemClock  # noqa: PLC0415
    from broadcaster.supervise.desk_link import DeskLink  # noqa: PLC0415

    clock, stop, root = SystemClock(), stop_event(), where(ctx, own_home)
    desk = DeskLink([sys.executable, "-m", "broadcaster", "--home", str(root), "desk"], clock)
    desk.start()  # before anything else: both load at once
    try:
        from broadcaster.playout.engine import Manner, Playout  # noqa: PLC0415 - only this process makes sound

        home = _home(root, "playout")
        bond.follow_supervisor(stop)
        settings = home.settings_in_use()
        reserve = Reserve(home.run / "reserve", settings.playout.reserve_megabytes * 1_000_000)
        Playout(desk, home, settings, clock, manner=Manner(urgent=True)).run(stop, reserve)
    finally:
        desk.close()


@click.command("worker")
@home_option
@click.pass_context
def worker_command(ctx: click.Context, own_home: str | None) -> None:
    """Chạy phần xử lý nền: đọc, xử lý âm thanh, lên lịch, sao lưu (thường do “loa up” gọi)."""
    from broadcaster.services.alerts import watching  # noqa: PLC0415
    from broadcaster.services.station import answers  # noqa: PLC0415 - play-out opens no database
    from broadcaster.worker.consumer import run  # noqa: PLC0415 - only this process works in the background

    stop = stop_event()
    apart.turn_on()
    with _process(ctx, own_home, "worker") as station:
        bond.follow_supervisor(stop)
        watch = WatchedThread(functools.partial(watching.run, station, stop), "alerts")
        watch.start()  # people are told also while the database is away
        try:
            anew = answers(station, stop) and run(station, stop)
        finally:
            stop.set()
            watch.join(watching.SEND_S)
    if anew:
        raise SystemExit(bond.ANEW)


@click.command("supervise", hidden=True)
@click.option("--host", help="Địa chỉ lắng nghe của trang quản lý.")
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng của trang quản lý.")
@home_option
@click.pass_context
def supervise_command(ctx: click.Context, host: str | None, port: int | None, own_home: str | None) -> None:
    """Trông ba tiến trình của đài đã mở (do “loa up” gọi): không nạp cơ sở dữ liệu, nên nhẹ."""
    from broadcaster.clock import SystemClock  # noqa: PLC0415
    from broadcaster.supervise.notify import Notifier  # noqa: PLC0415
    from broadcaster.supervise.up import watch_over  # noqa: PLC0415

    stop, systemd = stop_event(), Notifier(os.environ)
    bond.follow_supervisor(stop)
    held, _ = inherited(), os.environ.pop(SOCKETS, "")
    home = _home(where(ctx, own_home), "up")
    with bond.only(home, "up"):
        watch_over(home, SystemClock(), systemd, PanelPort(web_of(home, host, port), click.echo, held), stop)
    click.echo("Đài đã tắt.")


def web_of(home: Home, host: str | None, port: int | None) -> Callable[[], tuple[str, int]]:
    """Where the panel shall be: what was asked for, else what the settings say at that moment."""

    def now() -> tuple[str, int]:
        web = home.settings_in_use().web
        return host or web.host, port or web.port

    return now


def hand_over(home: Home, at: tuple[str | None, int | None], door: PanelPort, environ: Mapping[str, str]) -> None:
    """Become the process that watches over the station, and that alone: what opened it is let go of with its memory.

    Args:
        home: of the station.
        at: the host and the port that were asked for on the command line, if any.
        door: the panel's port, which stays held.
        environ: as this process got it.
    """
    host, port = at
    asked = [*(["--host", host] if host else []), *(["--port", str(port)] if port else [])]
    command = [sys.executable, "-m", "broadcaster", "--home", str(home.root), "supervise", *asked]
    sys.stdout.flush()
    sys.stderr.flush()
    for handle in door.handles():
        os.set_inheritable(handle, True)
    os.execve(sys.executable, command, {**environ, **door.environment()})  # noqa: S606 - no shell is wanted


@click.command("desk", hidden=True)
@home_option
@click.pass_context
def desk_command(ctx: click.Context, own_home: str | None) -> None:
    """Trả lời máy phát từ cơ sở dữ liệu của đài, mỗi câu một dòng (do “loa playout” gọi)."""
    from broadcaster.services.desk import LocalDesk  # noqa: PLC0415 - only this process holds play-out's database
    from broadcaster.services.station import open_station  # noqa: PLC0415
    from broadcaster.supervise.desk_server import DeskServer  # noqa: PLC0415

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # it ends with its asker, who has last lines to bring in
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)
    outlet, sys.stdout = sys.stdout, sys.stderr  # whatever prints must not stand among the answers
    try:
        home = _home(where(ctx, own_home), "desk")
    except RuleError:
        return  # there is no station here, as play-out itself says
    DeskServer(lambda: LocalDesk(open_station(home.root)), outlet).serve(sys.stdin)


def _home(root: Path, name: str) -> Home:
    from broadcaster import home as home_module  # noqa: PLC0415 - the desk of play-out is begun before

    home = home_module.find(root)
    private.shut(home.root)
    logs.configure(name, home.logs)
    return home


@contextlib.contextmanager
def _process(ctx: click.Context, own_home: str | None, name: str) -> Iterator[Station]:
    """Open the station for the one process of this name."""
    from broadcaster.services.station import open_station  # noqa: PLC0415 - play-out opens no database

    home = _home(where(ctx, own_home), name)
    with bond.only(home, name):
        yield open_station(home.root, patient=True)


def _require_database(station: Station, stop: threading.Event) -> None:
    """End the panel when its database, once it answers, is none of this program."""
    from broadcaster.services.station import answers  # noqa: PLC0415 - play-out opens no database

    try:
        answers(station, stop)
    except StationError as error:
        logs.EventLog(__name__).error("no database of this program", error=error.message)
        stop.set()
