"""Nothing steers by a sentence, a title or a key: read from the syntax trees of the program.

Sentences are for people and may be worded anew any day; what the program must know stands in enums and columns.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import broadcaster
from tests.kit import program

PROGRAM = Path(broadcaster.__file__).parent
APART = {"domain/log/older.py": "says what the sentences of older rows meant"}
"""What may read sentences, and why; migrations may too."""
SEARCHES = {
    *("startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "find", "index"),
    *("contains", "icontains", "like", "ilike", "not_like", "regexp_match", "match", "search", "fullmatch"),
}
SENTENCES = re.compile(r"(?:^|[._])(message|reason|verdict|sentence|slot_key|why|end_reason)$")
"""What holds a sentence, or a key that only has to be unique."""
TITLES = re.compile(r"(?:^|[._])(title|broadcast_title)$")
ENUMS = {"state", "kind", "origin", "outcome", "verb", "decision", "phase", "cause", "because", "finding"}
OTHERS = {
    *("paragraph", "recipients", "archive", "soft-hyphen", "bullet", "rule"),  # pieces of a document
    *("Ack", "Error", "Cancel"),  # messages of CAP 1.2
    *("entry", "proof", "begin", "verdict", "incident", "answer"),  # lines of the journal
    *("clear", "unsure", "unclear", "missing"),  # what a recogniser made of a sentence
    *("ok", "noise"),
}
"""Words that are no enum's of broadcasts, of the log or of the scripts."""
ROOMS = ("services", "playout", "panel", "db", "domain", "scheduling", "reporting", "worker", "supervise", "cli", "box")
"""Where broadcasts, the log and what became of them are at home; `text` reads sentences for its living."""


def modules(*words: str) -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path, tree in program.trees(PROGRAM / room, *words):
            name = path.relative_to(PROGRAM).as_posix()
            if "migrations/" not in name and name not in APART:
                yield name, tree


def faults_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES:
            searched = ast.unparse(node.func.value)
            said = any(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in node.args)
            in_row = bool(re.search(r"Row\.|PlayLogEntry\.|Emergency\.", searched)) and TITLES.search(searched)
            if (SENTENCES.search(searched)) or (in_row and said):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Compare):
            for op, right in zip(node.ops, node.comparators, strict=True):
                yield from _compared(node, op, right)


def _compared(node: ast.Compare, op: ast.cmpop, right: ast.expr) -> Iterator[tuple[int, str]]:
    text = ast.unparse(node)
    if isinstance(op, ast.In | ast.NotIn):
        if SENTENCES.search(ast.unparse(right)) and isinstance(node.left, ast.Constant | ast.JoinedStr | ast.Attribute):
            yield node.lineno, text
        words = right.elts if isinstance(right, ast.Set | ast.Tuple | ast.List) else []
        if _of_enum(node.left) and any(_literal(w) not in {None, *OTHERS} for w in words):
            yield node.lineno, text
    elif isinstance(op, ast.Eq | ast.NotEq):
        for one, other in ((node.left, right), (right, node.left)):
            if _of_enum(one) and _literal(other) not in {None, *OTHERS}:
                yield node.lineno, text
            if SENTENCES.search(ast.unparse(one)) and _literal(other) not in {None, "", *OTHERS}:
                yield node.lineno, text


def _of_enum(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ENUMS


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_nothing_steers_by_a_sentence_or_by_the_word_of_an_enum() -> None:
    found = {name: list(faults_of(tree)) for name, tree in modules()}
    assert len(found) > 250, "the program was looked at"
    assert all((PROGRAM / name).is_file() for name in APART)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_key_of_a_broadcast_is_written_in_one_place_and_read_nowhere() -> None:
    trees = dict(modules("slot_key"))
    uses = [
        (name, node.lineno, node.value)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "slot_key" and name != "db/models/schedule.py"
    ]
    assert uses == []
    named = {
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg == "slot_key") or _literal_is(node, "slot_key")
    }
    assert named == {"db/models/origins.py", "db/models/schedule.py"}


def _literal_is(node: ast.AST, word: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == word


def test_each_broadcast_comes_into_being_beside_its_model() -> None:
    makers = {
        name
        for name, tree in modules("BroadcastRow")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "BroadcastRow"
    }
    assert makers == {"db/models/origins.py"}


def test_what_older_rows_mean_is_asked_where_older_rows_are_read_and_nowhere_else() -> None:
    asks = {
        name
        for name, tree in modules("older")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module == "broadcaster.domain.log.older" or any(a.name == "older" for a in node.names))
    }
    assert asks == {"db/models/airing.py", "domain/air/desk.py", "domain/log/playlog.py"}


@pytest.mark.parametrize(
    "fault",
    [
        'row.verdict.contains("Nhường sóng")',
        'entry.reason.startswith(f"Đang phát buổi “{x}")',
        'BroadcastRow.slot_key.startswith("rest/")',
        'BroadcastRow.title.startswith("Thử loa:")',
        '"chồng giờ" in error.message',
        'f"{section}.{k}" in error.message',
        'item.kind == "cue"',
        'row.state in {"aired", "partial"}',
        'PlayLogEntry.outcome == "full"',
        'row.reason == "Hết giờ."',
    ],
)
def test_each_known_way_of_steering_by_words_is_found(fault: str) -> None:
    assert list(faults_of(ast.parse(f"x = {fault}")))
