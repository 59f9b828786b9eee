"""What an error says of its place, and the words that programs tell errors apart by."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import broadcaster
from broadcaster.errors import ERROR_CODES, Code, RuleError, StationError, place, printed
from tests.kit import program


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ((), ""),
        (("start",), "start"),
        (("lich.toml", "slot", 3, Code("sang"), "item", 2, "cue"), "lich.toml: slot 3 (sang): item 2: cue"),
        (("bai.md", "dòng", 4, "valid_to"), "bai.md: dòng 4: valid_to"),
        (("playout.sinks.loa.options",), "playout.sinks.loa.options"),
    ],
)
def test_a_place_is_printed_by_one_rule(where: tuple[str | int, ...], words: str) -> None:
    assert printed(where) == words


names = st.one_of(st.text("abc", min_size=1), st.integers(0, 99), st.builds(Code, st.text("xyz", min_size=1)))


@given(st.lists(names).map(tuple), st.lists(names).map(tuple))
def test_a_place_keeps_its_names_apart(outer: tuple[str | int, ...], inner: tuple[str | int, ...]) -> None:
    error = RuleError("Sai.", field=place(outer, *inner))
    assert error.field == outer + inner
    assert all(str(part) in printed(error.field) for part in error.field)


def test_a_name_alone_is_a_place_of_one_name() -> None:
    assert RuleError("Sai.", field="start").field == ("start",)
    assert str(RuleError("Sai.", field="start")) == "start: Sai."
    assert str(RuleError("Sai.")) == "Sai."


def _codes_in(tree: ast.AST) -> set[str]:
    """Each word that is given as a code, or stands first in a fault of a recording."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        said = [k.value for k in node.keywords if k.arg == "code"] if name.endswith(("Error", "failure", "_of")) else []
        if name == "Fault" and any(k.arg == "fatal" for k in node.keywords):
            said += node.args[:1]
        found |= {str(s.value) for s in said if isinstance(s, ast.Constant)}
    return found


def _kinds(kind: type[StationError]) -> set[type[StationError]]:
    return {kind}.union(*(_kinds(k) for k in kind.__subclasses__()))


def test_every_code_in_the_program_is_one_of_the_list() -> None:
    root = Path(broadcaster.__file__).parent
    texts = [p.read_text(encoding="utf-8") for p in root.rglob("*.py")]
    used = set().union(*(_codes_in(tree) for _, tree in program.trees(root, "code=", "fatal=")))
    own = {kind.code for kind in _kinds(StationError) if kind.__module__.startswith("broadcaster.")}
    assert {"disk-full", "silent"} <= used  # the search finds what it looks for
    assert "rule" in own
    assert used | own <= ERROR_CODES
    assert {code for code in ERROR_CODES if not any(f'"{code}"' in text for text in texts)} == set()
