"""The report at the command line: draw, due, verify, draw again, issue."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, progress_bar, show_json, show_table
from broadcaster.cli.place import home_option
from broadcaster.cli.together import modes
from broadcaster.db.queries import log, work
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.reports.periods import HOW, parse
from broadcaster.errors import RuleError
from broadcaster.reporting.tables import tables_of
from broadcaster.services.reports import checking, drawing, tracing
from broadcaster.services.reports import due as report_due
from broadcaster.services.reports.content import document_of
from broadcaster.services.reports.files import FORMATS, SHAPES
from broadcaster.services.station import Station

_MOST = 1_000_000
"""Rows that are listed at once."""
_COLUMNS = {
    "entries": ("planned_at", "zone", "title", "topic", "outcome", "heard_ms", "reason", "id"),
    "airings": ("planned_at", "title", "topic", "outcome", "heard_ms", "reason", "zones_full", "zones"),
    "broadcasts": ("first_at", "id", "title", "heard"),
    "scripts": ("script_id", "title", "times", "last_at"),
}
_HEADS = {
    "planned_at": "Lúc",
    "first_at": "Lúc",
    "last_at": "Lần cuối",
    "zone": "Cụm loa",
    "title": "Mục",
    "topic": "Chủ đề",
    "outcome": "Kết quả",
    "heard_ms": "Giây",
    "reason": "Lý do",
    "id": "Mã",
    "script_id": "Kịch bản",
    "times": "Lượt đủ",
    "heard": "Nghe được",
    "zones_full": "Cụm phát đủ",
    "zones": "Cụm loa",
}
_NARROWING = ("--of", "--month", "--outcome", "--reason", "--relay", "--topic", "--unit", "--zone", "--genre")
"""What says something of the entries behind a report only."""


@click.group("report", invoke_without_command=True)
@click.option("--period", "written", help=f"{HOW}.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục ghi tệp (mặc định: reports của đài)."
)
@click.option("--files", default=",".join(FORMATS), show_default=True, help="Các tệp cần lập; để trống: không lập.")
@click.option(
    "--shapes",
    default=",".join(SHAPES),
    show_default=True,
    help="full: báo cáo; section: phần lồng ghép; annex: phụ lục.",
)
@click.option("--entries", is_flag=True, help="Liệt kê bản ghi nhật ký đứng sau số liệu thay vì lập báo cáo.")
@click.option(
    "--of",
    type=click.Choice(list(tracing.KINDS)),
    default="entries",
    show_default=True,
    help="Liệt kê lượt phát, buổi phát, tin bài, bản ghi hay kịch bản viết mới (với --entries).",
)
@click.option("--month", help="Chỉ tháng này của kỳ, như 2026-03 (với --entries).")
@click.option(
    "--outcome",
    type=click.Choice(list(log.OUTCOMES)),
    help="full: phát đủ; partial: dừng giữa chừng; missed: không phát (với --entries).",
)
@click.option("--reason", help="Chỉ lượt không trọn vẹn vì lý do này, ghi đúng như báo cáo (với --entries).")
@click.option("--relay", is_flag=True, help="Chỉ tiếp âm (với --entries).")
@click.option("--topic", help="Chỉ bản ghi của chủ đề này (với --entries).")
@click.option("--unit", help="Chỉ bản ghi của đơn vị này (với --entries).")
@click.option("--zone", help="Chỉ bản ghi của cụm loa này (với --entries).")
@click.option("--genre", help="Chỉ bản ghi của thể loại này (với --entries).")
@home_option
@click.pass_context
@modes({"--entries": {"--period", "--format", *_NARROWING}}, plain=_NARROWING)
def report_command(
    ctx: click.Context,
    *,
    written: str | None,
    shape: str,
    out: Path | None,
    files: str,
    shapes: str,
    of: str,
    month: str | None,
    outcome: str | None,
    reason: str | None,
    topic: str | None,
    unit: str | None,
    zone: str | None,
    genre: str | None,
    own_home: str | None,
    entries: bool,
    relay: bool,
) -> None:
    """Báo cáo kết quả phát thanh của một kỳ, lấy từ nhật ký."""
    if ctx.invoked_subcommand is not None:
        return
    if not written:
        raise click.UsageError("Hãy ghi --period, ví dụ --period 2026-Q3.")
    with opened(ctx, own_home) as station:
        period = parse(written, cutoff=station.settings.report.cutoff_day)
        if entries:
            narrowed = log.Narrowed(
                topic=topic, unit=unit, genre=genre, zone=zone, outcome=outcome, reason=reason, relay=relay
            )
            asked = tracing.FigureRef(tracing.narrow(period, month), narrowed)
            _show_behind(station, of, tracing.trace(station, of, asked, _MOST), shape)
            return
        formats = [f for f in files.split(",") if f]
        wanted = [s for s in shapes.split(",") if s]
        if not formats and out is not None:
            raise RuleError(
                "--files để trống thì không có tệp nào để ghi vào --out. Hãy bỏ một trong hai.", field="--out"
            )
        with progress_bar(f"Lập báo cáo {period.title}") as progress:
            drawn = (
                drawing.draw(
                    station,
                    actor_of(ctx, station),
                    period,
                    formats=formats,
                    shapes=wanted,
                    folder=out,
                    progress=progress,
                )
                if formats
                else None
            )
            document = drawn.document if drawn else document_of(station, period, progress=progress)
        paths = [str(p) for p in drawn.files] if drawn else []
    if shape == "json":
        show_json(
            {
                "report": drawn.id if drawn else None,
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
    for table in tables_of(document):
        click.echo()
        cells = [*table.rows, *([table.total] if table.total else [])]
        show_table(table.title, table.heads, cells, empty="(không có)")
    for path in paths:
        click.echo(f"Đã ghi {path}")


def _show_behind(station: Station, of: str, found: tracing.Found, shape: str) -> None:
    """Print what stands behind a figure."""
    if of == "entries" and shape == "json":
        show_json([Entry(**{n: getattr(r, n) for n in Entry.__dataclass_fields__}).fields() for r in found.rows])
        return
    if of == "written":
        rows = [{"id": r.id, "title": r.title} for r in found.rows]
    else:
        names = _COLUMNS[of]
        rows = [{n: getattr(r, n) for n in names} for r in found.rows]
    if shape == "json":
        show_json(rows)
        return
    cells = [[_cell(station, n, v) for n, v in row.items()] for row in rows]
    heads = [_HEADS[n] for n in (rows[0] if rows else ())]
    show_table(f"{found.total} {tracing.KINDS[of]}", heads, cells, empty="(không có)")


def _cell(station: Station, name: str, value: object) -> object:
    if isinstance(value, dt.datetime):
        return f"{station.local(value):%d/%m/%Y %H:%M:%S}"
    if isinstance(value, Outcome):
        return value.label
    if isinstance(value, bool):
        return "có" if value else "không"
    if name == "heard_ms" and isinstance(value, int):
        return round(value / 1000)
    return value


@report_command.command("due")
@format_option
@home_option
@click.pass_context
def due(ctx: click.Context, shape: str, own_home: str | None) -> None:
    """Báo cáo sắp đến hạn hoặc đã quá hạn."""
    with opened(ctx, own_home) as station:
        found = report_due.due(station)
    if shape == "json":
        show_json([{"period": d.written, "due": d.day, "left": d.left, "report": d.report} for d in found])
        return
    rows = [
        (
            d.period.title,
            f"{d.day:%d/%m/%Y}",
            f"còn {d.left} ngày" if d.left >= 0 else f"quá {-d.left} ngày",
            f"đã lập số {d.report}" if d.report else "chưa lập",
        )
        for d in found
    ]
    show_table("Hạn báo cáo", ("Kỳ", "Hạn gửi", "Còn lại", "Tình trạng"), rows, empty="Chưa có báo cáo nào đến hạn.")


@report_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Các báo cáo đã lập."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            (r.id, r.title[:80], f"{station.local(r.at):%d/%m/%Y %H:%M}", r.issued_number or "–")
            for r in work.reports(session)
        ]
    show_table("Báo cáo", ("Số", "Tên", "Lập lúc", "Số văn thư cấp"), rows, empty="Chưa lập báo cáo nào.")


@report_command.command("verify")
@click.argument("number", type=int)
@home_option
@click.pass_context
def verify(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Đối chiếu một báo cáo đã lập với nhật ký; mã thoát 1 khi không khớp."""
    with opened(ctx, own_home) as station:
        found = checking.check(station, number)
    click.echo("Nội dung đã chốt còn nguyên." if found.content_whole else "NỘI DUNG ĐÃ CHỐT BỊ SỬA.")
    click.echo(
        "Nhật ký đến bản ghi cuối của báo cáo còn nguyên." if found.log_whole else "NHẬT KÝ KHÔNG CÒN NHƯ LÚC LẬP."
    )
    for line in found.same_then:
        click.echo(f"Không khớp với nhật ký lúc lập: {line}")
    if found.changed_since:
        click.echo("Lập lại hôm nay sẽ khác ở:")
        for line in found.changed_since:
            click.echo(f"  {line}")
    else:
        click.echo("Lập lại hôm nay vẫn ra đúng số liệu này.")
    ctx.exit(0 if found.ok else 1)


@report_command.command("redraw")
@click.argument("number", type=int)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục ghi tệp.")
@home_option
@click.pass_context
def redraw(ctx: click.Context, number: int, out: Path | None, own_home: str | None) -> None:
    """Ghi lại các tệp của một báo cáo từ nội dung đã chốt."""
    with opened(ctx, own_home) as station:
        with progress_bar(f"Ghi lại các tệp của báo cáo {number}") as progress:
            paths = drawing.redraw(station, actor_of(ctx, station), number, folder=out, progress=progress)
        for path in paths:
            click.echo(f"Đã ghi {path}")


@report_command.command("issue")
@click.argument("number", type=int)
@click.argument("official")
@click.option(
    "--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Ngày văn thư ghi, như 2026-03-17."
)
@home_option
@click.pass_context
def issue(ctx: click.Context, number: int, official: str, day: dt.datetime, own_home: str | None) -> None:
    """Ghi số, ký hiệu và ngày mà văn thư đã cấp cho báo cáo."""
    with opened(ctx, own_home) as station:
        drawing.issue(station, actor_of(ctx, station), number, official, day.date())
    click.echo(f"Báo cáo {number} đã ban hành: số {official}.")
