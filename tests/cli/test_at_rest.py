"""What each process of a station has loaded at rest: on a small machine that is its memory, all together 300 MB."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = {
    *("numpy", "scipy", "onnxruntime", "torch", "pypdf", "docx", "docxtpl", "lxml", "xlsxwriter", "openpyxl"),
    *("alembic", "mako", "icalendar", "pydantic_settings", "miniaudio", "edge_tts", "gtts", "apprise", "typst"),
}
_DATABASE = {"sqlalchemy", "sqlite3", "psycopg"}
_PANEL = {"flask", "werkzeug", "jinja2", "waitress", "spectree", "wtforms"}
_PROCESSES = {
    "the supervisor": ("broadcaster.cli.processes, broadcaster.supervise.up", {"numpy"} | _DATABASE | _PANEL, 340),
    "play-out": ("broadcaster.cli.processes, broadcaster.playout.engine", {"onnxruntime"} | _DATABASE | _PANEL, 700),
    "play-out's desk": ("broadcaster.services.desk, broadcaster.supervise.desk_server", {"numpy"} | _PANEL, 650),
    "the worker": ("broadcaster.worker.consumer", _PANEL - {"jinja2"}, 1000),
    "the panel": ("broadcaster.panel.serve, broadcaster.panel.app", set(), 1450),
}
"""What stands in for its start; what is foreign to it besides the heavy ones; the most modules that it may hold."""


@pytest.mark.medium
@pytest.mark.parametrize("name", _PROCESSES)
def test_a_process_at_rest_holds_nothing_heavy_that_it_does_not_need_at_rest(name: str) -> None:
    imports, alien, most = _PROCESSES[name]
    needs = {"numpy"} if name == "play-out" else set()
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {imports}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = set(done.stdout.split())
    assert loaded & ((_HEAVY | alien) - needs) == set()
    assert len(loaded) <= most
