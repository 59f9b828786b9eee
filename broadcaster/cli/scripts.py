"""Scripts at the command line: add, list, show, speak, submit, approve, return."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, home_option, opened, progress_bar, show_json, show_table
from broadcaster.db.queries.scripts import find_scripts, script_detail
from broadcaster.domain.scripts import Genre, Priority
from broadcaster.errors import RuleError
from broadcaster.services import recordings
from broadcaster.services import scripts as script_service
from broadcaster.services.approving import approve, send_back
from broadcaster.services.importing import add_file, read_draft
from broadcaster.services.speaking import speak
from broadcaster.services.subtitles import subtitles

_MAX_BYTES = 20_000_000


@click.group("script")
def script_command() -> None:
    """Kịch bản: thêm, xem, sửa, đọc thành tiếng."""


def _read(source: str) -> tuple[str, bytes]:
    if source == "-":
        return "stdin.md", sys.stdin.buffer.read(_MAX_BYTES + 1)
    path = Path(source)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise RuleError(f"Không đọc được tệp: {error.strerror}.", field=source) from None


_field_options = [
    click.option("--title", help="Tên kịch bản (nếu tệp không ghi)."),
    click.option("--unit", help="Mã đơn vị."),
    click.option("--topic", help="Mã chủ đề."),
    click.option("--genre", type=click.Choice([g.value for g in Genre]), help="Thể loại."),
    click.option("--priority", type=click.Choice([p.value for p in Priority]), help="Mức ưu tiên."),
]


def _with_fields(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_field_options):
        command = option(command)
    return command


@script_command.command("add")
@click.argument("source", metavar="TỆP|-")
@_with_fields
@home_option
@click.pass_context
def add(
    ctx: click.Context,
    source: str,
    own_home: str | None,
    title: str | None,
    unit: str | None,
    topic: str | None,
    genre: str | None,
    priority: str | None,
) -> None:
    """Thêm kịch bản từ tệp .md, .txt, .docx, .odt, .pdf hoặc đầu vào chuẩn."""
    name, data = _read(source)
    with opened(ctx, own_home) as station:
        number = add_file(
            station,
            actor_of(ctx, station),
            name,
            data,
            defaults={"title": title, "unit": unit, "topic": topic, "genre": genre, "priority": priority},
        )
        click.echo(f"Đã thêm kịch bản số {number}.")


@script_command.command("edit")
@click.argument("number", type=int)
@click.argument("source", metavar="TỆP|-")
@_with_fields
@home_option
@click.pass_context
def edit(
    ctx: click.Context,
    number: int,
    source: str,
    own_home: str | None,
    title: str | None,
    unit: str | None,
    topic: str | None,
    genre: str | None,
    priority: str | None,
) -> None:
    """Thay nội dung một kịch bản; nếu đã duyệt thì phải duyệt lại."""
    name, data = _read(source)
    with opened(ctx, own_home) as station:
        with station.db.read() as session:
            old = script_detail(session, number)
        kept = {k: old[k] for k in ("title", "unit", "topic", "genre", "priority", "valid_from", "valid_to")}
        fields = {"title": title, "unit": unit, "topic": topic, "genre": genre, "priority": priority}
        draft = read_draft(station, name, data, defaults=kept | {k: v for k, v in fields.items() if v})
        revision = script_service.revise(station, actor_of(ctx, station), number, draft)
        click.echo(f"Kịch bản số {number} nay là bản {revision}.")


@script_command.command("list")
@click.option("--search", default="", help="Tìm theo chữ, có dấu hay không đều được.")
@click.option("--state", help="Lọc theo trạng thái.")
@format_option
@home_option
@click.pass_context
def list_(ctx: click.Context, search: str, state: str | None, shape: str, own_home: str | None) -> None:
    """Liệt kê kịch bản."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = find_scripts(session, search=search, state=state)
    if shape == "json":
        show_json(rows)
        return
    cells = [(r["id"], r["title"], r["topic"], r["genre_label"], r["state_label"], r["duration"] or "-") for r in rows]
    show_table(
        "Kịch bản", ["Số", "Tên", "Chủ đề", "Thể loại", "Trạng thái", "Dài"], cells, empty="Chưa có kịch bản nào."
    )


@script_command.command("show")
@click.argument("number", type=int)
@format_option
@home_option
@click.pass_context
def show(ctx: click.Context, number: int, shape: str, own_home: str | None) -> None:
    """Xem một kịch bản: chữ viết, lời đọc, bản đọc, phê duyệt."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        detail = script_detail(session, number)
    if shape == "json":
        show_json(detail)
        return
    click.echo(f"Số {detail['id']}: {detail['title']}  [{detail['state_label']}]")
    click.echo(f"Đơn vị {detail['unit']}, chủ đề {detail['topic']}, {detail['genre_label']}, bản {detail['revision']}")
    for fact in detail["verify"]:
        click.echo(f"Cần kiểm tra: {fact}")
    click.echo(f"\n{detail['body']}\n")
    if spoken := detail["rendition"]:
        click.echo(f"Lời đọc ({spoken['voice']}, {spoken['duration_ms'] / 1000:.1f} giây, {spoken['lufs']:.1f} LUFS):")
        click.echo(spoken["spoken_text"])
    for a in detail["approvals"]:
        click.echo(f"{a['at']:%Y-%m-%d %H:%M} {a['by']}: {a['decision']} {a['comment']}")


@script_command.command("speak")
@click.argument("number", type=int)
@home_option
@click.pass_context
def speak_(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Đọc kịch bản thành tiếng và xử lý âm thanh cho loa."""
    with opened(ctx, own_home) as station:
        with progress_bar(f"Đọc kịch bản số {number}") as progress:
            speak(station, actor_of(ctx, station), number, progress)
        with station.db.read() as session:
            made = script_detail(session, number)["rendition"]
        click.echo(
            f"Đã đọc bằng giọng {made['voice']}: {made['duration_ms'] / 1000:.1f} giây, "
            f"{made['lufs']:.1f} LUFS, đỉnh {made['dbtp']:.1f} dBTP, âm thanh {made['audio_sha256'][:12]}."
        )
        for note in made["notes"]:
            click.echo(f"Lưu ý: {note}")


@script_command.command("record")
@click.argument("number", type=int)
@click.argument("file", metavar="TỆP", type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Chỉ nghe thử xem dùng được không, không lưu.")
@home_option
@click.pass_context
def record_(ctx: click.Context, number: int, file: Path, own_home: str | None, *, only_check: bool) -> None:
    """Dùng bản ghi âm giọng người cho kịch bản: wav, mp3, m4a, ogg, flac, opus, webm."""
    with opened(ctx, own_home) as station:
        if only_check:
            checked = recordings.check(station, number, file)
            found = checked.condition
            click.echo(
                f"Dùng được: {found.seconds:.1f} giây, tiếng nói {found.speech_db:.0f} dB, nền {found.noise_db:.0f} dB."
            )
            for fault in checked.faults:
                click.echo(f"Lưu ý: {fault.sentence}")
            return
        with progress_bar(f"Xử lý bản ghi âm cho kịch bản số {number}") as progress:
            made = recordings.record(station, actor_of(ctx, station), number, file, progress=progress)
        click.echo(
            f"Đã lưu bản đọc giọng người thật: {made.duration_ms / 1000:.1f} giây, "
            f"{made.lufs:.1f} LUFS, đỉnh {made.dbtp:.1f} dBTP. Bản này cần được duyệt."
        )
        for fault in made.faults:
            click.echo(f"Lưu ý: {fault.sentence}")


@script_command.command("vtt")
@click.argument("number", type=int)
@click.option("-o", "--out", "target", type=click.Path(path_type=Path), help="Ghi ra tệp thay vì in.")
@click.option("--overwrite", is_flag=True, help="Ghi đè tệp đã có.")
@home_option
@click.pass_context
def vtt_(ctx: click.Context, number: int, target: Path | None, own_home: str | None, *, overwrite: bool) -> None:
    """In phụ đề WebVTT của bản đọc mới nhất: từng câu, từng chữ theo thời gian."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        text = subtitles(script_detail(session, number))
    if target is None:
        click.echo(text, nl=False)
        return
    if target.exists() and not overwrite:
        raise RuleError("Tệp đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(target))
    target.write_text(text, encoding="utf-8")
    click.echo(f"Đã ghi {target}.")


@script_command.command("submit")
@click.argument("number", type=int)
@home_option
@click.pass_context
def submit(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Gửi lãnh đạo duyệt."""
    with opened(ctx, own_home) as station:
        script_service.submit(station, actor_of(ctx, station), number)
        click.echo(f"Đã gửi kịch bản số {number} chờ duyệt.")


@click.command("approve")
@click.argument("number", type=int)
@click.option("--comment", default="", help="Ý kiến của lãnh đạo.")
@home_option
@click.pass_context
def approve_command(ctx: click.Context, number: int, comment: str, own_home: str | None) -> None:
    """Duyệt kịch bản: đúng lời này, đúng âm thanh này."""
    with opened(ctx, own_home) as station:
        approve(station, actor_of(ctx, station), number, comment)
        click.echo(f"Đã duyệt kịch bản số {number}.")


@click.command("return")
@click.argument("number", type=int)
@click.option("--comment", required=True, help="Lý do trả lại.")
@home_option
@click.pass_context
def return_command(ctx: click.Context, number: int, comment: str, own_home: str | None) -> None:
    """Trả kịch bản lại cho người viết kèm lý do."""
    with opened(ctx, own_home) as station:
        send_back(station, actor_of(ctx, station), number, comment)
        click.echo(f"Đã trả lại kịch bản số {number}.")
