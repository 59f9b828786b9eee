"""The report at the command line."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster.cli.common import actor_of, home_option, opened, show_json, show_table
from broadcaster.domain.periods import parse
from broadcaster.services.reporting import FORMATS, document_of, draw


@click.command("report")
@click.option(
    "--period", "written", required=True, help="2026-Q3, 2026-H1, 2026-Y, 2026-M03 hoặc 2026-01-01..2026-03-31."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục ghi tệp (mặc định: reports của đài)."
)
@click.option("--files", default=",".join(FORMATS), show_default=True, help="Các tệp cần lập; để trống: không lập.")
@home_option
@click.pass_context
def report_command(
    ctx: click.Context, written: str, shape: str, out: Path | None, files: str, own_home: str | None
) -> None:
    """Báo cáo kết quả phát thanh của một kỳ, lấy từ nhật ký."""
    with opened(ctx, own_home) as station:
        period = parse(written, cutoff=station.settings.report.cutoff_day)
        formats = [f for f in files.split(",") if f]
        drawn = draw(station, actor_of(ctx, station), period, formats=formats, folder=out) if formats else None
        document = drawn.document if drawn else document_of(station, period)
        paths = [str(p) for p in drawn.files] if drawn else []
    if shape == "json":
        show_json(
            {
                "period": {"title": period.title, "first": period.first, "last": period.last},
                "figures": document.figures.as_json(),
                "scripts_written": document.scripts_written,
                "last_hash": document.last_hash,
                "files": paths,
            }
        )
        return
    click.echo(f"{document.title}\n")
    for sentence in document.sentences():
        click.echo(sentence)
    for table in document.tables():
        click.echo()
        rows = [*table.rows, *([table.total] if table.total else [])]
        show_table(table.title, table.heads, rows, empty="(không có)")
    for path in paths:
        click.echo(f"Đã ghi {path}")
