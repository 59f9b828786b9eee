"""What the documents tell people to type exists: commands, subcommands and options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from broadcaster.cli import cli
from tests.kit.places import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
_TYPED = re.compile(r"`(loa [^`]+)`|^[ $]*(loa [a-z].+)$", re.MULTILINE)


def typed(text: str) -> list[str]:
    return [one for inline, line in _TYPED.findall(text) for one in re.split(r"\s*;\s+(?=loa )", inline or line)]


def unknown(line: str) -> str:
    """Return the first word of a command line that the program does not know; empty when it knows them all."""
    try:
        words = shlex.split(line, comments=True)[1:]
    except ValueError:  # an apostrophe in a sentence
        words = line.split()[1:]
    command: click.Command = cli
    options: dict[str, bool] = {"--help": False}  # whether a value follows
    value = False
    for word in words:
        bare, given, _ = word.rstrip(".,;:)").partition("=")
        options |= {o: _takes_value(p) for p in command.params for o in (*p.opts, *p.secondary_opts)}
        if value:
            value = False
        elif bare.startswith("-"):
            if bare not in options:
                return word
            value = options[bare] and not given
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), bare)
            if found is None:
                return word
            command = found
    return ""


def _takes_value(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.is_flag and not parameter.count


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.relative_to(ROOT).as_posix())
def test_every_command_in_a_document_exists(document: Path) -> None:
    wrong = {line: word for line in typed(document.read_text(encoding="utf-8")) if (word := unknown(line))}
    assert wrong == {}


def test_the_handbook_is_full_of_commands_and_a_wrong_one_is_found() -> None:
    assert len(typed((ROOT / "docs/so-tay-van-hanh.md").read_text(encoding="utf-8"))) > 30
    assert unknown("loa emergency --cap tep.xml --zones all") == ""
    assert unknown("loa emergency --xml tep.xml") == "--xml"
    assert unknown("loa schedule wy 5") == "wy"
