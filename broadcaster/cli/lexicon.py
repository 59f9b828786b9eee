"""The station's words at the command line: list, add, remove, take in, give out, try."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, show_json, show_table
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.cli.together import modes
from broadcaster.domain.fold import fold, sort_key
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import RuleError
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.agreeing import put
from broadcaster.services.lexicon.changes import AffectedError, Change, find_entry
from broadcaster.services.lexicon.files import export_toml, import_change
from broadcaster.services.lexicon.reading import profile_of
from broadcaster.services.scripts.trial import hear, trial_lexicon
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry, Mode, normalize
from broadcaster.text.ingest import load

script_option = click.option("--script", "script_id", type=int, metavar="SỐ", help="Chỉ cho kịch bản này.")
yes_option = click.option("--yes", is_flag=True, help="Đã xem danh sách bài bị ảnh hưởng và đồng ý.")
hold_option = click.option(
    "--hold/--air", "hold", default=None, help="Giữ lại, hoặc vẫn phát bản đã duyệt (mặc định: theo cài đặt)."
)
_DATE = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.group("lexicon")
def lexicon_command() -> None:
    """Từ điển đọc: đài đọc chữ viết tắt, tên riêng, ký hiệu thế nào."""


@lexicon_command.command("list")
@click.option("--search", default="", help="Tìm theo chữ, có dấu hay không đều được.")
@click.option("--all", "everything", is_flag=True, help="Cả từ điển có sẵn của máy.")
@script_option
@format_option
@home_option
@click.pass_context
def list_(
    ctx: click.Context, search: str, script_id: int | None, shape: str, own_home: str | None, *, everything: bool
) -> None:
    """Liệt kê các mục."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            _row(r.id, layers.entry_of(r), "bài" if script_id else "đài")
            for r in session.scalars(layers.live(script_id))
        ]
        if everything:
            shipped = layers.layered(station).entries
            rows += [_row(None, e, "có sẵn") for e in shipped if e.mode in layers.MODES]
    wanted = fold(search)
    rows = sorted(
        (r for r in rows if wanted in fold(f"{r['written']} {r['spoken']}")), key=lambda r: sort_key(str(r["written"]))
    )
    if shape == "json":
        show_json(rows)
        return
    cells = [(r["id"], r["written"], r["mode"], r["spoken"], r["when"], r["layer"], r["note"]) for r in rows]
    show_table(
        "Từ điển đọc",
        ["Mục", "Viết", "Kiểu", "Đọc", "Điều kiện", "Của", "Ghi chú"],
        cells,
        empty="Chưa có mục nào của đài.",
    )


@lexicon_command.command("add")
@click.argument("written", metavar="CHỮ_VIẾT")
@click.argument("spoken", metavar="CÁCH_ĐỌC", default="")
@click.option(
    "--as",
    "mode",
    type=click.Choice([m.value for m in layers.MODES]),
    default="expand",
    show_default=True,
    help="Kiểu: đọc đầy đủ, như một từ, từng chữ, giữ nguyên.",
)
@click.option("--any-case", is_flag=True, help="Không phân biệt chữ hoa, chữ thường.")
@click.option("--after", "preceded_by", multiple=True, metavar="CỤM", help="Chỉ khi đứng sau cụm từ này.")
@click.option("--before", "followed_by", multiple=True, metavar="CỤM", help="Chỉ khi đứng trước cụm từ này.")
@click.option("--from", "valid_from", type=_DATE, help="Có hiệu lực từ ngày.")
@click.option("--until", "valid_until", type=_DATE, help="Có hiệu lực đến hết ngày.")
@click.option("--respell", multiple=True, metavar="BỘ_ĐỌC=CÁCH_ĐỌC", help="Cách đọc riêng cho một bộ đọc.")
@click.option("--note", default="", help="Ghi chú.")
@script_option
@yes_option
@hold_option
@home_option
@click.pass_context
def add(
    ctx: click.Context,
    *,
    written: str,
    spoken: str,
    mode: str,
    preceded_by: Sequence[str],
    followed_by: Sequence[str],
    valid_from: dt.datetime | None,
    valid_until: dt.datetime | None,
    respell: Sequence[str],
    note: str,
    script_id: int | None,
    hold: bool | None,
    own_home: str | None,
    any_case: bool,
    yes: bool,
) -> None:
    """Thêm hoặc thay một mục."""
    entry = LexiconEntry(
        written=written,
        spoken=spoken,
        mode=Mode(mode),
        case="any" if any_case else "exact",
        preceded_by=tuple(preceded_by),
        followed_by=tuple(followed_by),
        valid_from=valid_from.date() if valid_from else None,
        valid_until=valid_until.date() if valid_until else None,
        respell=_respellings(respell),
        note=note,
    )
    with opened(ctx, own_home) as station:
        change = Change(add=(entry,), script_id=script_id)
        click.echo(make(station, actor_of(ctx, station), change, yes=yes, hold=hold))


@lexicon_command.command("remove")
@click.argument("what", metavar="CHỮ_VIẾT|SỐ_MỤC")
@script_option
@yes_option
@hold_option
@home_option
@click.pass_context
def remove(
    ctx: click.Context, what: str, script_id: int | None, hold: bool | None, own_home: str | None, *, yes: bool
) -> None:
    """Bỏ một mục; mục có sẵn của máy (nếu có) lại được dùng."""
    with opened(ctx, own_home) as station:
        with station.db.read() as session:
            numbers = {r.id for r in session.scalars(layers.live(script_id))}
            named = what.isdecimal() and int(what) in numbers
            number = int(what) if named else find_entry(session, what, script_id).id
        click.echo(
            make(station, actor_of(ctx, station), Change(remove=(number,), script_id=script_id), yes=yes, hold=hold)
        )


@lexicon_command.command("import")
@click.argument("source", metavar="TỆP|-")
@script_option
@yes_option
@hold_option
@home_option
@click.pass_context
def import_(
    ctx: click.Context, source: str, script_id: int | None, hold: bool | None, own_home: str | None, *, yes: bool
) -> None:
    """Nạp các mục từ một tệp TOML."""
    data = sys.stdin.buffer.read() if source == "-" else load(Path(source))
    change = import_change(data, name="stdin" if source == "-" else Path(source).name, script_id=script_id)
    with opened(ctx, own_home) as station:
        click.echo(make(station, actor_of(ctx, station), change, yes=yes, hold=hold))


@lexicon_command.command("export")
@out_option("Ghi ra tệp thay vì màn hình.")
@script_option
@home_option
@click.pass_context
def export(ctx: click.Context, target: Path | None, script_id: int | None, own_home: str | None) -> None:
    """Xuất các mục ra TOML."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        text = export_toml(session, script_id)
    if target is None:
        click.echo(text, nl=False)
    else:
        keep(target, text.encode())


@lexicon_command.command("try")
@click.argument("text", metavar="CÂU")
@click.option("--written", help="Thử thêm mục này (chưa lưu)…")
@click.option("--spoken", default="", help="…được đọc như thế này.")
@click.option("--as", "mode", type=click.Choice([m.value for m in layers.MODES]), default="expand")
@click.option("--sound", type=click.Path(path_type=Path), help="Ghi tiếng nghe thử ra tệp WAV này.")
@script_option
@home_option
@click.pass_context
@modes(
    {"--written": {"--spoken", "--as", "--sound", "--script"}},
    plain={"--spoken", "--as"},
)
def try_(
    ctx: click.Context,
    *,
    text: str,
    written: str | None,
    spoken: str,
    mode: str,
    sound: Path | None,
    script_id: int | None,
    own_home: str | None,
) -> None:
    """Đọc thử một câu theo từ điển, chưa lưu gì."""
    extra = (layers.checked(LexiconEntry(written=written, spoken=spoken, mode=Mode(mode))),) if written else ()
    with opened(ctx, own_home) as station:
        lexicon = trial_lexicon(station, extra, script_id)
        said = normalize(" ".join(text.split()), profile=profile_of(station), lexicon=lexicon)
        click.echo(said.text)
        for notice in said.warnings:
            click.echo(f"Lưu ý: {notice.message}", err=True)
        if sound is not None:
            heard = hear(station, text, extra, script_id=script_id)
            try:
                sound.write_bytes(heard.wav)
            except OSError as error:
                raise RuleError(f"Không ghi được tệp: {error.strerror}.", field=str(sound)) from None
            click.echo(f"Đã ghi {heard.seconds:.1f} giây, giọng {heard.voice}, vào {sound}.", err=True)


def make(station: Station, actor: Actor, change: Change, *, yes: bool, hold: bool | None) -> str:
    """Make a change, showing first which approved scripts it touches; return the sentence that says what was done.

    Raises:
        RuleError: approved scripts would become stale and `yes` was not given.
    """
    try:
        made = put(station, actor, change, hold=hold)
    except AffectedError as error:
        for a in error.effect.outrun:
            click.echo(f"Bài số {a.script_id} “{a.title}” (đã duyệt):", err=True)
            for before, after in a.differences[:3]:
                click.echo(f"  đang duyệt: {before}\n  sẽ đọc:     {after}", err=True)
        if not yes:
            raise RuleError(f"{error.message} Thêm --yes để đồng ý; chưa có gì thay đổi.") from None
        made = put(station, actor, change, confirmed={a.script_id for a in error.effect.outrun}, hold=hold)
        held = station.settings.approval.stale_reading == "hold" if hold is None else hold
        said = "được giữ lại đến khi duyệt bản đọc mới" if held else "vẫn phát bản đã duyệt đến khi duyệt bản đọc mới"
        return f"Từ điển đọc nay là bản {made.version}. {len(error.effect.outrun)} bài {said}."
    waits = f" {made.waits} mục là từ thường, chờ lãnh đạo đồng ý." if made.waits else ""
    return f"Từ điển đọc nay là bản {made.version}.{waits}"


def _row(number: int | None, entry: LexiconEntry, layer: str) -> dict[str, object]:
    when = [f"sau {', '.join(entry.preceded_by)}"] if entry.preceded_by else []
    when += [f"trước {', '.join(entry.followed_by)}"] if entry.followed_by else []
    when += [f"gần {', '.join(entry.near)}"] if entry.near else []
    when += [f"từ {entry.valid_from:%d/%m/%Y}"] if entry.valid_from else []
    when += [f"đến {entry.valid_until:%d/%m/%Y}"] if entry.valid_until else []
    when += ["hoa thường như nhau"] if entry.case == "any" else []
    return {
        "id": number,
        "written": entry.written,
        "spoken": entry.spoken,
        "mode": entry.mode.value,
        "when": "; ".join(when),
        "respell": dict(entry.respell),
        "layer": layer,
        "note": entry.note,
    }


def _respellings(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        engine, equals, said = pair.partition("=")
        if not equals:
            raise RuleError("Viết theo kiểu bộ-đọc=cách đọc, ví dụ espeak=phây-búc.", field="respell")
        found[engine.strip()] = said.strip()
    return found
