"""The play log at the command line: show, verify, check, correct, print, hand over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, show_json, show_table
from broadcaster.cli.out_files import out_option, overwrite
from broadcaster.cli.place import home_option
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import Mark
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Permission
from broadcaster.playout.record.signing import sign
from broadcaster.services.log import places
from broadcaster.services.log.chained import safe_ends
from broadcaster.services.log.completeness import check
from broadcaster.services.log.evidence import CLIPS, make_bundle
from broadcaster.services.log.logbook import write_book
from broadcaster.services.log.playlog import correct, entries
from broadcaster.services.log.record import examine, note_restored
from broadcaster.services.station import Station


@click.group("log")
def log_command() -> None:
    """Nhật ký phát thanh: xem, kiểm tra, đính chính, in sổ, lập gói bằng chứng."""


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
            cells.append(
                (
                    f"{planned:%d/%m %H:%M:%S}",
                    f"{actual:%H:%M:%S.%f}"[:-3] if actual else "-",
                    " ".join([e.zone, *(f"(+{code})" for code in e.also)]),
                    e.title[:48],
                    heard,
                    e.outcome.label,
                    e.reason,
                )
            )
    columns = ["Dự kiến", "Thực tế", "Cụm loa", "Mục", "Giây", "Kết quả", "Lý do"]
    show_table("Nhật ký phát thanh", columns, cells, empty="Nhật ký còn trống.")


@log_command.command("verify")
@click.option("--expect", help="Dấu cuối đã lưu ở nơi khác (báo cáo, bản sao lưu).")
@click.option("--mark", "papers", multiple=True, metavar="DẤU", help="Dấu in trên sổ, gõ lại hoặc quét từ mã QR.")
@format_option
@home_option
@click.pass_context
def verify_(ctx: click.Context, expect: str | None, papers: tuple[str, ...], shape: str, own_home: str | None) -> None:
    """Kiểm tra nhật ký, phê duyệt, lời bài, bản đọc có bị sửa, xóa, chèn không; so với dấu đã ký ở mọi nơi."""
    with opened(ctx, own_home) as station:
        found = examine(station, papers=papers, expect_last=expect)
    log, faults = found.chains[Chain.LOG], found.faults
    if shape == "json":
        show_json(
            {
                "holds": not faults,
                "entries": log.entries,
                "last_hash": log.last_hash,
                "faults": [{"seq": f.seq, "what": f.what} for f in log.faults],
                "chains": {chain.value: check.entries for chain, check in found.chains.items()},
                "marks": found.marks,
                "wrong": faults,
                "remarks": found.remarks,
            }
        )
        ctx.exit(1 if faults else 0)
    for fault in faults:
        click.echo(f"SAI: {fault}")
    for remark in found.remarks:
        click.echo(f"Lưu ý: {remark}")
    if not faults:
        click.echo(f"Nhật ký nguyên vẹn: {log.entries} bản ghi, dấu cuối {log.last_hash}.")
        rest = ", ".join(f"{c.label.lower()} {k.entries}" for c, k in found.chains.items() if c is not Chain.LOG)
        click.echo(f"Cũng nguyên vẹn: {rest}; khớp với {found.marks} dấu đã ký.")
    ctx.exit(1 if faults else 0)


@log_command.command("sign")
@click.option("--restored", default="", metavar="LÝ_DO", help="Ghi rằng cơ sở dữ liệu vừa được đưa về bản cũ, vì sao.")
@home_option
@click.pass_context
def sign_(ctx: click.Context, restored: str, own_home: str | None) -> None:
    """Ký dấu của nhật ký ngay bây giờ (máy phát tự ký mỗi đêm) và chép tới thư mục giữ dấu."""
    with opened(ctx, own_home) as station:
        if restored := restored.strip()[:300]:
            actor = actor_of(ctx, station)
            note_restored(station, actor, restored)
            restored = f"{actor.username}: {restored}"
        mark = _sign(station, restored)
        laid = places.lay(station.home, station.settings.log.marks_folder)
    click.echo(f"Đã ký dấu {mark.code}.")
    if laid.folder:
        click.echo(f"SAI: {laid.why}" if laid.why else f"Đã chép tới {laid.folder}.")
    ctx.exit(1 if laid.why else 0)


def _sign(station: Station, restored: str = "") -> Mark:
    ends, name = safe_ends(station), station.settings.station.name
    return sign(station.home.playout, ends, at=station.now(), station=name, restored=restored)


@log_command.command("check")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Từ ngày (mặc định: 35 ngày trước).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Đến hết ngày (mặc định: hôm nay).")
@format_option
@home_option
@click.pass_context
def check_(
    ctx: click.Context, first: dt.datetime | None, last: dt.datetime | None, shape: str, own_home: str | None
) -> None:
    """Đối chiếu lịch với nhật ký: mỗi buổi đúng một kết luận, mỗi mục ở mỗi cụm loa đúng một bản ghi."""
    with opened(ctx, own_home) as station:
        today = station.today()
        begin = first.date() if first else today - dt.timedelta(days=35)
        found = check(station, begin, last.date() if last else today)
    if shape == "json":
        verdicts = {v.value: n for v, n in found.verdicts.items()}
        show_json(
            {
                "whole": found.whole,
                "broadcasts": found.broadcasts,
                "entries": found.entries,
                "verdicts": verdicts,
                "faults": found.faults,
            }
        )
    else:
        words = ", ".join(f"{v.label.lower()} {n}" for v, n in found.verdicts.items()) or "chưa có buổi nào"
        click.echo(f"{found.broadcasts} buổi đã qua ({words}), {found.entries} bản ghi.")
        for fault in found.faults:
            click.echo(f"SAI: {fault}")
        if found.whole:
            click.echo("Khớp: không buổi nào thiếu kết luận, không bản ghi nào thiếu hay thừa.")
    ctx.exit(0 if found.whole else 1)


@log_command.command("correct")
@click.argument("entry", metavar="MÃ_BẢN_GHI")
@click.option("--outcome", type=click.Choice([o.value for o in Outcome]), required=True, help="Kết quả đúng.")
@click.option("--heard", "heard_s", type=float, required=True, help="Số giây thật sự nghe được.")
@click.option("--reason", required=True, help="Lý do đính chính.")
@home_option
@click.pass_context
def correct_(ctx: click.Context, entry: str, outcome: str, heard_s: float, reason: str, own_home: str | None) -> None:
    """Đính chính một bản ghi bằng một bản ghi mới; bản cũ giữ nguyên."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        new = correct(station, actor, entry, outcome=Outcome(outcome), heard_ms=round(heard_s * 1000), reason=reason)
        click.echo(f"Đã ghi bản đính chính “{new}”.")


@log_command.command("book")
@click.argument("period", metavar="2026-03|2026-W10|NGÀY..NGÀY")
@out_option("Tệp PDF (mặc định: thư mục reports).")
@home_option
@click.pass_context
def book(ctx: click.Context, period: str, target: Path | None, own_home: str | None) -> None:
    """Lập sổ nhật ký chương trình phát thanh (PDF) của một tháng, một tuần hay một số ngày."""
    with opened(ctx, own_home) as station:
        made = write_book(station, actor_of(ctx, station), period, target, overwrite=overwrite())
        click.echo(f"Đã ghi {made}.")


@log_command.command("evidence")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Từ ngày.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Đến hết ngày.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp .zip.")
@click.option("--clips", type=click.IntRange(0, 500), default=CLIPS, show_default=True, help="Số đoạn bản thu tối đa.")
@home_option
@click.pass_context
def evidence(
    ctx: click.Context, first: dt.datetime, last: dt.datetime, out: Path, clips: int, own_home: str | None
) -> None:
    """Lập gói bằng chứng cho đoàn kiểm tra: bản ghi kèm dấu, đoạn bản thu, chương trình tự kiểm tra."""
    with opened(ctx, own_home) as station:
        actor_of(ctx, station).require(Permission.REPORT)
        _sign(station)
        made = make_bundle(station, actor_of(ctx, station), first.date(), last.date(), out, clips=clips)
    click.echo(f"Đã ghi {made.path}: {made.entries} bản ghi, {made.clips} đoạn bản thu.")
    click.echo(f"Dấu của gói, ghi vào biên bản bàn giao: {made.mark}")
