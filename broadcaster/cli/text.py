"""The text front-end at the command line: pure, without a station."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from broadcaster.errors import RuleError
from broadcaster.rooms import room
from broadcaster.text import Lexicon, Profile, explain, normalize, speak_line
from broadcaster.text.clean import clean
from broadcaster.text.ingest import read_document

profile_option = click.option(
    "--profile",
    type=click.Choice(["south", "north"]),
    default="south",
    show_default=True,
    help="Cách đọc số theo vùng.",
)
_PROFILES = {"south": Profile.SOUTH, "north": Profile.NORTH}


def _lexicon() -> Lexicon:
    paths = sorted((room("scripts") / "lexicon").glob("*.toml"))
    return Lexicon.from_toml(*(p.read_text(encoding="utf-8") for p in paths))


@click.command("speak-text")
@profile_option
@click.option("--explain", "explained", is_flag=True, help="In JSON: từng chỗ đổi, quy tắc và lý do.")
def speak_text_command(profile: str, *, explained: bool) -> None:
    """Đổi mỗi dòng ở đầu vào thành đúng một dòng lời đọc."""
    lexicon = _lexicon()
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        if explained:
            spoken = normalize(line, profile=_PROFILES[profile], lexicon=lexicon)
            click.echo(json.dumps(explain(spoken), ensure_ascii=False))
        else:
            click.echo(speak_line(line, profile=_PROFILES[profile], lexicon=lexicon))


@click.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@profile_option
def read_command(file: Path, profile: str) -> None:
    """Xem một văn bản: phần bị bỏ và lý do, chữ viết bên lời đọc."""
    if not file.is_file():
        raise RuleError("Không có tệp này.", field=str(file))
    document = read_document(file)
    cleaned = clean(document.text)
    for note in (*document.notes, *cleaned.notes):
        click.echo(f"Lưu ý: {note.message}")
    for removal in cleaned.removed:
        click.echo(f"Bỏ ({removal.reason}): {' '.join(removal.text.split())[:100]}")
    lexicon = _lexicon()
    click.echo()
    for line in cleaned.text.splitlines():
        if line.strip():
            click.echo(f"  {line.strip()}")
            click.echo(f"> {speak_line(line, profile=_PROFILES[profile], lexicon=lexicon)}\n")
