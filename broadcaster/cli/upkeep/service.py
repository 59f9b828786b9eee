"""The station as a service of the machine: put in, looked at, turned, taken out; the same words on every system."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broadcaster import homes
from broadcaster.boot.state import ServiceState
from broadcaster.cli.place import home_option
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade import wishes
from broadcaster.services.setup.upgrade.versions import usual
from broadcaster.supervise import bond

if sys.platform == "win32":
    from broadcaster.boot import windows as keeper
else:
    from broadcaster.boot import systemd as keeper


@click.group("service")
def service_command() -> None:
    """Cho đài tự bật cùng máy: cài, xem, bật, tắt, gỡ dịch vụ."""


def _root(ctx: click.Context, own_home: str | None) -> tuple[str | None, Home]:
    named = own_home or ctx.find_root().obj["home"]
    return named, Home(homes.wanted(named))


@service_command.command("install")
@click.option("--starter", is_flag=True, help="Lập đài với kịch bản và lịch phát mẫu nếu chưa có đài.")
@home_option
@click.pass_context
def install(ctx: click.Context, own_home: str | None, *, starter: bool) -> None:
    """Cài dịch vụ, cho tự bật cùng máy, và bật đài ngay. Làm lại bao nhiêu lần cũng được."""
    named, home = _root(ctx, own_home)
    if not named:
        home = Home(homes.wanted(None) if homes.is_home(homes.wanted(None)) else homes.installed().home)
    by_hand = bond.living(home) if home.run.is_dir() else {}
    if by_hand and not keeper.state().running:
        raise StationError(
            f"Đài này đang được chạy bằng tay (tiến trình {by_hand.get('up') or next(iter(by_hand.values()))}). Hãy tắt "
            "nó rồi cài lại.",
            field=str(home.root),
        )
    for line in keeper.install(home.root, starter=starter):
        click.echo(line)
    _show(ctx, keeper.state())


@service_command.command("status")
@click.pass_context
def status(ctx: click.Context) -> None:
    """Xem dịch vụ: đang chạy không, từ bao giờ, có tự bật cùng máy không, đài đang nói gì."""
    _show(ctx, keeper.state())


@service_command.command("start")
@click.pass_context
def start(ctx: click.Context) -> None:
    """Bật đài."""
    _turn(ctx, "start")


@service_command.command("stop")
@click.pass_context
def stop(ctx: click.Context) -> None:
    """Tắt đài; lần sau bật máy đài lại tự bật."""
    _turn(ctx, "stop")


@service_command.command("restart")
@click.pass_context
def restart(ctx: click.Context) -> None:
    """Tắt rồi bật lại đài. Loa im chừng nửa phút."""
    _turn(ctx, "restart")


@service_command.command("remove")
def remove() -> None:
    """Gỡ dịch vụ. Đài, âm thanh và nhật ký còn nguyên."""
    done = list(keeper.remove())
    for line in done or ["Không có dịch vụ nào để gỡ."]:
        click.echo(line)
    if keeper.state().installed:
        click.echo("Tệp dịch vụ còn lại là của gói cài đặt; gỡ gói thì tệp ấy mất.")


@service_command.command("show")
@home_option
@click.pass_context
def show(ctx: click.Context, own_home: str | None) -> None:
    """In cấu hình dịch vụ sẽ được cài, không cài gì."""
    click.echo(keeper.unit_for(_root(ctx, own_home)[1].root).text(), nl=False)


def _turn(ctx: click.Context, verb: str) -> None:
    if not keeper.state().installed:
        raise StationError("Chưa cài dịch vụ. Cài: sudo loa service install")
    keeper.turn(verb)
    _show(ctx, keeper.state(), wanted=verb != "stop")


def _show(ctx: click.Context, found: ServiceState, *, wanted: bool = True) -> None:
    """Say how it stands, and end with 1 when that is not what is wanted."""
    for line in found.lines():
        click.echo(line)
    if found.home and (waiting := wishes.told(Home(Path(found.home)), usual())):
        click.echo(waiting)
    ctx.exit(0 if (found.well if wanted else not found.running) else 1)
