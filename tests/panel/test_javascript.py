"""The panel's scripts: their logic by node's own test runner, and that they write times as the pages do."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from broadcaster.panel.web import filters
from broadcaster.rooms import room

SCRIPTS = room("web") / "static" / "js"
TEMPLATES = room("web") / "templates"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node, which runs the scripts' tests, is not installed")


def node(folder: Path, *arguments: str) -> str:
    """What node prints in `folder`, where the panel's scripts are modules in `js/`."""
    shutil.copytree(SCRIPTS, folder / "js")
    (folder / "package.json").write_text('{"type": "module"}', encoding="ascii")
    done = subprocess.run([str(NODE), *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.medium
@needs_node
def test_the_logic_of_the_scripts(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "js", tmp_path / "tests")
    said = node(tmp_path, "--test", "tests/")
    assert re.search(r"^# pass [1-9]\d+$", said, re.MULTILINE), said


@needs_node
def test_scripts_write_times_as_pages_do(tmp_path: Path) -> None:
    lengths = [0, 499, 501, 1_000, 59_499, 59_501, 60_000, 119_999, 120_000, 725_400, 3_599_600, 3_600_000, 7_261_000]
    (tmp_path / "write.js").write_text(
        f"""
        import {{ mmss, nearest, remaining, span }} from "./js/time.js";
        const units = {json.dumps(filters.UNITS)};
        const lines = {lengths}.map((ms) => [mmss(nearest(ms)), span(ms, units), remaining(ms, units)]);
        console.log(JSON.stringify(lines));
        """,
        encoding="utf-8",
    )
    written = json.loads(node(tmp_path, "write.js"))
    assert written == [
        [filters.mmss(ms), filters.span(ms), filters.remaining(dt.timedelta(milliseconds=ms))] for ms in lengths
    ]


def test_what_scripts_read_from_a_page_is_written_there() -> None:
    pages = "".join(p.read_text() for p in TEMPLATES.rglob("*.html"))
    rendered = set(re.findall(r"\bdata-([a-z][a-z-]*)", pages))
    for path in sorted(SCRIPTS.glob("*.js")):
        text = path.read_text()
        named = set(re.findall(r"(?:dataset|says)\.([a-zA-Z]+)", text))
        asked = {re.sub(r"[A-Z]", lambda m: "-" + m[0].lower(), name) for name in named}
        asked |= set(re.findall(r"\[data-([a-z-]+)", text))
        assert asked <= rendered, path.name


def test_scripts_hold_no_sentences_and_no_addresses() -> None:
    for path in sorted(SCRIPTS.glob("*.js")):
        code = re.sub(r"^\s*//.*$|\s// .*$", "", path.read_text(), flags=re.MULTILINE)
        assert code.isascii(), path.name
        literals = re.findall(r'"([^"\n]*)"|`([^`]*)`', code)
        assert not [text for pair in literals for text in pair if text.startswith("/")], path.name
