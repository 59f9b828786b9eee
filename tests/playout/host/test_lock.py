"""One play-out per home: the second is told, and gets in as soon as the first is gone, however it went."""

from __future__ import annotations

import subprocess
import sys

import pytest

from broadcaster.errors import AirError
from broadcaster.playout.host.lock import home_lock

HOLD = """
import sys
from pathlib import Path
from broadcaster.playout.host.lock import home_lock
with home_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_while_the_first_lives_and_let_in_after_it_was_killed(tmp_path):
    path = tmp_path / "khoa"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(AirError, match="không chạy hai máy phát") as refused, home_lock(path):
            pass
        assert refused.value.code == "locked"
    finally:
        first.kill()
        first.communicate()
    with home_lock(path):
        pass


def test_a_lock_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(AirError, match="Không mở được tệp khóa") as refused, home_lock(tmp_path):
        pass
    assert refused.value.code == "lock"


def test_a_fault_within_gives_it_back(tmp_path):
    with pytest.raises(LookupError), home_lock(tmp_path / "khoa"):
        raise LookupError
    with home_lock(tmp_path / "khoa"):
        pass
