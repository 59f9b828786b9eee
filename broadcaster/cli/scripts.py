"""Scripts at the command line: add, list, show, speak, submit, approve, return."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from broadcaster.cli import script_sound
from broadcaster.cli.common import actor_of, format_option, opened, progress_bar, show_json, show_table
from broadcaster.cli.lexicon import make
from broadcaster.cli.place import home_option
from broadcaster.cli.reading import (
    asking_for_encoding,
    changes_table,
    encoding_option,
    keep_option,
    put_back,
    removed_table,
)
from broadcaster.cli.together import modes
from broadcaster.cli.withdrawing import still_option, withdrawn
from broadcaster.db.queries.scripts.one import get_script, latest_revision
from broadcaster.db.queries.scripts.rows import find_scripts, script_detail
from broadcaster.domain.scripts.fields import About, Face, kept_of, shown_on
from broadcaster.domain.seen import mark_of
from broadcaster.errors import RuleError
from broadcaster.services.lexicon.changes import Change, find_entry
from broadcaster.services.lexicon.layers import MODES
from broadcaster.services.lexicon.overrides import Explained, explained, pick_change
from broadcaster.services.lexicon.reading import filled
from broadcaster.services.scripts import editing
from broadcaster.services.scripts.approving import send_back
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup.founding import read_upload
from broadcaster.text import Mode
from broadcaster.text.clean import Removal, clean
from broadcaster.text.ingest import load
from broadcaster.text.ingest.document import MAX_FILE_BYTES
from broadcaster.text.prepared import name_of
from broadcaster.text.readings import as_rows, choices, find

_PLACE = "SỐ_CHỖ|CHỮ_VIẾT"


@click.group("script")
def script_command() -> None:
    """Kịch bản: thêm, xem, sửa, đọc thành tiếng."""


for _command in script_sound.COMMANDS:
    script_command.add_command(_command)


def _read(source: str) -> tuple[str, bytes]:
    if source == "-":
        return "stdin.md", sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    path = Path(source)
    return path.name, load(path)


def _option(name: str, about: About) -> Callable[[click.decorators.FC], click.decorators.FC]:
    kind: Any = about.kind
    if issubclass(kind, StrEnum):
        kind = click.Choice([str(member) for member in kind])
    elif kind is int:
        kind = click.IntRange(int(about.least or 0), int(about.most or 0))
    return click.option(f"--{name}", type=kind, help=about.help)


def _with_fields(command: click.decorators.FC) -> click.decorators.FC:
    for name, about in reversed(shown_on(Face.COMMAND).items()):
        command = _option(name, about)(command)
    return command


@script_command.command("add")
@click.argument("source", metavar="TỆP|-")
@_with_fields
@keep_option
@encoding_option
@home_option
@click.pass_context
def add(
    ctx: click.Context,
    /,
    *,
    source: str,
    own_home: str | None,
    kept: tuple[int, ...],
    encoding: str | None,
    **fields: Any,
) -> None:
    """Thêm kịch bản từ tệp .md, .txt, .docx, .odt, .pdf hoặc đầu vào chuẩn."""
    name, data = _read(source)
    with opened(ctx, own_home) as station:
        with asking_for_encoding():
            draft, notes = read_upload(station, name, data, encoding=encoding, chosen=_given(fields))
        cleaned = clean(draft.body)
        numbered = list(enumerate(cleaned.removed, 1))
        draft = replace(draft, kept=tuple(map(name_of, put_back(numbered, kept))))
        number = editing.add_script(station, actor_of(ctx, station), draft)
        click.echo(f"Đã thêm kịch bản số {number}.")
        _show_left_out(
            [*notes, *(n.message for n in cleaned.notes)],
            [(n, r) for n, r in numbered if n not in kept],
            f"loa script edit {number} {source}",
        )


@script_command.command("edit")
@click.argument("number", type=int)
@click.argument("source", metavar="TỆP|-")
@_with_fields
@click.option("--voice", help="Giọng đọc của bài (bộ-đọc:giọng).")
@click.option("--rate", type=float, help="Tốc độ đọc của bài; 1.0 là bình thường.")
@keep_option
@encoding_option
@still_option
@home_option
@click.pass_context
def edit(
    ctx: click.Context,
    /,
    *,
    number: int,
    source: str,
    own_home: str | None,
    voice: str | None,
    rate: float | None,
    kept: tuple[int, ...],
    encoding: str | None,
    still: str | None,
    **fields: Any,
) -> None:
    """Thay nội dung một kịch bản; nếu đã duyệt thì phải duyệt lại."""
    name, data = _read(source)
    with opened(ctx, own_home) as station:
        with station.db.read() as session:
            old = script_detail(session, number)
            seen = mark_of(editing.facts_of(get_script(session, number), latest_revision(session, number)))
        stays = {k: old[k] for k in shown_on(Face.HEAD) if k != "verify"}
        with asking_for_encoding():
            draft, notes = read_upload(station, name, data, encoding=encoding, defaults=stays, chosen=_given(fields))
        cleaned = clean(draft.body)
        numbered = list(enumerate(cleaned.removed, 1))
        back = dict.fromkeys((*kept_of(old["kept"]), *map(name_of, put_back(numbered, kept))))
        draft = replace(
            draft,
            voice=voice or old["voice"],
            rate=rate or old["rate"],
            kept=tuple(back),
            verify=draft.verify or tuple(old["verify"]),
        )
        actor = actor_of(ctx, station)
        revisions: list[int] = []
        told = withdrawn(
            station,
            actor,
            number,
            still,
            lambda choice: revisions.append(editing.revise(station, actor, number, draft, seen=seen, still=choice)),
        )
        click.echo(f"Kịch bản số {number} nay là bản {revisions[-1]}. {told}".strip())
        left = [(n, r) for n, r in numbered if name_of(r) not in back]
        _show_left_out([*notes, *(n.message for n in cleaned.notes)], left, f"loa script edit {number} {source}")


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in {None, ""}}


def _show_left_out(notes: Sequence[str], removed: Sequence[tuple[int, Removal]], command: str) -> None:
    console = Console()
    console = Console(width=None if console.is_terminal else 160, highlight=False)
    for note in notes:
        console.print(Text(f"Lưu ý: {note}"))
    if removed:
        console.print(removed_table(removed))
        console.print(Text(f"Muốn đọc lại phần nào: {command} --keep SỐ"))


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
    if detail["airings"]:
        click.echo(f"Số lần phát mong muốn: {detail['airings']}")
    for fact in detail["verify"]:
        click.echo(f"Cần kiểm tra: {fact}")
    click.echo(f"\n{filled(station, detail['body'])}\n")
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


@script_command.command("reading")
@click.argument("number", type=int)
@click.argument("what", required=False, metavar=f"[{_PLACE}]")
@click.option("--say", help="Đọc chỗ ấy như thế này.")
@click.option("--choice", type=int, help="Chọn cách khác mang số này.")
@click.option("--as", "mode", type=click.Choice([m.value for m in MODES]), help="Hoặc đổi kiểu: spell, leave…")
@click.option("--station", "whole_station", is_flag=True, help="Cho cả đài, không chỉ bài này.")
@click.option("--undo", is_flag=True, help="Bỏ cách đọc đã chọn riêng cho bài này.")
@click.option("--yes", is_flag=True, help="Đã xem danh sách bài bị ảnh hưởng và đồng ý.")
@click.option("--hold/--air", "hold", default=None, help="Giữ lại, hoặc vẫn phát bản đã duyệt.")
@format_option
@home_option
@click.pass_context
@modes(
    {
        "--undo": {_PLACE, "--yes", "--hold"},
        "--choice": {_PLACE, "--station", "--yes", "--hold"},
        "--say": {_PLACE, "--as", "--station", "--yes", "--hold"},
        "--as": {_PLACE, "--say", "--station", "--yes", "--hold"},
        "--format": (),
    },
    plain={"--station", "--yes", "--hold"},
)
def reading(
    ctx: click.Context,
    *,
    number: int,
    what: str | None,
    say: str | None,
    choice: int | None,
    mode: str | None,
    hold: bool | None,
    shape: str,
    own_home: str | None,
    whole_station: bool,
    undo: bool,
    yes: bool,
) -> None:
    """Xem từng chỗ đọc khác chữ viết, và chọn cách đọc khác."""
    with opened(ctx, own_home) as station:
        found = explained(station, number)
        if what is None:
            if undo or choice is not None or say is not None or mode is not None:
                raise RuleError(f"Hãy ghi chỗ nào ({_PLACE}), xem danh sách: loa script reading {number}", field=_PLACE)
            _show_readings(found, shape)
            return
        if undo:
            with station.db.read() as session:
                change = Change(remove=(find_entry(session, what, number).id,), script_id=number)
        else:
            kind, spoken = _chosen(found, what, say, choice, mode)
            change = pick_change(found, what, kind, spoken, whole_station=whole_station)
        click.echo(make(station, actor_of(ctx, station), change, yes=yes, hold=hold))


def _show_readings(found: Explained, shape: str) -> None:
    if shape == "json":
        show_json(as_rows(found.readings, found.lexicon))
        return
    console = Console()
    console = Console(width=None if console.is_terminal else 160, highlight=False)
    console.print(f"Bài số {found.script.id}: {found.script.title}, bản {found.revision}", markup=False)
    if found.readings:
        console.print(changes_table(found.readings, found.lexicon))
    else:
        console.print("Bài này được đọc đúng như chữ viết.")
    for entry in found.own:
        said = entry.spoken or MODES[entry.mode].lower()
        console.print(f"Riêng bài này: “{entry.written}” đọc là “{said}”.", markup=False)


def _chosen(found: Explained, what: str, say: str | None, choice: int | None, mode: str | None) -> tuple[Mode, str]:
    if choice is not None:
        options = choices(find(found.readings, what), found.lexicon)
        if not 1 <= choice <= len(options):
            raise RuleError(f"Chỗ này có {len(options)} cách khác; hãy chọn số trong đó.", field="--choice")
        return options[choice - 1].mode, options[choice - 1].spoken
    if say is None and mode is None:
        raise RuleError("Hãy nói đọc thế nào: --say, --choice hoặc --as.", field="--say")
    return Mode(mode or Mode.EXPAND), say or ""


@script_command.command("submit")
@click.argument("number", type=int)
@home_option
@click.pass_context
def submit(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Gửi lãnh đạo duyệt."""
    with opened(ctx, own_home) as station:
        editing.submit(station, actor_of(ctx, station), number)
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
@still_option
@home_option
@click.pass_context
def return_command(ctx: click.Context, number: int, comment: str, still: str | None, own_home: str | None) -> None:
    """Trả kịch bản lại cho người viết kèm lý do."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        told = withdrawn(
            station, actor, number, still, lambda choice: send_back(station, actor, number, comment, still=choice)
        )
        click.echo(f"Đã trả lại kịch bản số {number}. {told}".strip())
