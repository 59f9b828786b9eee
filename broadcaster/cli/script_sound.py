"""The sound of a script at the command line: a person's recording, subtitles."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, progress_bar, show_json
from broadcaster.cli.out_files import keep, out_option
from broadcaster.cli.place import home_option
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.services.scripts import hearing, recordings
from broadcaster.services.scripts.subtitles import subtitles


@click.command("record")
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


@click.command("vtt")
@click.argument("number", type=int)
@out_option("Ghi ra tệp thay vì in.")
@home_option
@click.pass_context
def vtt_(ctx: click.Context, number: int, target: Path | None, own_home: str | None) -> None:
    """In phụ đề WebVTT của bản đọc mới nhất: từng câu, từng chữ theo thời gian."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        text = subtitles(script_detail(session, number))
    if target is None:
        click.echo(text, nl=False)
        return
    keep(target, text.encode())


@click.command("listen")
@click.argument("number", type=int)
@click.option("--aircheck", type=click.Path(path_type=Path, exists=True), help="Bản thu khi phát: so với bản đã duyệt.")
@format_option
@home_option
@click.pass_context
def listen_(ctx: click.Context, number: int, aircheck: Path | None, shape: str, own_home: str | None) -> None:
    """Cho máy nghe thử bản đọc qua loa giả lập và báo câu khó nghe, đọc sót, đọc nhầm."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        with progress_bar(f"Nghe thử kịch bản số {number}") as progress:
            if aircheck is None:
                made = hearing.listen(station, actor, number, progress)
            else:
                made = hearing.listen_to_aircheck(station, actor, number, aircheck, progress)
        with station.db.read() as session:
            found = hearing.one(session, made)
    if shape == "json":
        show_json(found)
        return
    click.echo(found["summary"])
    for n, sentence in enumerate(found["sentences"], 1):
        if sentence["verdict"] == "clear":
            continue
        click.echo(f"\nCâu {n} ({sentence['share'] * 100:.0f}%): {sentence['said']}")
        click.echo(f"  Nghe được: {sentence['heard'] or '(không có gì)'}")
        for advice in sentence["advice"]:
            click.echo(f"  - {advice}")


COMMANDS = (record_, vtt_, listen_)
