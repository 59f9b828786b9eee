"""A document at the command line: what is not read and why, and the written text beside the spoken one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from broadcaster.cli.text import PROFILES, profile_option, shipped_lexicon
from broadcaster.errors import RuleError
from broadcaster.text import Lexicon, Spoken, normalize
from broadcaster.text.clean import Removal, clean
from broadcaster.text.encodings import ENCODING_NAMES
from broadcaster.text.ingest import EncodingChoiceError, load, read_script
from broadcaster.text.prepared import name_of, prepare
from broadcaster.text.readings import Reading, ReadingSpan, as_rows, choices, lines, readings

keep_option = click.option("--keep", "kept", type=int, multiple=True, metavar="SỐ", help="Vẫn đọc phần đã bỏ số này.")
encoding_option = click.option(
    "--encoding", type=click.Choice(list(ENCODING_NAMES)), help="Bảng mã của tệp chữ, khi máy không chắc."
)


@contextmanager
def asking_for_encoding() -> Iterator[None]:
    """Say how to answer at the command line when several character sets fit a file."""
    try:
        yield
    except EncodingChoiceError as error:
        error.message += f" Chạy lại lệnh với --encoding và một trong: {', '.join(error.choices)}."
        raise


def put_back(numbered: Sequence[tuple[int, Removal]], kept: Sequence[int]) -> list[Removal]:
    """The removals that a person wants read.

    Raises:
        RuleError: a number is none of theirs.
    """
    if strange := set(kept) - {n for n, _ in numbered}:
        raise RuleError(f"Không có phần đã bỏ số {min(strange)}; tệp này có {len(numbered)} phần.", field="--keep")
    return [r for n, r in numbered if n in kept]


@click.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@profile_option
@keep_option
@encoding_option
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
def read_command(file: Path, profile: str, kept: tuple[int, ...], encoding: str | None, *, as_json: bool) -> None:
    """Xem một văn bản: phần bị bỏ và lý do, chữ viết bên lời đọc, những chỗ đọc khác chữ viết."""
    with asking_for_encoding():
        _, document = read_script(file.name, load(file), encoding=encoding)
    numbered = list(enumerate(clean(document.text).removed, 1))
    prepared = prepare(document.text, map(name_of, put_back(numbered, kept)))
    removed = [(n, r) for n, r in numbered if n not in kept]
    lexicon = shipped_lexicon()
    spoken = normalize(prepared.text, profile=PROFILES[profile], lexicon=lexicon)
    notes = [*(n.message for n in document.notes), *prepared.notes]
    if as_json:
        _read_json(spoken, removed, notes, prepared.text, lexicon)
    else:
        _read_columns(file.name, spoken, removed, notes, lexicon)
    prepared.require(file.name)


def _read_json(
    spoken: Spoken, removed: Sequence[tuple[int, Removal]], notes: Sequence[str], text: str, lexicon: Lexicon
) -> None:
    value = {
        "text": text,
        "spoken": spoken.text,
        "sentences": [
            {"written": "".join(p.text for p in line.written).strip(), "spoken": "".join(p.text for p in line.spoken)}
            for line in lines(spoken)
        ],
        "readings": as_rows(readings(spoken), lexicon),
        "removed": [{"number": n, "kind": r.kind, "text": r.text, "reason": r.reason} for n, r in removed],
        "notes": [*notes, *(n.message for n in spoken.warnings)],
    }
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _read_columns(
    name: str, spoken: Spoken, removed: Sequence[tuple[int, Removal]], notes: Sequence[str], lexicon: Lexicon
) -> None:
    console = Console()
    console = Console(width=None if console.is_terminal else 160, highlight=False)
    if removed:
        console.print(removed_table(removed))
        console.print(Text(f"Muốn đọc lại phần nào: loa read {name} --keep SỐ"))
    for note in dict.fromkeys([*notes, *(n.message for n in spoken.warnings)]):
        console.print(Text(f"Lưu ý: {note}"))
    table = Table(title="Chữ viết và lời đọc", title_justify="left", header_style="bold", expand=True, show_lines=True)
    table.add_column("Văn bản", ratio=1)
    table.add_column("Lời đọc", ratio=1)
    for _, block in groupby(lines(spoken), key=lambda line: line.paragraph):
        sides = [(_marked(line.written), _marked(line.spoken)) for line in block]
        table.add_row(Text(" ").join(w for w, _ in sides), Text(" ").join(s for _, s in sides))
    console.print(table)
    if found := readings(spoken):
        console.print(changes_table(found, lexicon))


def removed_table(removed: Sequence[tuple[int, Removal]]) -> Table:
    """What is not read, with its number and reason, as a table for the terminal."""
    table = Table(title="Không đọc", title_justify="left", header_style="bold", expand=True)
    for column in ("Số", "Phần văn bản", "Vì sao"):
        table.add_column(column)
    for number, removal in removed:
        table.add_row(str(number), Text(" ".join(removal.text.split())[:140]), Text(removal.reason))
    return table


def changes_table(found: Sequence[Reading], lexicon: Lexicon) -> Table:
    """The readings as a table for the terminal."""
    table = Table(title="Những chỗ đọc khác chữ viết", title_justify="left", header_style="bold", expand=True)
    for column in ("Số", "Viết", "Đọc", "Vì sao", "Cách khác"):
        table.add_column(column)
    for r in found:
        others = "\n".join(f"{n}. {c.label}" for n, c in enumerate(choices(r, lexicon), 1))
        why = f"Cần xem lại. {r.reason}" if r.look else r.reason
        style = "yellow" if r.look else ""
        table.add_row(str(r.number), Text(r.written), Text(r.spoken or "(không đọc)"), why, Text(others), style=style)
    return table


def _marked(pieces: Sequence[ReadingSpan]) -> Text:
    text = Text()
    for piece in pieces:
        text.append(piece.text, style="bold yellow" if piece.look else "bold cyan" if piece.reading else "")
    text.rstrip()
    return text
