"""A run of tests never hangs: what stands still behind a failure, or behind its timeout, ends with a word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANGING = """
import threading
import pytest

for_ever = threading.Event()

@pytest.fixture
def never_tidy():
    yield
    while True:
        try:
            for_ever.wait()
        except BaseException:
            pass

@pytest.mark.timeout(1)
def test_that_fails_and_is_never_tidied(never_tidy):
    {failing}

def test_beside_it():
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("failing", ["assert False", "for_ever.wait()"], ids=["behind a failure", "behind its timeout"])
def test_a_hanging_test_ends_its_process_and_is_named(tmp_path: Path, failing: str) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGING.replace("{failing}", failing))
    plugins = ["-p", "tests.kit.hangs", "-p", "xdist", "-p", "timeout", "-p", "no:cacheprovider"]
    options = ["-q", *plugins, "-c", "/dev/null", "-o", "timeout=120", "-n", "1", "--dist", "worksteal"]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", tmp_path, tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # the others are of no matter here, and come slowly
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert told.returncode == 1
    assert "Timeout (0:00:02)!" in told.stderr
    assert "in never_tidy" in told.stderr
    assert "crashed while running" in told.stdout
    assert "::test_that_fails_and_is_never_tidied" in told.stdout
    assert "1 passed" in told.stdout
