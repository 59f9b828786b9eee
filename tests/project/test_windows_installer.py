"""The installer for Windows, as far as Linux can tell: it is PowerShell, calls what it defines, and puts things in their place."""

from __future__ import annotations

import re

import pytest
import tree_sitter
import tree_sitter_powershell
from click.testing import CliRunner

from broadcaster import homes
from broadcaster.cli import cli
from tests.kit.places import TESTS

SOURCE = (TESTS.parent / "packaging" / "windows" / "install.ps1").read_bytes()


def parsed(source):
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(source).root_node


def nodes(node, kind):
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def test_the_installer_is_powershell_that_a_parser_takes_whole():
    assert not parsed(SOURCE).has_error
    assert parsed(SOURCE.replace(b"function Install-Loa {", b"function Install-Loa ")).has_error


def test_each_function_is_called_and_each_own_name_that_is_called_is_defined():
    tree = parsed(SOURCE)
    defined = {node.text.decode() for node in nodes(tree, "function_name")}
    called = {node.text.decode() for node in nodes(tree, "command_name")}
    own = {name for name in called if re.search(r"-(Loa|Machine|Rights|Environment|Checked|CurrentLoa)$", name)}
    assert defined == own
    assert len(defined) > 5


def test_every_program_that_installs_is_seen_to_its_end():
    bare = [
        line.strip() for line in SOURCE.decode().splitlines() if re.search(r"^\s*(uv|py|icacls|pip|sc\.exe)\b", line)
    ]
    assert bare == []
    assert SOURCE.decode().count("--require-hashes") == 1


def test_things_lie_where_the_program_looks_for_them(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("PROGRAMDATA", "/data")
    layout = homes.installed()
    monkeypatch.undo()
    text = SOURCE.decode()
    assert layout.programs.name == "Loa"
    assert f"Join-Path $Root '{layout.home.name}'" in text
    assert "$Root = Join-Path $env:ProgramData 'Loa'" in text
    assert "Join-Path $Root 'versions'" in text
    assert "Join-Path $Root 'current.txt'" in text
    assert "'.complete'" in text


@pytest.mark.parametrize("words", [["service", "install"], ["service", "remove"], ["service", "stop"]])
def test_the_command_that_the_installer_calls_exists(words):
    asked = CliRunner().invoke(cli, [*words, "--help"])
    assert asked.exit_code == 0
    assert "--starter" in asked.output or words[1] != "install"
    assert "--home" in asked.output or words[1] != "install"
    quoted = ", ".join(f"'{word}'" for word in words)
    assert quoted in SOURCE.decode() or " ".join(words) in SOURCE.decode()


def test_taking_it_out_keeps_the_station():
    text = SOURCE.decode()
    body = text[text.index("function Uninstall-Loa") : text.index("$me = ")]
    assert "foreach ($left in $Versions, $Pointer)" in body
    assert "Remove-Item -LiteralPath $StationHome" not in text
    assert "Remove-Item -LiteralPath $Root" not in text
