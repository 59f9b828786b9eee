"""Files of a station closed to the other accounts of the machine."""

from __future__ import annotations

import ast
import importlib
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import broadcaster
from broadcaster import private

PACKAGE = Path(broadcaster.__file__).parent
ELSEWHERE = {"kiem_tra.py": "goes into an evidence bundle and runs alone", "settings_reference.py": "prints a document"}
BEGIN = "private.begin()"


def ways_in() -> list[tuple[str, list[str]]]:
    """What each way into the program does, a line each."""
    return [
        (str(path.relative_to(PACKAGE)), [ast.unparse(line) for line in node.body])
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in ELSEWHERE
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)
    ]


def test_every_way_into_the_program_closes_what_it_writes() -> None:
    """`loa`, each `python -m …`, and the child that does heavy reading apart."""
    declared = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert declared == {"loa": "broadcaster.cli:main"}
    ways = dict(ways_in())
    assert len(ways) >= 2
    assert ways.pop("__main__.py") == ["main()"]  # which is `loa`
    assert {name for name, lines in ways.items() if lines[0] != BEGIN} == set()
    for module, name in (("broadcaster.cli", "main"), ("broadcaster.apart", "_work")):
        assert statements(importlib.import_module(module), name)[0] == BEGIN


def statements(module: ModuleType, name: str) -> list[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    return [ast.unparse(line) for line in function.body[1:]]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")
def test_a_home_made_under_an_open_mask_is_closed_and_an_opened_one_is_named_and_closed_again(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def loa(*arguments: str) -> str:
        command = [sys.executable, "-m", "broadcaster", "--home", str(home), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, umask=0)
        return done.stdout

    loa("init")
    assert private.open_to_others(home) == []
    (home / "station.toml").chmod(0o644)
    shown = next(line for line in loa("doctor").splitlines() if "Tệp của đài" in line)
    assert shown.startswith("LƯU Ý"), "the folder is shut: none gets that far"
    assert "home/station.toml" in shown
    home.chmod(0o755)
    shown = next(line for line in loa("doctor").splitlines() if "Tệp của đài" in line)
    assert shown.startswith("HỎNG")
    assert "2 tệp" in shown
    assert "Đã đóng 2 tệp" in loa("init")
    assert private.open_to_others(home) == []
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert "Đã đóng" not in loa("init")


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")
def test_links_out_of_the_home_are_left_alone(tmp_path: Path) -> None:
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.write_text("x")
    outside.chmod(0o644)
    home.mkdir(mode=0o700)
    (home / "link").symlink_to(outside)
    assert private.close(home) == []
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


OWN = "S-1-5-21-1-2-3-1001"


def test_windows_is_asked_to_let_in_this_account_and_the_system_alone() -> None:
    root = Path("C:/đài & loa")
    first, second = private._closing(root, OWN)
    assert first[:2] == ["icacls", str(root)]
    assert "/inheritance:r" in first
    assert [word for word in first if word.startswith("*S-")] == [
        f"*{OWN}:(OI)(CI)F",
        "*S-1-5-18:(OI)(CI)F",
        "*S-1-5-32-544:(OI)(CI)F",
    ]
    assert second[1] == str(root / "*")
    assert "/reset" in second


@pytest.mark.parametrize(
    ("security", "strangers"),
    [
        (f"home\nD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{OWN})", set()),
        (f"D:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;OICI;FA;;;{OWN})", {"BU"}),
        ("D:(A;;FA;;;WD)(D;;FA;;;BU)", {"WD"}),
        ("D:(A;OICIIO;GA;;;CO)(A;;0x1301bf;;;S-1-5-21-1-2-3-1002)", {"S-1-5-21-1-2-3-1002"}),
    ],
)
def test_windows_names_who_else_is_let_in(security: str, strangers: set[str]) -> None:
    assert private._strangers(security, OWN) == strangers
