"""Rules of the package's own layout, read from its files and syntax trees."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import broadcaster
from tests.kit import program
from tests.kit.places import TESTS

PACKAGE = Path(broadcaster.__file__).parent
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "versions" not in p.parts)
LISTS_BY_NATURE = {"text/rules"}
"""Folders that are a list of equal things; a reader looks up a name there and reads none of its neighbours."""


def test_no_folder_is_a_hall() -> None:
    rooms = Counter(str(p.parent.relative_to(PACKAGE)) for p in MODULES if p.name != "__init__.py")
    assert len(rooms) > 30
    assert {room: n for room, n in rooms.items() if n > 25 and room not in LISTS_BY_NATURE} == {}


def test_no_import_circle() -> None:
    """Each module can be the first that is imported, so none needs another that needs it."""
    names = [".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts) for p in MODULES]
    arrows = {name: set() for name in names}
    for name, path in zip(names, MODULES, strict=True):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    arrows[name].add(full if full in arrows else node.module)
    state: dict[str, bool] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) is not False, f"a circle: {' -> '.join([*trail[trail.index(name) :], name])}"
        if name in state:
            return
        state[name] = False
        for target in arrows[name] & arrows.keys():
            visit(target, (*trail, name))
        state[name] = True

    sys.setrecursionlimit(5000)
    for name in names:
        visit(name, ())


def test_the_formatter_decides_everywhere() -> None:
    listed = subprocess.run(
        ["git", "grep", "-lE", "fmt: *skip", "--", "*.py"],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode in {0, 1}, listed.stderr
    assert [f for f in listed.stdout.split() if Path(f).name != Path(__file__).name] == []


def test_a_row_becomes_a_thing_of_the_domain_in_one_place() -> None:
    """`Zone(...)` and `Broadcast(...)` are built from a row once; another mapper would drop a column some day."""
    places = Counter(
        (node.func.id, str(path.relative_to(PACKAGE)))
        for room in ("db", "services", "panel", "cli", "worker")
        for path, tree in program.trees(PACKAGE / room, "Zone(", "Broadcast(")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Zone", "Broadcast"}
    )
    assert dict(places) == {("Zone", "db/queries/zones.py"): 1, ("Broadcast", "db/queries/schedule.py"): 1}


def test_a_class_name_means_one_thing() -> None:
    named = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert len(named) > 300
    assert [name for name, times in named.items() if times > 1] == []
