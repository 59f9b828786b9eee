"""The text front-end at the command line: pure, without a station."""

from __future__ import annotations

import json
import sys

import click

from broadcaster.rooms import room
from broadcaster.text import Lexicon, Profile, explain, normalize, speak_line

profile_option = click.option(
    "--profile",
    type=click.Choice(["south", "north"]),
    default="south",
    show_default=True,
    help="Cách đọc số theo vùng.",
)
PROFILES = {"south": Profile.SOUTH, "north": Profile.NORTH}


def shipped_lexicon() -> Lexicon:
    """The lexicon that comes with the program."""
    paths = sorted((room("scripts") / "lexicon").glob("*.toml"))
    return Lexicon.from_files(*(p.read_text(encoding="utf-8") for p in paths))


@click.command("speak-text")
@profile_option
@click.option("--explain", "explained", is_flag=True, help="In JSON: từng chỗ đổi, quy tắc và lý do.")
def speak_text_command(profile: str, *, explained: bool) -> None:
    """Đổi mỗi dòng ở đầu vào thành đúng một dòng lời đọc."""
    lexicon = shipped_lexicon()
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        if explained:
            spoken = normalize(line, profile=PROFILES[profile], lexicon=lexicon)
            click.echo(json.dumps(explain(spoken), ensure_ascii=False))
        else:
            click.echo(speak_line(line, profile=PROFILES[profile], lexicon=lexicon))
