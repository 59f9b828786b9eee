"""Which station is meant when nobody names one."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from broadcaster import homes
from broadcaster.errors import RuleError
from broadcaster.home import find

CALL = [sys.executable, "-m", "broadcaster"]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> homes.Layout:
    """A machine of its own, on which the person stands in a folder that has a station."""
    layout = homes.Layout(tmp_path / "opt", tmp_path / "var")
    monkeypatch.setattr(homes, "installed", lambda: layout)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    monkeypatch.delenv("LOA_HOME", raising=False)
    (tmp_path / "here" / "station").mkdir(parents=True)
    (tmp_path / "here" / "station" / "station.toml").touch()
    monkeypatch.chdir(tmp_path / "here")
    return layout


def test_the_home_is_what_is_named_then_the_machines_then_the_persons_and_never_the_folder_one_is_in(
    tmp_path: Path, machine: homes.Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "darwin":
        assert homes.wanted(None) == tmp_path / "data" / "loa"
    machine.home.mkdir()
    assert homes.wanted(None) != machine.home, "an empty folder is no station"
    (machine.home / "station.toml").touch()
    assert homes.wanted(None) == machine.home
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "named"))
    assert homes.wanted(None) == tmp_path / "named"
    assert homes.wanted("station") == tmp_path / "here" / "station"


def test_a_program_of_the_machines_layout_has_the_machines_home_before_there_is_one(
    machine: homes.Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(machine.programs / "versions" / "1.0"))
    assert homes.wanted(None) == machine.home


def test_a_station_in_the_folder_one_is_in_is_told_of_when_another_is_used(tmp_path: Path) -> None:
    beside = tmp_path / "here" / "station"
    assert "--home station" in homes.passed_by(None)
    assert homes.passed_by("other") == "", "who named one is told nothing"
    (beside / "station.toml").unlink()
    assert homes.passed_by(None) == ""


def test_a_folder_without_a_station_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as refused:
        find(tmp_path)
    assert str(tmp_path) in str(refused.value)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="root alone may become another account")
@pytest.mark.parametrize("python", [sys.executable, "/usr/bin/python3"])
def test_what_root_does_to_a_station_of_another_account_belongs_to_that_account_or_is_not_done(python: str) -> None:
    """An interpreter among root's own files is closed to the owner, who then does nothing."""
    owner = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "dai"
        env = {
            **os.environ,
            "LOA_HOME": str(home),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if sys.base_prefix not in p),
        }
        if subprocess.run(
            [python, "-c", "import broadcaster.cli.backups"], env=env, check=False, timeout=60
        ).returncode:
            pytest.skip(f"{python} is of another version")
        subprocess.run([*CALL, "init", "--set", 'speech.voices=["tone:beep"]'], env=env, check=True, timeout=120)
        for path in [home, *home.rglob("*")]:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        made = subprocess.run([python, *CALL[1:], "backup"], env=env, capture_output=True, check=False, timeout=120)
        try:
            subprocess.run([python, "-c", ""], user="nobody", check=True, timeout=60)
            expected = (0, 1)
        except (PermissionError, subprocess.CalledProcessError):
            expected = (1, 0)
        assert (made.returncode, len(list((home / "backups").glob("*.zip")))) == expected, made.stderr
        assert [path for path in home.rglob("*") if path.stat().st_uid != owner.pw_uid] == []
