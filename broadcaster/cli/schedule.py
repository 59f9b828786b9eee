"""The schedule at the command line: apply, plan, show, why, exception days; air once; stop."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from broadcaster import handwritten
from broadcaster.cli.common import (
    actor_of,
    carried_out,
    format_option,
    moment_words,
    opened,
    show_json,
    show_table,
    yes_option,
)
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.cli.together import modes
from broadcaster.clock import day_start
from broadcaster.db.queries.schedule import broadcast_detail, broadcasts_between
from broadcaster.db.queries.zones import zone_names
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.domain.schedule.windows import parse_time
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict_lots import lots
from broadcaster.scheduling.rotation_toml import read_toml
from broadcaster.scheduling.rotation_words import no_rotation
from broadcaster.services.air import orders
from broadcaster.services.schedule import conflicts, feeds, letting_be
from broadcaster.services.schedule.days import add_exception, apply_exceptions, marks, without_own_rotation
from broadcaster.services.schedule.once import WordlessError, air_once
from broadcaster.services.schedule.planning import plan, preview
from broadcaster.services.schedule.rotations import Applied, apply_rotation, retire_rotation
from broadcaster.services.station import Station

_MARK = 8
"""So much of a mark a person types."""


@click.group("schedule")
def schedule_command() -> None:
    """Lịch phát: áp dụng, xem, giải thích."""


@schedule_command.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ xem thay đổi, chưa áp dụng.")
@yes_option
@home_option
@click.pass_context
@modes({"--dry-run": ()})
def apply(ctx: click.Context, file: Path, own_home: str | None, *, dry_run: bool, yes: bool) -> None:
    """Áp dụng một tệp lịch phát hoặc tệp ngày đặc biệt (TOML) và lên lịch các ngày tới.

    Buổi nào sẽ không phát nữa thì máy kể tên và hỏi trước.
    """
    with opened(ctx, own_home) as station:
        path = file if file.exists() else station.home.root / file
        try:
            text = handwritten.text(path, field=str(file))
        except FileNotFoundError:
            raise RuleError("Không có tệp lịch phát này.", field=str(file)) from None
        apply_it, actor = _applier(text, path.name), actor_of(ctx, station)
        carried_out(lambda agreed: apply_it(station, actor, text, path.name, agreed=agreed), yes=yes, dry_run=dry_run)
        if not dry_run:
            _plan(station, None)


@schedule_command.command("retire")
@click.argument("code", metavar="MÃ_LỊCH")
@click.option("--dry-run", is_flag=True, help="Chỉ xem thay đổi, chưa bỏ.")
@yes_option
@home_option
@click.pass_context
@modes({"--dry-run": ()})
def retire(ctx: click.Context, code: str, own_home: str | None, *, dry_run: bool, yes: bool) -> None:
    """Thôi dùng một lịch phát; các phiên bản cũ vẫn giữ."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        done = carried_out(
            lambda agreed: retire_rotation(station, actor, code, agreed=agreed), yes=yes, dry_run=dry_run
        )
        if done:
            _plan(station, None)


def _applier(text: str, name: str) -> Callable[..., Applied]:
    """What applies a file of this content: a rotation, or exception days."""
    table = read_toml(text, name=name)
    if "zone" in table and "rotation" not in table:
        raise RuleError(
            "Tệp này khai báo cụm loa, chỉ đọc một lần khi tạo đài (loa init). Hãy sửa cụm loa ở trang Cụm loa.",
            field=name,
        )
    return apply_exceptions if "exception" in table and "rotation" not in table else apply_rotation


@schedule_command.command("plan")
@click.option("--days", type=click.IntRange(1, 400), help="Số ngày lên lịch trước.")
@home_option
@click.pass_context
def plan_(ctx: click.Context, days: int | None, own_home: str | None) -> None:
    """Lên lịch các ngày tới từ các lịch phát đang có hiệu lực."""
    with opened(ctx, own_home) as station:
        _plan(station, days)


def _plan(station: Station, days: int | None) -> None:
    result = plan(station, days)
    click.echo(
        f"Lên lịch: thêm {result.added}, đổi {result.changed}, bỏ {result.removed}, giữ {result.kept} buổi phát."
    )
    for warning in result.warnings:
        click.echo(f"Cảnh báo: {warning}")


@schedule_command.command("show")
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True)
@format_option
@home_option
@click.pass_context
def show(ctx: click.Context, days: int, shape: str, own_home: str | None) -> None:
    """Xem lịch các ngày tới."""
    with opened(ctx, own_home) as station:
        start = day_start(station.today(), station.settings.tz)
        with station.db.read() as session:
            rows = broadcasts_between(session, start, start + dt.timedelta(days=days))
        if shape == "json":
            show_json(rows)
            return
        cells = [
            (
                r["id"],
                moment_words(station, r["starts_at"]),
                r["title"],
                f"{r['sound_ms'] / 60000:.1f}",
                len(r["rundown"]),
                len(r["zones"]),
                r["state_label"],
            )
            for r in rows
        ]
    columns = ["Số", "Lúc", "Buổi phát", "Phút", "Mục", "Cụm loa", "Trạng thái"]
    show_table("Lịch phát", columns, cells, empty="Chưa có buổi phát nào. Hãy áp dụng một tệp lịch: loa schedule apply")


@schedule_command.command("why")
@click.argument("number", type=int)
@format_option
@home_option
@click.pass_context
def why(ctx: click.Context, number: int, shape: str, own_home: str | None) -> None:
    """Giải thích vì sao mỗi mục có mặt, và vì sao bài khác không có."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        detail = broadcast_detail(session, number)
    if shape == "json":
        show_json(detail)
        return
    click.echo(f"{detail['title']}: {detail['sound_ms'] / 60000:.1f} phút")
    for item in detail["rundown"]:
        click.echo(f"  {item['no']:>2}. {item['title']} ({item['duration_ms'] / 1000:.0f} giây)")
    for reason in detail["reasons"]:
        click.echo(f"  {'CÓ   ' if reason['chosen'] else 'KHÔNG'} {reason['title']}: {reason['why']}")


@schedule_command.command("preview")
@click.option("--week", "week", help="Tuần ISO như 2026-W30, hoặc một ngày 2026-07-20 trong tuần (mặc định: tuần sau).")
@format_option
@home_option
@click.pass_context
def preview_(ctx: click.Context, week: str | None, shape: str, own_home: str | None) -> None:
    """Xem trước một tuần sắp tới theo khung lịch và các bài đã duyệt; không ghi gì."""
    with opened(ctx, own_home) as station:
        monday = _monday(week, station.today() + dt.timedelta(days=7))
        if monday + dt.timedelta(days=6) < station.today():
            raise RuleError("Tuần này đã qua; xem nhật ký bằng loa log show.", field="--week")
        found = preview(station, monday)
        rows = [
            {
                "starts_at": d.occurrence.starts_at,
                "slot": f"{d.occurrence.rotation}/{d.occurrence.slot.code}",
                "title": d.occurrence.slot.title,
                "zones": list(d.zones),
                "sound_ms": d.filled.sound_ms,
                "items": [i.title for i in d.filled.items],
                "reasons": [asdict(r) for r in d.filled.reasons],
            }
            for d in found.drafts
        ]
        if shape == "json":
            show_json({"broadcasts": rows, "warnings": found.warnings})
            return
        cells = [
            (
                moment_words(station, d.occurrence.starts_at),
                d.occurrence.slot.title,
                f"{d.filled.sound_ms / 60000:.1f}",
                len(d.zones),
                "; ".join(i.title for i in d.filled.items if i.kind is not ItemKind.CUE)[:90],
            )
            for d in found.drafts
        ]
        show_table(
            "Xem trước", ["Lúc", "Buổi phát", "Phút", "Cụm loa", "Bài"], cells, empty="Tuần này không có buổi phát nào."
        )
        for warning in dict.fromkeys(found.warnings):
            click.echo(f"Cảnh báo: {warning}")


def _monday(week: str | None, default: dt.date) -> dt.date:
    if week is None:
        day = default
    else:
        try:
            day = dt.date.fromisoformat(week)
        except ValueError:
            raise RuleError("Tuần phải viết như 2026-W30 hoặc 2026-07-20.", field="--week") from None
    return day - dt.timedelta(days=day.weekday())


@schedule_command.command("conflicts")
@click.option("--days", type=click.IntRange(1, 60), default=conflicts.DAYS, show_default=True)
@format_option
@home_option
@click.pass_context
def conflicts_(ctx: click.Context, days: int, shape: str, own_home: str | None) -> None:
    """Soát các ngày tới: trùng giờ, thiếu buổi, bài hết hạn, quá mức Quy chế; mỗi điều kèm cách sửa."""
    with opened(ctx, own_home) as station:
        found = conflicts.find(station, days)
    open_ = [c for c in found if c.answer is None]
    if shape == "json":
        show_json([asdict(c) | {"kind": c.kind.value, "grave": c.kind.grave} for c in found])
    elif not open_:
        click.echo(f"{days} ngày tới không có gì vướng.")
    for lot in lots(found) if shape != "json" else ():
        c, more = lot.first, len(lot.others)
        tail = f" (và {more} buổi khác, tới {station.local(lot.others[-1].at):%d/%m/%Y})" if more else ""
        if c.answer is not None:
            click.echo(f"ĐỂ VẬY ({c.answer.by}, {moment_words(station, c.answer.at)}): {c.what}{tail}")
            continue
        way = f"\n    Cố ý thì: loa schedule let-be {c.marks[0][:_MARK]}" if c.marks else ""
        click.echo(f"{c.kind.label.upper()}: {c.what}{tail}\n    Cách sửa: {c.remedy}{way}")
    ctx.exit(1 if any(c.kind.grave for c in open_) else 0)


@schedule_command.command("let-be")
@click.argument("mark", metavar="MÃ")
@click.option("--undo", is_flag=True, help="Thôi để vậy: máy nhắc lại.")
@home_option
@click.pass_context
def let_be(ctx: click.Context, mark: str, own_home: str | None, *, undo: bool) -> None:
    """Ghi rằng bạn đã xem một điều vướng và để vậy; MÃ do loa schedule conflicts in ra."""
    with opened(ctx, own_home) as station:
        lot = next((x for x in lots(conflicts.find(station)) if any(m.startswith(mark) for m in x.marks)), None)
        if lot is None or len(mark) < _MARK:
            raise RuleError("Không có điều vướng nào mang mã này. Xem: loa schedule conflicts", field="mark")
        act = letting_be.take_up if undo else conflicts.let_be
        act(station, actor_of(ctx, station), lot.marks)
        click.echo(f"{'Sẽ nhắc lại' if undo else 'Đã ghi là để vậy'}: {lot.first.what}")


@schedule_command.command("ical")
@out_option("Tệp .ics (mặc định: in ra).")
@click.option("--new-address", is_flag=True, help="Đổi địa chỉ bí mật của lịch trên trang quản lý.")
@home_option
@click.pass_context
@modes({"--new-address": ()})
def ical(ctx: click.Context, target: Path | None, own_home: str | None, *, new_address: bool) -> None:
    """Xuất lịch phát dạng iCalendar cho điện thoại."""
    with opened(ctx, own_home) as station:
        if new_address:
            click.echo(f"/schedule/feed/{feeds.renew_feed_token(station, actor_of(ctx, station))}.ics")
            return
        data = feeds.week_feed(station)
    if target is None:
        click.echo(data.decode(), nl=False)
    else:
        keep(target, data)


@schedule_command.command("day")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("kind", required=False, type=click.Choice([k.value for k in DayKind]))
@click.option("--leave-out", help='Mã các khung không phát ngày đó, cách nhau bằng dấu phẩy; "" để phát lại tất cả.')
@click.option("--to", type=click.DateTime(["%Y-%m-%d"]), help="Ngày cuối của một đợt nhiều ngày.")
@click.option("--title", default="", help="Tên ngày.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem thay đổi, chưa đánh dấu.")
@yes_option
@home_option
@click.pass_context
@modes({"--dry-run": {"KIND", "--to", "--title", "--leave-out"}})
def day_(
    ctx: click.Context,
    day: dt.datetime,
    kind: str | None,
    leave_out: str | None,
    to: dt.datetime | None,
    title: str,
    own_home: str | None,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Đánh dấu một ngày, hoặc một đợt, là lễ, Tết, quốc tang, mưa bão (ordinary để bỏ đánh dấu), hay bỏ vài khung."""
    if kind is None and leave_out is None:
        raise RuleError("Hãy ghi loại ngày, hoặc --leave-out với mã các khung không phát.", field="kind")
    chosen, first, last = DayKind(kind) if kind else None, day.date(), to.date() if to else None
    left_out = None if leave_out is None else [code.strip() for code in leave_out.split(",") if code.strip()]
    if title and chosen in {None, DayKind.ORDINARY}:
        raise RuleError("Chỉ ngày có loại riêng mới mang tên. Hãy bỏ --title.", field="--title")
    words = title or (chosen.label if chosen and chosen is not DayKind.ORDINARY else "")
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        done = carried_out(
            lambda agreed: add_exception(
                station, actor, first, chosen, words, to=last, left_out=left_out, agreed=agreed
            ),
            yes=yes,
            dry_run=dry_run,
        )
        if not done:
            return
        span = f"{first:%d/%m/%Y}" + (f" đến hết {last:%d/%m/%Y}" if last and last != first else "")
        with station.db.read() as session:
            click.echo(f"{span}: {marks(session, [first])[first].words}.")
            if chosen and without_own_rotation(session, first, last, chosen):
                click.echo(no_rotation(chosen))
        _plan(station, None)


@click.command("air")
@click.argument("items", nargs=-1, required=True, metavar="SỐ_KỊCH_BẢN|TÊN_ÂM_THANH...")
@click.option("--at", "at", help="Giờ phát HH:MM hôm nay (mặc định: 20 giây nữa).")
@click.option("--zones", default="all", show_default=True, help="Cụm loa hoặc nhóm, cách nhau bằng dấu phẩy.")
@click.option("--title", default="Phát theo yêu cầu")
@click.option("--trial", is_flag=True, help="Nghe thử: chỉ ghi vào bản thu, không ra loa.")
@click.option("--wordless", is_flag=True, help="Cho phép buổi chỉ có nhạc, không có bài nào được đọc.")
@home_option
@click.pass_context
def air_command(
    ctx: click.Context,
    items: tuple[str, ...],
    at: str | None,
    zones: str,
    title: str,
    own_home: str | None,
    *,
    trial: bool,
    wordless: bool,
) -> None:
    """Phát một lần các bài đã duyệt, ngoài lịch."""
    with opened(ctx, own_home) as station:
        starts = station.now().replace(microsecond=0) + dt.timedelta(seconds=20)
        if at:
            time = parse_time(at, field="--at")
            starts = dt.datetime.combine(station.today(), time, tzinfo=station.settings.tz)
            if starts <= station.now():
                raise RuleError("Giờ này hôm nay đã qua.", field="--at")
        wanted: list[int | str] = [int(i) if i.isdigit() else i for i in items]
        try:
            number = air_once(
                station,
                actor_of(ctx, station),
                wanted,
                title=title,
                starts_at=starts,
                zones=zones.split(","),
                trial=trial,
                wordless=wordless,
            )
        except WordlessError as error:
            raise RuleError(f"{error.message} Nếu đúng ý, hãy thêm --wordless.", field="items") from None
        click.echo(f"Buổi phát số {number} sẽ phát lúc {moment_words(station, starts)}.")


@click.command("stop")
@click.option("--zones", help="Chỉ dừng các cụm loa này, cách nhau bằng dấu phẩy.")
@click.option("--yes", is_flag=True, help="Không hỏi lại khi cụm loa khác cũng im theo.")
@home_option
@click.pass_context
def stop_command(ctx: click.Context, zones: str | None, own_home: str | None, *, yes: bool) -> None:
    """DỪNG PHÁT ngay, giữ lại những gì đang chờ; nói rõ loa nào đã im."""
    with opened(ctx, own_home, patient=True) as station:
        wanted = zones.split(",") if zones else []
        names: dict[str, str] = {}
        also: tuple[str, ...] = ()
        with contextlib.suppress(DatabaseUnavailableError), station.db.read() as session:  # a stop does not wait for it
            names, also = zone_names(session), station.outputs(session).also(wanted)
        if also and not yes:
            listed = ", ".join(names.get(z, z) for z in also)
            click.confirm(f"Chung âm ly nên cũng im: {listed}. Dừng cả?", abort=True)
        answer = orders.tell(station, actor_of(ctx, station), Verb.STOP, zones=wanted or None)
        click.echo(orders.stop_in_words(answer, names, wanted))
    if answer is None:
        ctx.exit(1)


@click.command("trust-clock")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
@home_option
@click.pass_context
def trust_clock_command(ctx: click.Context, own_home: str | None, *, yes: bool) -> None:
    """Xác nhận đồng hồ máy đúng khi máy phát ngừng vì nghi ngờ đồng hồ."""
    with opened(ctx, own_home) as station:
        if not yes:
            click.confirm(f"Đồng hồ máy đang chỉ {moment_words(station, station.now())}. Đúng không?", abort=True)
        answer = orders.tell(station, actor_of(ctx, station), Verb.TRUST_CLOCK)
        click.echo(orders.in_words(answer))
