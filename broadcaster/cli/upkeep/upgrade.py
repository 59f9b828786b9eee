"""Upgrades at the command line: by an administrator, from a bundle that needs no Internet."""

from __future__ import annotations

import datetime as dt
import functools
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broadcaster import homes
from broadcaster.cli.common import opened, show_json
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option, where
from broadcaster.cli.together import modes
from broadcaster.clock import SystemClock
from broadcaster.domain.setup.upgrades import WATCH_S, Upgrade, UpgradeStep
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home, find
from broadcaster.services.setup.upgrade import bundles, databases, health, record, wishes
from broadcaster.services.setup.upgrade.versions import Versions, usual
from broadcaster.services.setup.upgrade.wishes import Wish
from broadcaster.supervise import handing
from broadcaster.supervise.carrying_out import carried_out, carry_out_wish, laid
from broadcaster.supervise.settling import settled
from broadcaster.supervise.signals import stop_event
from broadcaster.supervise.upgrading import require_nothing_lost

_versions_option = click.option(
    "--versions",
    "folder",
    metavar="THƯ_MỤC",
    type=click.Path(file_okay=False, path_type=Path),
    help="Thư mục các phiên bản của máy này (mặc định: nơi gói cài đặt đặt chúng).",
)
_watch_option = click.option("--watch", type=click.FloatRange(1, 3600), default=WATCH_S, hidden=True)


@click.group("upgrade", invoke_without_command=True)
@click.option(
    "--from",
    "source",
    metavar="GÓI",
    type=click.Path(exists=True, path_type=Path),
    help="Gói nâng cấp: thư mục hay tệp .loa, trong USB cũng được.",
)
@click.option(
    "--now", "hurry", is_flag=True, help="Không đợi lúc 15 phút tới không có buổi nào; vẫn không ngắt tiếng đang phát."
)
@click.option("--yes", is_flag=True, help="Không hỏi lại (không thay được lần hỏi của --now).")
@_versions_option
@_watch_option
@home_option
@click.pass_context
@modes({"--from": ("--now", "--yes", "--versions", "--watch")}, plain=("--now", "--yes", "--versions", "--watch"))
def upgrade_command(
    ctx: click.Context,
    source: Path | None,
    folder: Path | None,
    watch: float,
    own_home: str | None,
    *,
    hurry: bool,
    yes: bool,
) -> None:
    """Nâng cấp chương trình: tự đợi lúc yên, tự chạy thử, tự trở về bản cũ khi bản mới hỏng."""
    if ctx.invoked_subcommand is not None:
        return
    if source is None:
        raise RuleError(
            "Hãy chỉ gói nâng cấp: loa upgrade --from GÓI. Xem tình trạng: loa upgrade status", field="--from"
        )
    home, versions = _home(ctx, own_home), _versions(folder)
    versions.require_rights()
    _agreed(hurry=hurry, yes=yes)

    wish = Wish(version="", bundle=str(source), hurry=hurry, watch_s=watch, trusted=True)
    ctx.exit(_code(_done(home, versions, wish)))


def _done(home: Home, versions: Versions, wish: Wish) -> Upgrade:
    """Have it done by the system's service where that keeps the station, else do it here; how it ended."""
    stop = stop_event(closed_window=False)
    if handing.service_keeps(home, versions):
        version = laid(versions, wish, click.echo)
        return handing.handed_over(home, versions, replace(wish, version=version, bundle=""), click.echo, stop)
    return carried_out(home, versions, wish, SystemClock(), click.echo, stop)


def _agreed(*, hurry: bool, yes: bool) -> None:
    if not (yes or sys.stdin.isatty()):
        raise RuleError("Không có ai ở màn hình để đồng ý: hãy chạy lại với --yes.", field="--yes")
    if not yes:
        click.confirm("Đài sẽ im chừng một phút vào lúc không có buổi nào, rồi chạy thử bản mới. Bắt đầu?", abort=True)
    if hurry:
        if not sys.stdin.isatty():
            raise RuleError("--now cần một người ở màn hình đồng ý lần nữa.", field="--now")
        click.confirm("Trong 15 phút tới có thể có buổi phát bị lỡ nếu bản mới hỏng. Vẫn làm ngay?", abort=True)


def _code(ended: Upgrade) -> int:
    return 0 if ended.step is UpgradeStep.DONE else 1


@upgrade_command.command("status")
@_versions_option
@home_option
@click.pass_context
def status(ctx: click.Context, folder: Path | None, own_home: str | None) -> None:
    """Phiên bản đang dùng, phiên bản còn giữ, lần nâng cấp gần nhất."""
    versions, home = _versions(folder), find(where(ctx, own_home))
    click.echo(f"Đang dùng: {versions.current() or 'không rõ (đài không cài bằng gói cài đặt)'}")
    if kept := [version for version in versions.kept() if version != versions.current()]:
        click.echo(f"Còn giữ: {', '.join(kept)}")
    click.echo(record.told(home) or "Chưa nâng cấp lần nào.")
    if refused := record.refusal(home):
        click.echo(refused.sentence)
    if waiting := wishes.told(home, versions):
        click.echo(waiting)


@upgrade_command.command("back")
@_versions_option
@_watch_option
@home_option
@click.pass_context
def back(ctx: click.Context, folder: Path | None, watch: float, own_home: str | None) -> None:
    """Trở lại phiên bản trước, khi không mất dòng nhật ký nào."""
    home, versions = _home(ctx, own_home), _versions(folder)
    versions.require_rights()
    found = record.last(home)
    if (
        found is None
        or found.step is not UpgradeStep.DONE
        or not versions.is_whole(found.old)
        or found.new != versions.current()
    ):
        raise RuleError("Không có phiên bản trước để trở lại.", field="back")
    if found.migrated:
        require_nothing_lost(databases.kept(home))
    ctx.exit(_code(_done(home, versions, Wish(version=found.old, back=True, watch_s=watch, trusted=True))))


@upgrade_command.command("cancel")
@_versions_option
@home_option
@click.pass_context
def cancel(ctx: click.Context, folder: Path | None, own_home: str | None) -> None:
    """Thôi nâng cấp: bản đang chờ không chờ nữa, bản đang chạy thử trở về bản cũ."""
    home, versions = _home(ctx, own_home), _versions(folder)
    versions.require_rights()
    wish = wishes.wished(home, versions)
    wishes.forget(home, versions)
    running = handing.ended()
    click.echo("Đã thôi nâng cấp." if wish or running else "Không có lần nâng cấp nào đang chờ hay đang chạy.")


@upgrade_command.command("settle")
@home_option
@click.pass_context
def settle(ctx: click.Context, own_home: str | None) -> None:
    """Dọn một lần nâng cấp bị cắt ngang; “loa up” tự làm việc này khi bật."""
    settled(find(where(ctx, own_home)), SystemClock(), click.echo)


@upgrade_command.command("pack")
@click.argument("wheels", metavar="THƯ_MỤC_WHEEL", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("version", metavar="PHIÊN_BẢN")
@out_option("Tệp .loa được ghi.", required=True)
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Khóa ký (64 chữ số hex).")
def pack(wheels: Path, version: str, target: Path, key: Path | None) -> None:
    """Đóng một gói nâng cấp cho những máy như máy này."""
    try:
        signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.read_text("ascii").strip())) if key else None
    except ValueError as error:
        raise RuleError("Khóa ký phải là 64 chữ số hex.", field="--key") from error
    with tempfile.TemporaryDirectory() as scratch:
        made = bundles.packed(wheels, version, Path(scratch) / f"made{bundles.ENDING}", signer)
        with made.open("rb") as file:
            keep(target, iter(functools.partial(file.read, 1 << 20), b""))


@upgrade_command.command("of", hidden=True)
@click.argument("what", type=click.Choice(["health", "quiet", "migrate", "copy", "wished"]))
@click.option("--seconds", type=float, default=0.0)
@click.option("--whole", is_flag=True)
@click.pass_context
def of(ctx: click.Context, what: str, seconds: float, *, whole: bool) -> None:
    """Trả lời bản đang thực hiện việc nâng cấp; “wished”: làm việc nâng cấp đang chờ, cho dịch vụ của máy."""
    try:
        if what == "wished":
            home = find(homes.wanted(ctx.find_root().obj["home"]))
            carry_out_wish(home, usual(), SystemClock(), click.echo, stop_event())
        elif what == "migrate":
            kept = databases.kept(find(where(ctx)))
            show_json(asdict(databases.migrated(kept.copy_url, whole=whole)))
        elif what == "copy":
            databases.kept(find(where(ctx))).copy()
            show_json({})
        else:
            with opened(ctx) as station:
                if what == "health":
                    show_json(health.wrong(station))
                else:
                    why, free = health.quiet(station, dt.timedelta(seconds=seconds))
                    show_json({"why": why, "free": f"{station.local(free):%H:%M %d/%m}"})
    except StationError as error:
        click.echo(error.message, err=True)
        ctx.exit(1)  # 2 says that a version does not know the question


def _home(ctx: click.Context, own_home: str | None) -> Home:
    """The station, by an account that stays what it is: the versions are the administrator's."""
    return find(homes.wanted(own_home or ctx.find_root().obj["home"]))


def _versions(folder: Path | None) -> Versions:
    return Versions(folder.resolve()) if folder else usual()
