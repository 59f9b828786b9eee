"""The support bundle, at the command line: made, listed, and to be looked into before anybody sends it."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster.cli.common import opened
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.services.health import support


@click.command("support")
@out_option("Tệp ZIP; mặc định: tên tự đặt ở đây.")
@click.option("--show", metavar="TÊN", help="Chỉ in một tệp của gói ra màn hình, không ghi gì.")
@home_option
@click.pass_context
def support_command(ctx: click.Context, target: Path | None, show: str | None, own_home: str | None) -> None:
    """Làm gói hỗ trợ gửi người giúp: không có tên, tài khoản, địa chỉ hay lời bài của ai."""
    with opened(ctx, own_home, patient=True) as station:
        files = support.bundle(station)
        target = target or Path(support.name_of(station))
    if show is not None:
        if show not in files:
            raise click.BadParameter(f"Trong gói không có “{show}”. Có: {', '.join(files)}.", param_hint="--show")
        click.echo(files[show])
        return
    keep(target, support.zipped(files))
    for name, text in files.items():
        click.echo(f"{len(text.encode()):>9}  {name:<24} {support.explained(name)}")
    click.echo(f"Mở xem trước khi gửi: loa support --show {next(iter(files))}")
