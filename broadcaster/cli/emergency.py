"""Emergencies at the command line: say it, list, end, review, take a CAP message."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, show_json, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.queries import air
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState, Interrupted, ReviewFinding
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import RuleError, StationError
from broadcaster.services.air import emergencies, emergency_voice
from broadcaster.services.air.emergency_cap import draft_from_cap
from broadcaster.services.station import Station
from broadcaster.text.ingest.cap import LARGEST


@click.command("emergency")
@click.argument("text", required=False)
@click.option("--zones", default="", help="Cụm loa hoặc nhóm, cách nhau bằng dấu phẩy; all: tất cả.")
@click.option("--reason", default="", help="Lý do (bắt buộc khi phát và khi kết thúc).")
@click.option("--title", default="", help="Tên ngắn để ghi nhật ký.")
@click.option(
    "--recording", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Bản ghi âm thay lời đọc."
)
@click.option(
    "--cap", "cap_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Bản tin CAP 1.2."
)
@click.option("--repeat", "repeat_minutes", type=int, help="Lặp lại sau mỗi N phút, cả ngày lẫn đêm.")
@click.option(
    "--interrupted",
    type=click.Choice([i.value for i in Interrupted]),
    default="resume",
    show_default=True,
    help="Chương trình bị ngắt: phát tiếp hay bỏ.",
)
@click.option("--yes", is_flag=True, help="Đã chắc chắn, không hỏi lại.")
@click.option("--list", "listing", is_flag=True, help="Xem các bản tin khẩn cấp.")
@click.option("--cancel", "cancel_number", type=int, metavar="SỐ", help="Kết thúc một bản tin đang lặp (cần --reason).")
@click.option("--review", "review_number", type=int, metavar="SỐ", help="Ghi kết luận xem lại (cần --finding).")
@click.option("--finding", type=click.Choice([f.value for f in ReviewFinding]), help="Kết luận xem lại.")
@click.option("--note", default="", help="Ghi chú xem lại.")
@format_option
@home_option
@click.pass_context
def emergency_command(
    ctx: click.Context,
    *,
    text: str | None,
    zones: str,
    reason: str,
    title: str,
    recording: Path | None,
    cap_file: Path | None,
    repeat_minutes: int | None,
    interrupted: str,
    cancel_number: int | None,
    review_number: int | None,
    finding: str | None,
    note: str,
    shape: str,
    own_home: str | None,
    yes: bool,
    listing: bool,
) -> None:
    """Phát khẩn cấp NGAY, ngắt mọi chương trình, cả ban đêm; hỏi lại một lần trước khi phát.

    \b
    loa emergency "Lũ đang lên. Bà con di dời ngay." --zones all --reason "Công điện của tỉnh" --repeat 15
    loa emergency --cancel 3 --reason "Nước đã rút"
    """  # noqa: D301 - \b is click's own mark
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        if listing:
            _list(station, shape)
        elif cancel_number is not None:
            emergencies.cancel(station, actor, cancel_number, reason)
            click.echo(f"Đã kết thúc bản tin khẩn cấp số {cancel_number}.")
        elif review_number is not None:
            if finding is None:
                raise RuleError("Hãy ghi kết luận bằng --finding.", field="--finding")
            emergencies.review(station, actor, review_number, ReviewFinding(finding), note)
            click.echo("Đã ghi kết luận xem lại.")
        else:
            chosen = tuple(z for z in zones.split(",") if z)
            if cap_file is not None:
                number = _from_cap(station, actor, cap_file, chosen, reason, repeat_minutes, Interrupted(interrupted))
            else:
                sha, ms = emergency_voice.keep_recording(station, recording) if recording else (None, 0)
                wish = EmergencyRequest(
                    title=title,
                    text=text or "",
                    zones=chosen,
                    reason=reason,
                    repeat_minutes=repeat_minutes,
                    interrupted=Interrupted(interrupted),
                    recording_sha256=sha,
                    recording_ms=ms,
                )
                wish.cleaned().check()
                number = emergencies.draft(station, actor, wish)
            _say(ctx, station, actor, number, sure=yes)


def _from_cap(
    station: Station,
    actor: Actor,
    file: Path,
    zones: tuple[str, ...],
    reason: str,
    repeat_minutes: int | None,
    interrupted: Interrupted,
) -> int:
    with station.db.read() as session:
        if not zone_map(session).expand(zones, where="--zones"):  # before anything is kept: a message is taken once
            raise RuleError("Hãy ghi nơi phát bằng --zones (all: mọi cụm loa).", field="--zones")
    with file.open("rb") as source:
        data = source.read(LARGEST + 1)  # no more than is needed to refuse it
    number = draft_from_cap(station, actor, data, file.name)
    with station.db.read() as session:
        wish = emergencies.wish_of(emergencies.get(session, number))
    every = wish.repeat_minutes if repeat_minutes is None else repeat_minutes
    emergencies.change(
        station,
        actor,
        number,
        EmergencyRequest(
            title=wish.title,
            text=wish.text,
            zones=zones,
            reason=reason or wish.reason,
            repeat_minutes=every,
            interrupted=interrupted,
        ),
    )
    return number


def _say(ctx: click.Context, station: Station, actor: Actor, number: int, *, sure: bool) -> None:
    """Ask once, naming the zones; then the tone leaves at once and the words follow."""
    with station.db.read() as session:
        row = emergencies.get(session, number)
        codes = zone_map(session).expand(row.zones, where="zones")
        names = zones_queries.zone_names(session)
    speaker = threading.Thread(target=_speak, args=(station, number))
    speaker.start()  # while the person reads the question, the words are being spoken
    try:
        if not sure:
            click.echo(f"{row.title}\n{row.text or '(bản ghi âm)'}")
            click.echo(f"Phát NGAY tại {len(codes)} cụm loa: {', '.join(names.get(c, c) for c in codes)}.")
            if not click.confirm("Phát khẩn cấp?", default=False):
                emergencies.dismiss(station, actor, number)
                click.echo("Đã bỏ; không có gì được phát.")
                ctx.exit(1)
        emergencies.confirm(station, actor, number)
        click.echo(f"Đã phát khẩn cấp (bản tin số {number}). Kết thúc: loa emergency --cancel {number} --reason …")
    finally:
        speaker.join()
    with station.db.read() as session:
        trouble = emergencies.get(session, number).trouble
    if trouble:
        raise StationError(f"{trouble} Tín hiệu báo động đã phát; hãy nói qua micro.")


def _speak(station: Station, number: int) -> None:
    try:
        emergency_voice.speak_quickly(station, number)
    except StationError as error:
        click.echo(f"Chưa đọc được lời: {error}", err=True)


def _list(station: Station, shape: str) -> None:
    with station.db.read() as session:
        found = air.stories(session, station.now(), *EmergencyState)
    if shape == "json":
        show_json(
            [
                {
                    "number": s.row.id,
                    "title": s.row.title,
                    "text": s.row.text,
                    "zones": s.row.zones,
                    "state": s.row.state.value,
                    "reason": s.row.reason,
                    "repeat_minutes": s.row.repeat_minutes,
                    "confirmed_by": s.row.confirmed_by,
                    "confirmed_at": s.row.confirmed_at,
                    "aired": s.aired,
                    "next_at": s.next_at,
                    "finding": s.row.finding and s.row.finding.value,
                }
                for s in found
            ]
        )
        return
    rows = [
        (
            s.row.id,
            f"{station.local(s.row.created_at):%H:%M %d/%m}",
            s.row.title[:48],
            s.row.state.label,
            s.aired,
            f"{station.local(s.next_at):%H:%M %d/%m}" if s.next_at else "-",
            s.row.finding.label if s.row.finding else "-",
        )
        for s in found
    ]
    heads = ["Số", "Lúc", "Nội dung", "Trạng thái", "Đã phát", "Lần sau", "Xem lại"]
    show_table("Phát khẩn cấp", heads, rows, empty="Chưa có bản tin khẩn cấp nào.")
