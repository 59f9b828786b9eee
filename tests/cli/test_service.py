"""`loa service` where it may not, or cannot: it says so and changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.boot import systemd
from tests.kit.loa import Loa

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd")


def test_the_unit_is_shown_without_rights_and_without_systemd(loa: Loa, tmp_path: Path) -> None:
    said = loa("service", "show")
    assert said.code == 0
    assert f"--home {tmp_path / 'home'} up" in said.out
    assert "WatchdogSec=30" in said.out


@pytest.mark.parametrize("verb", ["install", "remove"])
@pytest.mark.parametrize(("systemd_runs", "told"), [(True, "sudo loa service"), (False, "loa up")])
def test_without_rights_or_without_systemd_nothing_is_changed_and_the_way_is_told(
    loa: Loa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, systemd_runs: bool, told: str
) -> None:
    monkeypatch.setattr(systemd, "here", lambda: systemd_runs)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    said = loa("service", verb)
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert not (tmp_path / "home").exists()


@pytest.mark.medium
@pytest.mark.skipif(systemd.here(), reason="this machine has systemd")
@pytest.mark.parametrize("verb", ["status", "start", "stop", "restart"])
def test_a_machine_without_systemd_is_told_how_the_station_is_started_there(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "broadcaster", "service", verb], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "loa up" in done.stderr
