"""One text file into one sound file, without a station."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster.cli.common import format_option, progress_bar, show_json
from broadcaster.cli.out_files import out_option, overwrite
from broadcaster.sound.producing import DEFAULT_VOICES, ProductionOrder, produce_file
from broadcaster.sound.profiles import PROFILES


@click.command("produce")
@click.argument("source", metavar="TỆP", type=click.Path(path_type=Path))
@out_option("Tệp kết quả: .mp3, .wav, .flac hoặc .opus.", required=True)
@click.option(
    "--voice",
    "voices",
    multiple=True,
    metavar="GIỌNG",
    help=f"Giọng đọc; ghi nhiều lần để có giọng dự phòng. Mặc định: {', '.join(DEFAULT_VOICES)}.",
)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="horn",
    show_default=True,
    help="horn: loa nén ngoài trời; studio: giữ tự nhiên.",
)
@click.option(
    "--region", type=click.Choice(["south", "north"]), default="south", show_default=True, help="Cách đọc số theo vùng."
)
@click.option("--rate", type=click.FloatRange(0.5, 1.6), default=1.0, show_default=True, help="Tốc độ đọc.")
@click.option("--loudness", type=click.FloatRange(-30, -9), help="Độ to (LUFS) thay cho mức của kiểu xử lý.")
@click.option("--frame", is_flag=True, help="Thêm nhạc hiệu đầu và nhạc kết.")
@click.option("--twice", is_flag=True, help="Đọc hai lần.")
@click.option("--music", metavar="TỆP|TÊN", help="Nhạc nền dưới lời đọc: tệp, hoặc tên âm thanh của đài.")
@click.option("--title", help="Tên bài ghi trong tệp.")
@click.option("--unit", help="Đơn vị ghi trong tệp.")
@click.option("--cover", type=click.Path(path_type=Path), help="Ảnh bìa JPEG hoặc PNG.")
@click.option("--vtt", "subtitles", is_flag=True, help="Ghi thêm tệp phụ đề .vtt bên cạnh.")
@format_option
def produce_command(
    source: Path,
    *,
    target: Path,
    voices: tuple[str, ...],
    profile: str,
    region: str,
    rate: float,
    loudness: float | None,
    title: str | None,
    unit: str | None,
    music: str | None,
    cover: Path | None,
    shape: str,
    frame: bool,
    twice: bool,
    subtitles: bool,
) -> None:
    """Đọc một văn bản thành tệp âm thanh, không cần đài.

    Dòng bắt đầu bằng [nam] hoặc [nữ] đổi giọng từ đó; [ngắt], [âm thanh: chuong] chèn tiếng; [nhạc nền] … [hết nhạc] đặt
    nhạc dưới lời đọc.
    """
    order = ProductionOrder(
        voices=voices or DEFAULT_VOICES,
        profile=profile,
        region=region,
        rate=rate,
        loudness=loudness,
        frame=frame,
        twice=twice,
        music=music,
        title=title,
        unit=unit,
        cover=cover,
        subtitles=subtitles,
        overwrite=overwrite(),
    )
    with progress_bar(f"Đọc {source.name}") as progress:
        made = produce_file(source, target, order, progress=progress)
    if shape == "json":
        show_json(
            {
                "file": str(made.file.path),
                "duration_ms": made.duration_ms,
                "lufs": made.file.loudness,
                "dbtp": made.file.true_peak,
                "voice": made.voice,
                "engine_version": made.engine_version,
                "cached": made.cached,
                "new": made.new,
                "notes": made.notes,
                "subtitles": made.subtitles and str(made.subtitles),
            }
        )
        return
    seconds = made.duration_ms / 1000
    click.echo(f"Đã ghi {made.file.path}")
    click.echo(
        f"Dài {seconds // 60:.0f} phút {seconds % 60:.1f} giây, {made.file.loudness:.1f} LUFS, đỉnh {made.file.true_peak:.1f} dBTP."
    )
    click.echo(f"Giọng {made.voice} ({made.engine_version}); {made.cached} câu đã có sẵn, {made.new} câu mới đọc.")
    if made.subtitles:
        click.echo(f"Phụ đề: {made.subtitles}")
    for note in made.notes:
        click.echo(f"Lưu ý: {note}")
