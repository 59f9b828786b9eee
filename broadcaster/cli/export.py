"""`loa export`: the neutral tables for other systems, to a file or standard output."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from broadcaster.cli.common import opened
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.services import exporting

_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.command("export")
@click.argument("kind", type=click.Choice(exporting.KINDS))
@click.option("--format", "shape", type=click.Choice(list(exporting.WRITERS)), default="json", show_default=True)
@click.option("--from", "first", type=_DAY, help="Ngày đầu (mặc định: 30 ngày trước).")
@click.option("--to", "last", type=_DAY, help="Ngày cuối (mặc định: hôm nay).")
@out_option("Tệp ghi ra (mặc định: in ra).")
@home_option
@click.pass_context
def export_command(
    ctx: click.Context,
    kind: str,
    shape: str,
    first: dt.datetime | None,
    last: dt.datetime | None,
    target: Path | None,
    own_home: str | None,
) -> None:
    """Xuất bản tin (scripts), lịch phát (schedule), nhật ký phát (log) hoặc cụm loa (zones) ra JSON hay CSV."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        end = last.date() if last else station.today()
        start = first.date() if first else end - dt.timedelta(days=30)
        rows = exporting.table(kind, station, session, start, end)
        pieces = exporting.WRITERS[shape](kind, station, rows)
        if target is None:
            for piece in pieces:
                click.echo(piece, nl=False)
        else:
            keep(target, (piece.encode() for piece in pieces))
