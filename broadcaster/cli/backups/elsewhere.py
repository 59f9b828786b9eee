"""Copies outside this machine: carried now, shown, tried."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster.cli.backups.asking import typed
from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import RuleError, StationError
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import facts, paper_key
from broadcaster.services.setup.elsewhere.carrying_out import carry, target_of
from broadcaster.services.setup.elsewhere.drill import drill, opened_with_paper
from broadcaster.services.setup.elsewhere.paper_key import PaperKey
from broadcaster.services.station import Station


@click.group("carry")
def carry_command() -> None:
    """Bản sao lưu ở nơi khác: chép, xem, thử khôi phục."""


@carry_command.command("now")
@click.argument("names", nargs=-1, metavar="[NƠI_CẤT]…")
@home_option
@click.pass_context
def now_(ctx: click.Context, names: tuple[str, ...], own_home: str | None) -> None:
    """Sao lưu rồi chép ngay tới các nơi cất trong cài đặt, hoặc chỉ những nơi được nêu."""
    failed = False
    with opened(ctx, own_home) as station:
        actor_of(ctx, station).require(Permission.MANAGE)
        wanted = names or tuple(station.settings.backup.targets)
        if not wanted:
            click.echo(
                "Chưa có nơi cất nào: thêm ở trang Sao lưu nơi khác, hoặc bảng [backup.targets.TÊN] của station.toml."
            )
        else:
            backup(station)
        for name in wanted:
            try:
                known = carry(station, name)
            except StationError as error:
                click.echo(f"{name}: KHÔNG CHÉP ĐƯỢC. {error}", err=True)
                failed = True
            else:
                click.echo(f"{name}: {_words(station, known)}")
    ctx.exit(1 if failed else 0)


@carry_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Xem mỗi nơi cất đang giữ gì, theo lần trả lời gần nhất."""
    with opened(ctx, own_home) as station:
        rows = [(c.target, _where(station, c.target), _words(station, c), c.fault) for c in facts.last_carried(station)]
    show_table(
        "Nơi cất bản sao lưu", ("Tên", "Nơi", "Đang giữ", "Lần chép gần nhất"), rows, empty="Chưa có nơi cất nào."
    )


@carry_command.command("try")
@home_option
@click.pass_context
def try_(ctx: click.Context, own_home: str | None) -> None:
    """Dựng thử đài từ bản sao lưu mới nhất vào chỗ tạm, kiểm tra nhật ký, và kiểm tra các bản ở nơi khác."""
    with opened(ctx, own_home) as station:
        actor_of(ctx, station).require(Permission.MANAGE)
        found = drill(station)
    for line in found.proved:
        click.echo(line)
    for line in found.faults:
        click.echo(f"SAI: {line}", err=True)
    ctx.exit(0 if found.well else 1)


@carry_command.command("open")
@click.argument("name", required=False, metavar="[NƠI_CẤT]")
@click.option(
    "--key-file",
    metavar="TỆP",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp chứa khóa giấy; bỏ qua: hỏi trên màn hình.",
)
@home_option
@click.pass_context
def open_(ctx: click.Context, name: str | None, key_file: Path | None, own_home: str | None) -> None:
    """Mở thử bản mới nhất ở nơi khác bằng tờ giấy khóa, vào chỗ tạm rồi xóa: mỗi năm một lần."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        known = [name] if name else list(station.settings.backup.targets)
        if len(known) != 1:
            raise RuleError(f"Hãy nêu một nơi cất: {', '.join(known) or 'chưa có nơi nào'}.", field="NƠI_CẤT")
        key = paper_key.read(typed(key_file, "Khóa trên giấy", "--key-file"))
        found, faults = opened_with_paper(station, actor, known[0], key)
    click.echo(f"Tờ khóa số {key.mark} mở được bản {found}. Đã xóa chỗ tạm.")
    for line in faults:
        click.echo(f"SAI: {line}", err=True)
    ctx.exit(1 if faults else 0)


@click.command("paper")
@out_option("Ghi tờ khóa (PDF) ra tệp để in; bỏ qua: hiện trên màn hình.")
@click.option("--renew", is_flag=True, help="Thay khóa đang có; hãy giữ cả tờ cũ để mở các bản đã chép.")
@home_option
@click.pass_context
def paper(ctx: click.Context, target: Path | None, own_home: str | None, *, renew: bool) -> None:
    """Tạo khóa mở các bản sao lưu ở nơi khác; chỉ hiện một lần, đài không giữ."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        if target is None:
            show_key(paper_key.make(station, actor, renew=renew))
            return
        made = paper_key.make(station, actor, renew=renew, lay=lambda key: keep(target, paper_key.sheet(station, key)))
    click.echo(f"Đó là tờ khóa số {made.mark}. Hãy in ra giấy rồi XÓA tệp: ai có nó là mở được bản sao lưu.")


def show_key(key: PaperKey) -> None:
    """Show a key that was just made, once."""
    head, *rest = key.groups
    click.echo(f"KHÓA MỞ BẢN SAO LƯU, số {key.mark}. Chép ra giấy ngay: đài không giữ và không hiện lại.")
    click.echo("\n".join([f"  {head}", *(f"  {' '.join(rest[n : n + 5])}" for n in range(0, len(rest), 5))]))
    click.echo("Mất tờ này thì không ai mở được các bản sao lưu ở nơi khác. Cất trong tủ khóa, xa USB sao lưu.")


def _where(station: Station, name: str) -> str:
    try:
        return target_of(station, name).where
    except StationError as error:
        return error.message


def _words(station: Station, known: facts.Carried) -> str:
    if known.newest_at is None:
        return "chưa có bản nào trọn vẹn"
    words = (
        f"{known.nights} bản, mới nhất lúc {station.local(known.newest_at):%H:%M %d/%m/%Y}, {known.size / 1e6:.0f} MB"
    )
    return f"{words}; {known.missing} âm thanh không còn ở máy này để chép" if known.missing else words
