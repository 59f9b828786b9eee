"""What people are told to run when the station is off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from broadcaster.boot import remedy


@pytest.mark.skipif(sys.platform == "win32", reason="units of systemd")
def test_a_machine_with_the_service_names_the_service_and_any_other_names_loa_up(tmp_path: Path) -> None:
    unit = tmp_path / "loa.service"
    assert remedy.command((unit,)) == "loa up"
    unit.touch()
    assert remedy.command((unit,)) == "sudo loa service restart"
