"""Templates, styles and scripts stay readable: short lines, no words of enums, nothing worked out, no places counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from broadcaster.panel.web.looks import ENUMS, LOOKS
from broadcaster.rooms import room

WEB = room("web")
LONGEST = 160
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STYLES = [WEB / "static" / "app.css", *sorted((WEB / "static" / "css").glob("*.css"))]
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
PLAIN = (nodes.Name, nodes.Getattr)
"""What a template may call by a shorter name: something that is there, not something worked out."""


def words(node: nodes.Node) -> Iterator[str]:
    """The words that stand in an operand of a comparison."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.Tuple | nodes.List):
        for item in node.items:
            yield from words(item)


def faults(source: str) -> list[str]:
    """What a template does that its page should do."""
    tree = Environment(autoescape=True).parse(source)
    found = [f"{c.lineno}: compares with a word" for c in tree.find_all(nodes.Compare) if _by_word(c)]
    found += [f"{a.lineno}: works something out" for a in tree.find_all(nodes.Assign) if not isinstance(a.node, PLAIN)]
    found += [f"{a.lineno}: works something out" for a in tree.find_all(nodes.AssignBlock)]
    picks = (f for f in tree.find_all(nodes.Filter) if f.name in {"selectattr", "rejectattr"})
    found += [f"{f.lineno}: picks by a value" for f in picks if len(f.args) > 2]
    for g in tree.find_all(nodes.Getitem):
        place = isinstance(g.arg, nodes.Const) and isinstance(g.arg.value, int)
        if place or (isinstance(g.arg, nodes.Getattr) and g.arg.attr.startswith("index")):
            found.append(f"{g.lineno}: counts a place")
    return found


def _by_word(compare: nodes.Compare) -> bool:
    return any(any(words(side)) for side in (compare.expr, *(op.expr for op in compare.ops)))


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *SCRIPTS], ids=lambda p: p.relative_to(WEB).as_posix())
def test_no_line_is_long(path: Path) -> None:
    long = [n for n, line in enumerate(path.read_text().splitlines(), 1) if len(line) > LONGEST]
    assert long == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_a_template_shows_and_does_not_work_out(path: Path) -> None:
    assert faults(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        '{% if s.state == "aired" %}{% endif %}',
        '{% if s.state.value in ("a", "b") %}{% endif %}',
        '{{ "x" if "all" in chosen }}',
        "{% set n = rows | length %}",
        "{{ t.codes[loop.index0] }}",
        "{{ look[1] }}",
        '{{ rows | selectattr("state", "equalto", wanted) | list }}',
    ],
)
def test_the_check_sees_what_it_is_for(source: str) -> None:
    assert len(faults(source)) == 1


def test_enums_are_named_by_members_that_they_have() -> None:
    known = {enum.__name__: set(enum.__members__) for enum in ENUMS}
    for path in TEMPLATES:
        for found in Environment(autoescape=True).parse(path.read_text()).find_all(nodes.Getattr):
            if isinstance(found.node, nodes.Name) and found.node.name in known and found.attr.isupper():
                assert found.attr in known[found.node.name], f"{path.name}:{found.lineno}"


def test_each_colour_is_written_once() -> None:
    declared = {
        path.name: re.findall(
            r"(?<![\w-])(--[a-z0-9-]+):", re.sub(r"@media print \{.*\n\}", "", path.read_text(), flags=re.DOTALL)
        )
        for path in STYLES
    }
    for name in ("tokens.css", "dark.css"):
        assert len(set(declared[name])) == len(declared[name]), name
    assert set(declared["dark.css"]) <= set(declared["tokens.css"])
    others = {t for name, tokens in declared.items() if name not in {"tokens.css", "dark.css"} for t in tokens}
    assert not others & set(declared["tokens.css"])


def test_every_rule_of_the_styles_has_something_to_hold_for() -> None:
    panel = Path(__file__).parents[3] / "broadcaster"
    sources = [*TEMPLATES, *SCRIPTS, *panel.rglob("panel/**/*.py"), *panel.rglob("reporting/*.py")]
    written = set(re.findall(r"[\w-]+", "\n".join(p.read_text() for p in sources)))
    written |= {f"is-{tone}" for table in LOOKS.values() for _, tone in table.values()} | {"ec", "ec-event"}
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)|\{[^{}]*\}", " ", path.read_text(), flags=re.DOTALL)
        assert set(re.findall(r"\.([a-z][\w-]*)", text)) <= written, path.name


def test_the_enums_of_templates_are_enums() -> None:
    assert all(issubclass(enum, StrEnum) for enum in ENUMS)
