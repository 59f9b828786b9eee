"""Backups taken and brought back, and what a station that was brought back still lacks or holds back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.errors import RuleError
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.setup import lacking, restored
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.restoring import Restored, restore


@click.command("backup")
@click.option("--whole", "--with-sound", is_flag=True, help="Gói cả kho âm thanh vào một tệp, để chép đi nơi khác.")
@home_option
@click.pass_context
def backup_command(ctx: click.Context, own_home: str | None, *, whole: bool) -> None:
    """Sao lưu đài vào thư mục backups."""
    with opened(ctx, own_home) as station:
        click.echo(f"Đã sao lưu: {backup(station, whole=whole)}")
        if not whole:
            click.echo(
                f"Âm thanh nằm trong {station.home.backups / BESIDE}: chép cả thư mục backups, hoặc dùng --whole."
            )


@click.command("restore")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--database", default="", metavar="ĐỊA_CHỈ", help="PostgreSQL trống để giữ dữ liệu; bỏ qua: tệp của đài.")
def restore_command(archive: Path, folder: Path, database: str) -> None:
    """Khôi phục một bản sao lưu vào thư mục trống."""
    made = restore(archive, folder, database=database)
    click.echo(f"Đã khôi phục đài vào {made.home.root}")
    for line in restored_lines(made):
        click.echo(line)


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
