"""`loa export`: the neutral tables for other systems, to a file or standard output."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from broadcaster.cli.common import opened
from broadcaster.cli.place import home_option
from broadcaster.services import exporting

_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.command("export")
@click.argument("kind", type=click.Choice(exporting.KINDS))
@click.option("--format", "shape", type=click.Choice(list(exporting.WRITERS)), default="json", show_default=True)
@click.option("--from", "first", type=_DAY, help="Ngày đầu (mặc định: 30 ngày trước).")
@click.option("--to", "last", type=_DAY, help="Ngày cuối (mặc định: hôm nay).")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Tệp ghi ra; không ghi đè.")
@home_option
@click.pass_context
def export_command(
    ctx: click.Context,
    kind: str,
    shape: str,
    first: dt.datetime | None,
    last: dt.datetime | None,
    output: Path | None,
    own_home: str | None,
) -> None:
    """Xuất bản tin (scripts), lịch phát (schedule), nhật ký phát (log) hoặc cụm loa (zones) ra JSON hay CSV."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        end = last.date() if last else station.today()
        start = first.date() if first else end - dt.timedelta(days=30)
        rows = exporting.table(kind, station, session, start, end)
        pieces = exporting.WRITERS[shape](kind, station, rows)
        if output is None:
            for piece in pieces:
                click.echo(piece, nl=False)
            return
        try:
            with output.open("x", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
        except FileExistsError:
            raise click.BadParameter(f"Tệp {output} đã có; hãy chọn tên khác.", param_hint="-o") from None
        click.echo(f"Đã ghi {output}.")
