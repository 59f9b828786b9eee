"""The play log at the command line: show, verify."""

from __future__ import annotations

import datetime as dt

import click

from broadcaster.cli.common import format_option, home_option, opened, show_json, show_table
from broadcaster.services.playlog import entries, verify


@click.group("log")
def log_command() -> None:
    """Nhật ký phát thanh: xem và kiểm tra."""


@log_command.command("show")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Từ ngày.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Đến hết ngày.")
@click.option("--zone", help="Chỉ một cụm loa.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@format_option
@home_option
@click.pass_context
def show(
    ctx: click.Context,
    first: dt.datetime | None,
    last: dt.datetime | None,
    zone: str | None,
    limit: int,
    shape: str,
    own_home: str | None,
) -> None:
    """Xem các bản ghi mới nhất, cũ trước mới sau."""
    with opened(ctx, own_home) as station:
        tz = station.settings.tz
        start = first.replace(tzinfo=tz) if first else None
        end = (last + dt.timedelta(days=1)).replace(tzinfo=tz) if last else None
        with station.db.read() as session:
            newest = entries(session, start, end, zone=zone, limit=limit, newest_first=True)
            rows = [line.entry for line in reversed(list(newest))]
        if shape == "json":
            show_json([e.fields() for e in rows])
            return
        cells = []
        for e in rows:
            planned = station.local(e.planned_at)
            actual = station.local(e.started_at) if e.started_at else None
            heard = f"{e.heard_ms / 1000:.1f}/{e.duration_ms / 1000:.1f}"
            cells.append((f"{planned:%d/%m %H:%M:%S}", f"{actual:%H:%M:%S.%f}"[:-3] if actual else "-", e.zone, e.title[:48], heard, e.outcome.label, e.reason))  # fmt: skip
    columns = ["Dự kiến", "Thực tế", "Cụm loa", "Mục", "Giây", "Kết quả", "Lý do"]
    show_table("Nhật ký phát thanh", columns, cells, empty="Nhật ký còn trống.")


@log_command.command("verify")
@click.option("--expect", help="Dấu cuối đã lưu ở nơi khác (báo cáo, bản sao lưu).")
@format_option
@home_option
@click.pass_context
def verify_(ctx: click.Context, expect: str | None, shape: str, own_home: str | None) -> None:
    """Kiểm tra chuỗi dấu: nhật ký có bị sửa, xóa hay đảo không."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        verdict = verify(session, expect_last=expect)
    if shape == "json":
        show_json({"holds": verdict.holds, "entries": verdict.entries, "last_hash": verdict.last_hash, "faults": [{"seq": f.seq, "what": f.what} for f in verdict.faults]})  # fmt: skip
    elif verdict.holds:
        click.echo(f"Nhật ký nguyên vẹn: {verdict.entries} bản ghi, dấu cuối {verdict.last_hash}.")
    else:
        for fault in verdict.faults:
            click.echo(f"SAI: {fault.what}")
    ctx.exit(0 if verdict.holds else 1)
