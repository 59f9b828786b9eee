"""What the documents say of the house is what the house is: floors, wings, decisions, licences, releases."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from broadcaster import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
DECISIONS = sorted(p for p in (ROOT / "docs" / "adr").glob("*.md") if p.name != "README.md")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def figure(name: str) -> list[list[str]]:
    """The names on each line of a figure of architecture.md; what stands after two spaces is a word about them."""
    found = re.search(rf"^```{name}\n(.*?)^```", ARCHITECTURE, re.MULTILINE | re.DOTALL)
    assert found, name
    return [sorted(line.split("  ")[0].strip().split(" · ")) for line in found[1].splitlines()]


def layers(container: str) -> list[list[str]]:
    """The same of the contract that `lint-imports` keeps; `broadcaster` is that of the floors."""
    (contract,) = [
        c for c in CONTRACTS if c["type"] == "layers" and c.get("containers", ["broadcaster"]) == [container]
    ]
    return [
        sorted(part.strip().removeprefix("broadcaster.") for part in re.split(r"[|:]", line))
        for line in contract["layers"]
    ]


@pytest.mark.parametrize("name", ["floors", "services", "panel", "playout"])
def test_a_figure_shows_what_the_contracts_keep(name):
    assert figure(name) == layers("broadcaster" if name == "floors" else f"broadcaster.{name}")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_link_leads_to_a_file(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_decision_is_in_the_index_with_its_status():
    rows = dict(re.findall(r"^\| \[(\d{4})\]\((.+?)\) .*\|$", (ROOT / "docs/adr/README.md").read_text(), re.MULTILINE))
    assert rows == {p.name[:4]: p.name for p in DECISIONS}


def test_no_two_decisions_have_one_number():
    numbers = [p.name[:4] for p in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_every_vendored_file_is_in_the_notice():
    notice = (ROOT / "NOTICE").read_text()
    for file in json.loads((ROOT / "web/static/vendor.lock.json").read_text())["vendored"]:
        assert f"{file['name']} {file['version']}" in notice
        assert file["licence"] in PROJECT["project"]["license"]


@pytest.mark.parametrize("pattern", PROJECT["project"]["license-files"])
def test_the_licence_files_are_there_and_whole(pattern):
    found = list(ROOT.glob(pattern))
    assert found
    if pattern == "LICENSE":
        assert "APPENDIX: How to apply the Apache License" in found[0].read_text()


def test_the_files_that_contributing_names_are_there():
    named = re.findall(r"`((?:broadcaster|tests|web|docs)/[\w./]+)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 30
    assert [
        path
        for path in named
        if "NAME" not in path and "WING" not in path and "NNNN" not in path and not (ROOT / path).exists()
    ] == []


def released() -> list[str]:
    return re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_changelog_knows_the_version():
    assert released()[0] == "Unreleased"
    assert __version__ in released()


def test_an_entry_of_the_changelog_is_short():
    """Those of a release; under Unreleased they wait to be shortened."""
    for line in (ROOT / "CHANGELOG.md").read_text().split("## Unreleased")[1].partition("\n## ")[2].splitlines():
        assert len(line) <= 160, line


def test_the_glossary_has_a_word_of_every_class_of_the_domain():
    rows = [line.split("|")[1] for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line[:1] == "|"]
    known = {word.rstrip("s") for row in rows for word in re.findall(r"[a-z]+", row.lower())}
    classes = [
        node.name
        for path in (ROOT / "broadcaster/domain").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert len(classes) > 100
    words = {name: {w.lower().rstrip("s") for w in re.findall(r"[A-Z][a-z]*", name)} - {"error"} for name in classes}
    assert [name for name, own in words.items() if not own & known] == []
