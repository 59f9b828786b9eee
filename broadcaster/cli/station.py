"""The station as a whole: init, up and doctor."""

from __future__ import annotations

import functools
import os
import sys
import threading
import tomllib
from collections.abc import Callable
from typing import Any

import click

from broadcaster import logs, private
from broadcaster.boot.remedy import TURN_ON
from broadcaster.cli.backups.elsewhere import show_key
from broadcaster.cli.common import actor_of, format_option, opened, show_json
from broadcaster.cli.place import home_option, where
from broadcaster.cli.processes import hand_over, web_of
from broadcaster.clock import SystemClock
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.reserve import Reserve
from broadcaster.services.air import fitness, signs
from broadcaster.services.health.three_lines import three_lines
from broadcaster.services.people import first_passwords
from broadcaster.services.people.accounts import make_first_accounts
from broadcaster.services.setup import certificates, doctor, settings_check
from broadcaster.services.setup.elsewhere import paper_key
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.starter import FirstBulletin, first_bulletin, prepare
from broadcaster.services.setup.upgrade import telling
from broadcaster.services.station import Station, answers, away, open_station
from broadcaster.supervise import bond, settling
from broadcaster.supervise.notify import Notifier
from broadcaster.supervise.panel_port import PanelPort
from broadcaster.supervise.signals import stop_event
from broadcaster.supervise.up import watch_over
from broadcaster.threads import WatchedThread

_WATCH_SECONDS = 240.0
_WAITS = (
    "Đài vẫn bật và chờ: máy phát phát những buổi đã nhận; trang quản lý và xử lý nền làm việc lại khi cơ sở dữ liệu "
    "trả lời."
)


def _setting(text: str) -> tuple[str, str, Any]:
    name, equals, value = text.partition("=")
    section, dot, key = name.partition(".")
    if not (equals and dot and section and key):
        raise click.BadParameter(f"“{text}” phải viết như station.commune=xã Mẫu")
    try:
        return section, key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return section, key, value


@click.command("init")
@click.argument("folder", required=False, metavar="[HOME]")
@click.option("--set", "chosen", multiple=True, metavar="MỤC.KHÓA=GIÁ_TRỊ", help="Đặt trước một cài đặt.")
@click.option("--starter", is_flag=True, help="Nạp thêm kịch bản và lịch phát mẫu.")
@home_option
@click.pass_context
def init_command(
    ctx: click.Context, folder: str | None, chosen: tuple[str, ...], own_home: str | None, *, starter: bool
) -> None:
    """Lập một đài mới, hoặc nâng cấp đài đang có; không ghi đè gì."""
    root = where(ctx, folder or own_home)
    fresh = not Home(root).settings_file.exists()
    overrides: dict[str, dict[str, Any]] = {}
    for section, key, value in map(_setting, chosen):
        overrides.setdefault(section, {})[key] = value
    station = init(root, overrides=overrides)
    try:
        click.echo(f"Đài ở {station.home.root}. Cài đặt: {station.home.settings_file}")
        _close(station.home)
        _show_accounts(station)
        if fresh and sys.stdout.isatty():  # whoever sits there writes it down; else it is printed later
            show_key(paper_key.make(station, actor_of(ctx, station)))
        elif not station.settings.backup.recipient:
            click.echo(
                "Chưa in khóa sao lưu, nên chưa chép được bản nào ra ngoài máy này. In: loa key paper -o TỆP.pdf"
            )
        if starter:
            for line in prepare(station):
                click.echo(line)
            click.echo("Đã nạp kịch bản và lịch phát mẫu. Chạy “loa up” để đài hoạt động.")
    finally:
        station.close()


@click.command("up")
@click.option("--host", help="Địa chỉ lắng nghe của trang quản lý.")
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng của trang quản lý.")
@click.option("--starter", is_flag=True, help="Lập đài nếu chưa có, nạp nội dung mẫu và phát ngay một bản tin.")
@click.option("--replace", is_flag=True, help="Tắt những tiến trình đang chạy của đài này rồi bật lại, không hỏi.")
@home_option
@click.pass_context
def up_command(
    ctx: click.Context, host: str | None, port: int | None, own_home: str | None, *, starter: bool, replace: bool
) -> None:
    """Bật đài: phát sóng, xử lý nền và trang quản lý. Ctrl-C để tắt lần lượt."""
    systemd = Notifier(os.environ)
    try:
        _up(Home(where(ctx, own_home)), systemd, (host, port), starter=starter, replace=replace)
    except StationError as error:
        systemd.say(STATUS=error)  # stays to be read until the service is started again
        raise


def _up(home: Home, systemd: Notifier, at: tuple[str | None, int | None], *, starter: bool, replace: bool) -> None:
    with systemd.patience("Đài đang thu xếp lần nâng cấp bị ngắt."):
        settling.settled(home, SystemClock(), click.echo)
    _make_way(home, replace=replace)
    stop = stop_event()
    bond.follow_supervisor(stop)
    if home.settings_file.is_file():  # a disk that is full takes no database before the reserve is given up
        Reserve(home.run / "reserve", home.settings_in_use().playout.reserve_megabytes * 1_000_000).tend()
    with systemd.patience("Đài đang mở cơ sở dữ liệu."):
        station = _founded(home) if starter else open_station(home.root, patient=True)
    _close(station.home)
    logs.configure("up", station.home.logs)
    with bond.only(station.home, "up"):
        refusals: list[StationError] = []
        if why := away(station):
            click.echo(f"{why} {_WAITS}")
            _watch(functools.partial(_come_to_life, station, stop, refusals), "database")
        else:
            _greet(station)
        lines = sink_sentences(station)
        for line in lines:
            click.echo(line)

        where_now = web_of(station.home, *at)
        door = PanelPort(where_now, click.echo)
        at_its_port = door.open()
        if said := certificates.told(station, *where_now()):
            click.echo(said)
        if starter:
            _watch(functools.partial(_tell_first_bulletin, station, stop, lines), "first-bulletin")
        elif os.name == "posix" and at_its_port and not why and not stop.is_set():
            hand_over(station.home, at, door, {**os.environ, **systemd.taken})
        watch_over(station.home, station.clock, systemd, door, stop)
    if refusals:
        raise refusals[0]
    click.echo("Đài đã tắt.")


def _close(home: Home) -> None:
    if said := private.told(home.root, private.close(home.root)):
        click.echo(said)


def _watch(work: Callable[[], None], name: str) -> None:
    WatchedThread(work, name, once=True).start()


def _founded(home: Home) -> Station:
    """The station with its starter kit; one that was founded before is opened also while its database is away."""
    before = home.settings_file.is_file()
    try:
        station = init(home.root)
    except DatabaseUnavailableError as error:
        if not (before and error.passing):
            raise
        return open_station(home.root, patient=True)
    _show_accounts(station)
    for line in prepare(station):
        click.echo(line)
    return station


def _come_to_life(station: Station, stop: threading.Event, refusals: list[StationError]) -> None:
    """Wait for a database that comes later than we do; end all when it is none of ours."""
    try:
        if answers(station, stop):
            click.echo("Cơ sở dữ liệu đã trả lời.")
            _greet(station)
    except StationError as error:
        refusals.append(error)
        stop.set()


def _greet(station: Station) -> None:
    """Mend what can be mended and say what is wrong, before anything sounds."""
    if said := telling.keep_on_record(station):
        click.echo(said)
    for title in signs.mend(station):
        click.echo(f"Âm thanh “{title}” không còn tệp: đài dùng âm thanh đi kèm thay. Nạp lại ở trang Âm thanh.")
    for line in settings_check.in_settings(station):
        click.echo(line)


def _make_way(home: Home, *, replace: bool) -> None:
    """Say which processes of this home live, and end them if that is wanted.

    Raises:
        RuleError: they go on living.
    """
    found = bond.living(home)
    if not found:
        return
    told = ", ".join(f"{bond.NAMES[name]} ({pid or 'không rõ số'})" for name, pid in found.items())
    click.echo(f"Đài này đang chạy: {told}.")
    if not replace and not (sys.stdin.isatty() and click.confirm("Tắt chúng rồi bật lại? Loa sẽ im vài giây.")):
        again = "loa up --replace" if TURN_ON == "loa up" else TURN_ON
        raise RuleError(f"Đài đang chạy nên không bật thêm. Muốn tắt đi rồi bật lại: {again}")
    if left := bond.end(home, found):
        raise RuleError(f"Không tắt được: {', '.join(str(pid) for pid in left.values())}.")


@click.command("doctor")
@click.option("--short", is_flag=True, help="Chỉ ba dòng ngắn để đọc cho người giúp qua điện thoại.")
@format_option
@home_option
@click.pass_context
def doctor_command(ctx: click.Context, shape: str, own_home: str | None, *, short: bool) -> None:
    """Khám đài: đồng hồ, ổ đĩa, ffmpeg, giọng đọc, đường ra âm thanh, buổi phát sắp tới."""
    if short:
        with opened(ctx, own_home, patient=True) as station:
            found = three_lines(station)
        for number, line in enumerate(found.lines, 1):
            click.echo(f"{number}. {line}")
        ctx.exit(0 if found.worst is None else 1)
    from broadcaster.panel.web import own_templates  # noqa: PLC0415 - knows how pages are written

    with opened(ctx, own_home, patient=True) as station:
        checks = [*doctor.examine(station, sink_checks(station)), *own_templates.checks(station.home)]
    if shape == "json":
        show_json([{"name": c.name, "ok": c.ok, "sentence": c.sentence} for c in checks])
    else:
        for c in checks:
            click.echo(f"{'TỐT ' if c.ok else 'HỎNG' if c.ok is False else 'LƯU Ý'}  {c.name}: {c.sentence}")
    ctx.exit(1 if any(c.ok is False for c in checks) else 0)


def sink_sentences(station: Station) -> list[str]:
    """Say where the sound of this station goes on this machine."""
    from broadcaster.playout.sinks import resolve_sinks  # noqa: PLC0415 - asks the sound system

    sinks = resolve_sinks(station.settings, station.home, station.clock)
    words = {name: sinks.notes.get(name) or sinks.examine(name)[0] or f"{sinks.where(name)}." for name in sinks.names}
    return [f"Đường ra “{name}”: {where}" for name, where in words.items()]


def sink_checks(station: Station) -> list[doctor.Check]:
    """Try every sink of this station on this machine; a line for each."""
    from broadcaster.playout.sinks import resolve_sinks  # noqa: PLC0415 - asks the sound system

    sinks = resolve_sinks(station.settings, station.home, station.clock)
    found, used = [], frozenset() if away(station) else fitness.outputs_of(station).names
    for name in sinks.names:
        why, soon = sinks.examine(name)
        nobody = "" if name in sinks.several else sinks.notes.get(name) or sinks.nobody(name).text
        ok = False if why or (nobody and name in used) else None if soon else True
        said = nobody or " ".join(filter(None, (f"{sinks.where(name)}.", why, soon)))
        found.append(doctor.Check(f"Đường ra “{name}”", ok=ok, sentence=said))
    return found


def _show_accounts(station: Station) -> None:
    fresh = make_first_accounts(station)
    if not fresh:
        return
    if not sys.stdout.isatty():  # whatever reads it keeps it: a service's log, a file
        path = first_passwords.leave(station.home, fresh)
        click.echo(f"Tài khoản mới: {', '.join(account.username for account in fresh)}. Mật khẩu lần đầu ở {path}")
        click.echo("Chỉ tài khoản chạy đài đọc được tệp ấy; ai đặt mật khẩu riêng rồi thì dòng của người ấy mất đi.")
        return
    click.echo("Tài khoản mới (mỗi người đổi mật khẩu ở lần đăng nhập đầu; mật khẩu chỉ in một lần này):")
    for account in fresh:
        click.echo(f"  {account.role.label:<16} {account.username:<12} {account.password}")


def _tell_first_bulletin(station: Station, stop: threading.Event, outputs: list[str]) -> None:
    """Tell the person at the screen what the first bulletin does."""
    told = ""
    deadline = station.clock.monotonic() + _WATCH_SECONDS
    while station.clock.monotonic() < deadline and not stop.wait(0.5):
        try:
            found = first_bulletin(station)
        except Exception:  # noqa: BLE001 - only words for the screen; the station itself goes on
            logs.EventLog(__name__).warning("first bulletin not readable")
            return
        if (sentence := _of_first_bulletin(station, found, outputs)) and sentence != told:
            click.echo(sentence)
            told = sentence
        if isinstance(found, str) or (found is not None and found.state.terminal):
            return


def _of_first_bulletin(station: Station, found: FirstBulletin | str | None, outputs: list[str]) -> str:
    if found is None:
        return "Đang đọc bản tin đầu tiên..."
    if isinstance(found, str):
        return f"Chưa phát được bản tin đầu tiên. {found}"
    if not found.state.terminal:
        night = f"chỉ ghi vào bản thu trong {station.home.airchecks} (ngoài giờ được phép)"
        to = night if found.trial else outputs[0].partition(": ")[2].rstrip(".")
        return f"Bản tin đầu tiên phát lúc {station.local(found.starts_at):%H:%M:%S}. {to[0].upper()}{to[1:]}."
    if found.state is BroadcastState.UNHEARD:
        return f"Bản tin đầu tiên đã ghi vào tệp, không ra loa. {found.verdict}"
    if found.trial and found.state is BroadcastState.AIRED and found.words_ms:
        return "Bản tin đầu tiên đã ghi xong vào bản thu, không ra loa. Xem nhật ký: loa log show"
    if found.state is BroadcastState.AIRED and found.words_ms:
        return "Bản tin đầu tiên đã phát xong. Xem nhật ký: loa log show"
    heard = "" if found.words_ms else " Chưa lời nào được nghe thấy. Xem nhật ký: loa log show"
    return f"Bản tin đầu tiên: {found.state.label.lower()}. {found.verdict}{heard}"
