"""Voices at the command line."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import click

from broadcaster.cli.common import actor_of, format_option, opened, progress_bar, show_json, show_table
from broadcaster.cli.out_files import keep, out_option, overwrite
from broadcaster.cli.place import home_option, where
from broadcaster.errors import RuleError
from broadcaster.home import find
from broadcaster.services.setup import voices
from broadcaster.settings import SpeechSettings
from broadcaster.speech import fetching
from broadcaster.speech.registry import configure
from broadcaster.speech.shelf import Manifest

_REGIONS = {"north": "Bắc", "central": "Trung", "south": "Nam", "": "-"}


@click.group("voice")
def voice_command() -> None:
    """Giọng đọc: xem, cài, đọc thử, chọn giọng chính."""


@voice_command.command("list")
@format_option
def list_(shape: str) -> None:
    """Liệt kê các giọng và tình trạng."""
    rows = voices.catalogue()
    if shape == "json":
        show_json(rows)
        return
    cells = [
        (
            r["name"],
            r["label"],
            _REGIONS[r["region"]],
            "không cần mạng" if r["offline"] else "cần mạng",
            r["licence"],
            f"{r['size'] / 1e6:.0f} MB" if r["size"] else "-",
            f"{r['speed']:.2f}" if r["speed"] is not None else "chưa đo",
            r["fault"] or "dùng được",
        )
        for r in rows
    ]
    show_table(
        "Giọng đọc",
        ["Mã", "Giọng", "Vùng", "Mạng", "Giấy phép", "Cỡ", "Giây máy/giây tiếng", "Tình trạng"],
        cells,
        empty="Không có giọng nào.",
    )


@voice_command.command("install")
@click.argument("source", metavar="THƯ_MỤC|ĐỊA_CHỈ")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
def install(source: str, *, yes: bool) -> None:
    """Cài một giọng từ thư mục (USB) hoặc địa chỉ web có tệp voice.toml; tải dở thì chạy lại để tải tiếp."""
    manifest = fetching.look(source)
    click.echo(_described(manifest))
    if not yes:
        click.confirm("Cài giọng này?", abort=True)
    with progress_bar(f"Cài giọng {manifest.name}") as progress:
        folder = fetching.install(source, manifest, progress=progress)
    click.echo(
        f"Đã cài vào {folder}. Đọc thử: loa voice try “Xin chào bà con.” --voice {manifest.engine}:{manifest.name}"
    )


@voice_command.command("pack")
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(path_type=Path))
def pack(folder: Path) -> None:
    """Ghi voice.toml (kèm mã kiểm tra) cạnh một giọng Piper, để chép sang máy khác bằng USB."""
    manifest = fetching.look(str(folder))
    click.echo(f"Đã ghi {fetching.pack(folder, manifest)}.\n{_described(manifest)}")


@voice_command.command("try")
@click.argument("sentence", metavar="CÂU", default=voices.SAMPLE)
@click.option("--voice", "name", metavar="GIỌNG", help="Mã giọng; mặc định: giọng chính.")
@out_option("Ghi ra tệp .wav để nghe.")
@home_option
@click.pass_context
def try_(ctx: click.Context, sentence: str, name: str | None, target: Path | None, own_home: str | None) -> None:
    """Đọc thử một câu và đo tốc độ trên máy này."""
    if target is not None and target.exists() and not overwrite():
        raise RuleError("Tệp đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(target))
    try:
        home = find(where(ctx, own_home))
    except RuleError:  # no station is needed to try a voice
        clips = None
    else:
        clips = home.clips
        configure(home.settings().speech.engines)
    trial = voices.try_voice(name or SpeechSettings().voices[0], sentence, clips=clips)
    click.echo(
        f"{trial.voice}: {trial.clip.seconds:.1f} giây tiếng trong {trial.seconds:.2f} giây "
        f"({trial.speed:.2f} giây máy cho một giây tiếng)."
    )
    if target is not None:
        sound = io.BytesIO()
        with wave.open(sound, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(trial.clip.rate)
            out.writeframes(trial.clip.pcm)
        keep(target, sound.getvalue())


@voice_command.command("default")
@click.argument("name", metavar="GIỌNG")
@home_option
@click.pass_context
def default(ctx: click.Context, name: str, own_home: str | None) -> None:
    """Chọn giọng đọc chính của đài; các giọng cũ thành dự phòng."""
    with opened(ctx, own_home) as station:
        order = voices.make_default(station, actor_of(ctx, station), name)
    click.echo(f"Thứ tự giọng: {', '.join(order)}. Bài đã duyệt giữ nguyên giọng cũ.")


def _described(manifest: Manifest) -> str:
    return (
        f"Giọng “{manifest.label}” ({manifest.engine}:{manifest.name}), miền {_REGIONS[manifest.region]}, "
        f"giấy phép {manifest.licence}, {manifest.size / 1e6:.0f} MB."
    )
