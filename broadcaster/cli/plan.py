"""The yearly plan at the command line: read a document, see, change, put in force."""

from __future__ import annotations

import json
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, show_json, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.queries import plans as plans_queries
from broadcaster.domain.reports.plans import Campaign, CampaignState
from broadcaster.domain.seen import mark_of
from broadcaster.errors import RuleError
from broadcaster.services.reports import plans
from broadcaster.text.ingest import load


@click.group("plan")
def plan_command() -> None:
    """Kế hoạch tuyên truyền: nhập từ văn bản, xem, sửa, đưa vào thực hiện."""


@plan_command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ xem những gì đọc được, chưa lưu.")
@format_option
@home_option
@click.pass_context
def import_(ctx: click.Context, file: Path, shape: str, own_home: str | None, *, dry_run: bool) -> None:
    """Đọc kế hoạch từ tệp .docx, .odt, .pdf, .txt; lưu thành bản nháp để xác nhận từng dòng trên trang Kế hoạch."""
    data = load(file)
    with opened(ctx, own_home) as station:
        reading = plans.read_file(station, file.name, data)
        choices = plans.choices_of(station, reading)
        number = None if dry_run else plans.start_import(station, actor_of(ctx, station), file.name, data)
    if shape == "json":
        found = [
            {
                "kind": c.kind.value,
                "line": c.line,
                "text": c.text,
                "value": c.value,
                "code": c.code,
                "targets": dict(c.targets),
            }
            for c in choices
        ]
        show_json({"proposals": found, "notes": list(reading.notes), "campaign": number})
        return
    rows = [
        (c.line, c.kind.label, c.text[:90], c.code or c.value[:40], ", ".join(f"{f}: {n}" for f, n in c.targets))
        for c in choices
    ]
    show_table("Đọc được", ("Dòng", "Là", "Nội dung", "Mã, giá trị", "Chỉ tiêu"), rows, empty="Không đọc được gì.")
    for note in reading.notes:
        click.echo(f"! {note}")
    click.echo("Chưa lưu gì." if number is None else f"Đã lưu bản nháp kế hoạch số {number}.")


@plan_command.command("list")
@format_option
@home_option
@click.pass_context
def list_(ctx: click.Context, shape: str, own_home: str | None) -> None:
    """Các kế hoạch đang có."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = plans_queries.campaigns(session)
    if shape == "json":
        show_json(
            [{"id": r.id, "state": r.state.value, "title": r.title, "first": r.first, "last": r.last} for r in rows]
        )
        return
    cells = [(r.id, r.state.label, r.number, r.title[:70], f"{r.first:%d/%m/%Y}–{r.last:%d/%m/%Y}") for r in rows]
    show_table("Kế hoạch", ("Số", "Trạng thái", "Ký hiệu", "Tên", "Thời gian"), cells, empty="Chưa có kế hoạch nào.")


@plan_command.command("show")
@click.argument("number", type=int)
@format_option
@home_option
@click.pass_context
def show(ctx: click.Context, number: int, shape: str, own_home: str | None) -> None:
    """Một kế hoạch; --format json ra đúng mẫu mà “loa plan apply” nhận."""
    with opened(ctx, own_home) as station:
        with station.db.read() as session:
            row = plans_queries.campaign(session, number)
        plan, titles = plans_queries.campaign_of(row), plans.form_titles(station)
    if shape == "json":
        show_json(plan.as_json() | {"seen": mark_of(plans.facts_of(plan))})
        return
    click.echo(
        f"{plan.title}\n{row.state.label}; số {plan.number or '(chưa ghi)'}; {plan.first:%d/%m/%Y}–{plan.last:%d/%m/%Y}"
    )
    click.echo(f"Hình thức: {', '.join(titles.get(f, f) for f in plan.forms)}")
    rows = [
        (t.code, t.title[:90], "; ".join(f"{titles.get(f, f)}: {n}" for f, n in t.targets.items())) for t in plan.topics
    ]
    show_table("Chủ đề", ("Mã", "Chủ đề", "Chỉ tiêu cả kế hoạch"), rows, empty="Kế hoạch chưa có chủ đề nào.")
    show_table("Đơn vị", ("Đơn vị", "Việc"), [(u.name, u.task[:90]) for u in plan.units], empty="Chưa ghi đơn vị nào.")
    show_table(
        "Hạn",
        ("Ngày", "Việc"),
        [(f"{d.day:%d/%m/%Y}", d.title[:90]) for d in plan.deadlines],
        empty="Chưa ghi hạn nào.",
    )


@plan_command.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--number", type=int, help="Sửa kế hoạch số này; để trống: thêm kế hoạch mới.")
@home_option
@click.pass_context
def apply(ctx: click.Context, file: Path, number: int | None, own_home: str | None) -> None:
    """Thêm hoặc sửa kế hoạch theo tệp JSON (mẫu: loa plan show SỐ --format json)."""
    try:
        written = json.loads(load(file))
        plan, seen = Campaign.from_json(written), str(written.get("seen", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RuleError(f"Tệp kế hoạch viết sai: {error}.", field=str(file)) from None
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        if number is None:
            number = plans.add(station, actor, plan)
        else:
            plans.save(station, actor, number, plan, seen=seen)
    click.echo(f"Đã lưu kế hoạch số {number}.")


@plan_command.command("state")
@click.argument("number", type=int)
@click.argument("to", type=click.Choice([CampaignState.ACTIVE.value, CampaignState.CLOSED.value]))
@home_option
@click.pass_context
def state(ctx: click.Context, number: int, to: str, own_home: str | None) -> None:
    """Đưa kế hoạch vào thực hiện (active) hoặc kết thúc (closed)."""
    with opened(ctx, own_home) as station:
        plans.move(station, actor_of(ctx, station), number, CampaignState(to))
    click.echo(f"Kế hoạch số {number}: {CampaignState(to).label}.")
