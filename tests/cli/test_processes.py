"""Each process of the station loads its own part of the house only."""

from __future__ import annotations

import subprocess
import sys

_ALIEN_TO_PLAYOUT = {
    *("flask", "werkzeug", "jinja2", "waitress"),  # the panel's and the worker's
    *("alembic", "mako", "scipy", "lxml", "docx", "openpyxl", "pypdf", "typst", "pydub", "gtts", "argon2", "tomlkit"),
    "broadcaster.text",
    "broadcaster.speech",
    "broadcaster.panel",
    "broadcaster.worker",
    "broadcaster.reporting",
    "broadcaster.db.schema",
}
_SAYS = "import sys, broadcaster.cli.processes, broadcaster.playout.engine; print(*sys.modules)"


def test_play_out_stands_ready_without_what_only_others_need():
    """What is not loaded is time before the first sample, and memory of a small machine."""
    loaded = set(
        subprocess.run([sys.executable, "-c", _SAYS], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "broadcaster.playout.airing.airing" in loaded
    assert loaded & _ALIEN_TO_PLAYOUT == set()
