"""What a command writes where a person says: one option name, over nothing unless asked, evidence never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from broadcaster.cli import cli
from broadcaster.services.log.playlog import append
from broadcaster.services.station import open_station
from tests.kit.entries import entry
from tests.kit.loa import Loa

NEVER = {("log", "evidence")}
"""What is handed over once is never replaced, whatever is asked."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


def writers() -> dict[tuple[str, ...], dict[str, click.Option]]:
    """Every command with an option that names a file to be written, with all its options by name."""
    found = {}
    for path, command in commands(cli):
        options = {o: p for p in command.params if isinstance(p, click.Option) for o in p.opts}
        if any(o in options for o in ("-o", "--out", "--output")) and not _of_folders(options):
            found[path] = options
    return found


def _of_folders(options: dict[str, click.Option]) -> bool:
    """Whether it names a folder, in which each file gets a name of its own."""
    kind = options["--out"].type if "--out" in options else None
    return isinstance(kind, click.Path) and not kind.file_okay


def test_every_command_that_writes_a_file_has_the_same_options_for_it() -> None:
    found = writers()
    assert {("log", "evidence"), ("log", "book"), ("lexicon", "export"), ("schedule", "ical"), ("export",)} <= set(
        found
    )
    for path, options in found.items():
        assert {"-o", "--out"} <= set(options), path
        assert options["-o"] is options["--out"], path
        assert ("--overwrite" in options) == (path not in NEVER), path


TYPED = {
    ("key", "paper"): ["key", "paper", "--renew"],
    ("export",): ["export", "zones"],
    ("lexicon", "export"): ["lexicon", "export"],
    ("log", "book"): ["log", "book", "2026-03"],
    ("log", "evidence"): ["log", "evidence", "--from", "2026-03-01", "--to", "2026-03-31"],
    ("produce",): ["produce", "{text}", "--voice", "tone:beep"],
    ("schedule", "ical"): ["schedule", "ical"],
    ("script", "vtt"): ["script", "vtt", "1"],
    ("support",): ["support"],
    ("upgrade", "pack"): ["upgrade", "pack", "{wheels}", "0.9.9"],
    ("voice", "try"): ["voice", "try", "Xin chào.", "--voice", "tone:beep"],
}


@pytest.mark.medium
@pytest.mark.parametrize("path", sorted(writers()), ids=" ".join)
def test_no_command_writes_over_what_is_there_unless_it_is_asked_and_evidence_never(
    loa: Loa, home: Path, tmp_path: Path, path: tuple[str, ...]
) -> None:
    text = tmp_path / "bai.md"
    text.write_text("+++\ntitle = 'Bài'\n+++\nKính thưa bà con.\n", encoding="utf-8")
    loa("script", "add", text)
    loa("script", "speak", 1)
    station = open_station(home)
    with station.db.write() as session:
        append(session, [entry(zone="am01")], station.now())
    station.close()
    wheels = home / "goi"
    wheels.mkdir()
    (wheels / "loa_xa-0.9.9-py3-none-any.whl").write_bytes(b"PK")
    typed = [word.format(text=text, wheels=wheels) for word in TYPED[path]]
    target = tmp_path / ("ra.wav" if path in {("produce",), ("voice", "try")} else "ra.zip")
    target.write_bytes(b"cu")
    refused = loa(*typed, "-o", target)
    assert refused.code == 2, refused
    assert target.read_bytes() == b"cu"
    asked = loa(*typed, "-o", target, "--overwrite")
    assert (asked.code == 0) == (path not in NEVER), asked
    assert (target.read_bytes() == b"cu") == (path in NEVER)
    fresh = loa(*typed, "-o", target.with_name("moi" + target.suffix))
    assert fresh.code == 0, fresh
    nowhere = loa(*typed, "-o", tmp_path / "khong-co" / target.name)
    assert nowhere.code == 2
    assert not (tmp_path / "khong-co").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"home", "bai.md", target.name, "moi" + target.suffix}
