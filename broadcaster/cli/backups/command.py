"""Backups taken and brought back, and what a station that was brought back still lacks or holds back."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from broadcaster.cli.backups.asking import typed
from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.cli.together import modes
from broadcaster.errors import RuleError
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.setup import carrying, lacking, restored
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import fetching, paper_key
from broadcaster.services.setup.restoring import Restored, restore

_passphrase_option = click.option(
    "--passphrase-file",
    metavar="TỆP",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp chứa cụm mật khẩu; bỏ qua: hỏi trên màn hình.",
)


@click.command("backup")
@click.option("--whole", "--with-sound", is_flag=True, help="Gói cả kho âm thanh vào một tệp.")
@click.option(
    "--to",
    "folder",
    metavar="THƯ_MỤC",
    type=click.Path(file_okay=False, path_type=Path),
    help="Ghi thêm một bản trọn vẹn, mã hóa bằng cụm mật khẩu, vào USB hay ổ khác.",
)
@_passphrase_option
@home_option
@click.pass_context
def backup_command(
    ctx: click.Context, own_home: str | None, folder: Path | None, passphrase_file: Path | None, *, whole: bool
) -> None:
    """Sao lưu đài vào thư mục backups; với --to thì mang được đi nơi khác."""
    if passphrase_file and not folder:
        raise RuleError("--passphrase-file chỉ dùng cùng --to.", field="--passphrase-file")
    if folder:
        carrying.require_takes(folder)
    passphrase = _new_passphrase(passphrase_file) if folder else ""
    with opened(ctx, own_home) as station:
        made = backup(station, whole=whole or folder is not None)
        click.echo(f"Đã sao lưu: {made}")
        if folder:
            carried = carrying.carry(station, actor_of(ctx, station), made.name, folder, passphrase)
            click.echo(f"Đã ghi bản mã hóa: {carried}. Mất cụm mật khẩu thì không ai mở được bản này.")
            click.echo(f"Chỉ tài khoản {carrying.account()} và root đọc được tệp ấy; người khác chép đi: sudo cp.")
        elif not whole:
            click.echo(f"Âm thanh nằm trong {station.home.backups / BESIDE}. Mang đi nơi khác: loa backup --to THƯ_MỤC")


@click.command("restore")
@click.argument("archives", nargs=-1, metavar="[ARCHIVE]", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from", "place", metavar="NƠI", help="Lấy từ nơi khác: thư mục của USB, usb, hoặc tệp .toml của nơi cất."
)
@click.option("--night", default="", metavar="TÊN", help="Với --from: bản nào; bỏ qua: bản mới nhất.")
@click.option(
    "--key-file",
    metavar="TỆP",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Với --from: tệp chứa khóa giấy; bỏ qua: hỏi trên màn hình.",
)
@click.option("--database", default="", metavar="ĐỊA_CHỈ", help="PostgreSQL trống để giữ dữ liệu; bỏ qua: tệp của đài.")
@click.option("--run-commands", is_flag=True, help="Đồng ý cho những lệnh mà bản sao lưu mang theo, không hỏi.")
@_passphrase_option
@modes({"--from": {"--night", "--key-file", "--database", "--run-commands"}}, plain={"--night", "--key-file"})
def restore_command(
    archives: tuple[Path, ...],
    folder: Path,
    place: str | None,
    night: str,
    key_file: Path | None,
    database: str,
    passphrase_file: Path | None,
    *,
    run_commands: bool,
) -> None:
    """Khôi phục một bản sao lưu vào thư mục trống: loa restore BẢN THƯ_MỤC, hoặc loa restore --from NƠI THƯ_MỤC."""
    agree = functools.partial(_agree, run_commands)
    if folder.is_file():
        raise RuleError("Cần nêu một thư mục trống để khôi phục vào, không phải tệp.", field=str(folder))
    if place is not None:
        target = fetching.source(place)
        key = paper_key.read(typed(key_file, "Khóa trên giấy", "--key-file"))
        with target.opened() as shelf, fetching.fetched(shelf, key, folder, night=night, tell=click.echo) as found:
            made = restore(found, folder, database=database, agree=agree)
    else:
        if len(archives) != 1:
            raise RuleError("Cần nêu một bản sao lưu và một thư mục trống: loa restore BẢN THƯ_MỤC.", field="ARCHIVE")
        if not archives[0].is_file():
            raise RuleError("Không thấy tệp sao lưu này.", field=str(archives[0]))
        passphrase = ""
        if carrying.is_carried(archives[0]):
            passphrase = typed(passphrase_file, "Cụm mật khẩu của bản sao lưu")
        made = restore(archives[0], folder, database=database, passphrase=passphrase, agree=agree)
    click.echo(f"Đã khôi phục đài vào {made.home.root}")
    for line in restored_lines(made):
        click.echo(line)


def _new_passphrase(file: Path | None) -> str:
    if file:
        words = typed(file, "")
        return carrying.good(words, words)
    return carrying.good(typed(None, "Cụm mật khẩu mới cho bản mang đi"), typed(None, "Gõ lại cụm mật khẩu"))


def _agree(beforehand: bool, lines: Sequence[str]) -> None:
    """Show what the backup would run, and ask."""
    if not lines:
        return
    click.echo("Bản sao lưu này sẽ chạy trên máy của bạn:\n" + "\n".join(f"  {line}" for line in lines))
    if beforehand:
        return
    if not sys.stdin.isatty():
        raise RuleError("Chưa động tới gì. Nếu tin những lệnh trên, hãy chạy lại với --run-commands.", code="runs")
    click.confirm("Bạn biết và tin những lệnh này chứ?", default=False, abort=True)


@click.command("remake")
@home_option
@click.pass_context
def remake_command(ctx: click.Context, own_home: str | None) -> None:
    """Tạo lại những âm thanh mà đài cần nhưng trong kho không còn."""
    with opened(ctx, own_home) as station:
        left = lacking.again(station, actor_of(ctx, station), now=True, tell=click.echo)
    for line in missing_lines(left):
        click.echo(line)
    if not left:
        click.echo("Kho âm thanh có đủ những gì đài cần.")
    ctx.exit(1 if left else 0)


@click.command("restored")
@click.option("--let", "chosen", multiple=True, metavar="MÃ", help="Cho việc này tiếp tục.")
@click.option("--drop", "dropped", multiple=True, metavar="MÃ", help="Bỏ việc này.")
@home_option
@click.pass_context
def restored_command(
    ctx: click.Context, chosen: tuple[str, ...], dropped: tuple[str, ...], own_home: str | None
) -> None:
    """Xem và quyết định những việc mà đài vừa khôi phục giữ lại."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        if both := sorted({*chosen} & {*dropped}):
            raise RuleError(f"Việc {both[0]} vừa được cho đi tiếp vừa bị bỏ. Hãy chọn một.", field="--drop")
        for key in chosen:
            click.echo(restored.let(station, actor, key))
        for key in dropped:
            click.echo(restored.drop(station, actor, key))
        rows = [
            (w.key, w.kind.label, w.title, w.at and f"{station.local(w.at):%H:%M %d/%m/%Y}")
            for w in restored.waiting(station)
        ]
    show_table("Chờ quyết định", ("Mã", "Loại", "Tên", "Lúc"), rows, empty="Không có việc nào chờ quyết định.")


def restored_lines(made: Restored) -> list[str]:
    """What a person has to know of a station that was brought back."""
    lines = []
    if made.moved:
        lines.append(
            "Đài cũ dùng PostgreSQL; bản khôi phục dùng tệp cơ sở dữ liệu trong thư mục của nó. Muốn đưa lên PostgreSQL: "
            "tạo một cơ sở dữ liệu trống, rồi khôi phục lại với --database ĐỊA_CHỈ vào thư mục khác."
        )
    if made.gone:
        lines.append(f"{made.gone} âm thanh trong danh sách của bản sao lưu không tìm thấy ở đâu.")
    lines += missing_lines(made.lacks)
    lines += [f"KHÔNG PHÁT ĐƯỢC: {why}" for why in made.silent]
    if made.shut_out:
        lines.append(
            f"Mã trên điện thoại của {', '.join(made.shut_out)} không dùng được ở đây: khóa niêm phong không nằm trong "
            "bản sao lưu. Mỗi người đăng nhập bằng một mã dự phòng rồi bật lại bước thứ hai; ai hết mã: "
            f"loa --home {made.home.root} user no-second-step TÀI_KHOẢN"
        )
    if any(lack.remade for lack in made.lacks):
        lines.append(f"Tạo lại những gì tạo được: loa --home {made.home.root} remake")
    if made.waiting:
        lines.append(
            f"{len(made.waiting)} việc chờ người quyết định, chưa tự phát: {', '.join(w.title for w in made.waiting)}. "
            f"Xem: loa --home {made.home.root} restored, hoặc trang quản lý."
        )
    return lines


def missing_lines(lacks: Sequence[lacking.Lack]) -> list[str]:
    """A line for each sound that is needed and missing."""
    return [f"THIẾU âm thanh: {lack.title} ({lack.advice})" for lack in lacks]
