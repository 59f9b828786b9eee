"""The unit of systemd: what systemd itself says of its text."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from broadcaster.boot.unit import NAME, BootUnit
from broadcaster.homes import Layout

ANALYZE = shutil.which("systemd-analyze")
EXPOSURE = 2.5
"""What `systemd-analyze security` may count at most; it counts from 0 (closed) to 10."""
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="this machine has no systemd-analyze")


def keys(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def analyzed(folder: Path, unit: BootUnit, *words: str) -> subprocess.CompletedProcess[str]:
    for name, text in unit.texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [str(folder / name) for name in unit.texts()] if "verify" in words else [str(folder / NAME)]
    command = [str(ANALYZE), *words, *files]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
@pytest.mark.parametrize("home", ["dai", "đài xã", "dai 100% $HOME", 'dai "của" tôi', r"dai\x"])
def test_systemd_finds_no_fault_in_the_unit_whatever_the_home_is_called(tmp_path: Path, home: str) -> None:
    unit = BootUnit(["/bin/true"], tmp_path / home, programs=tmp_path / f"chương trình {home}")
    found = analyzed(tmp_path, unit, "verify", "--man=no", "--recursive-errors=no")
    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


@needs_systemd
def test_the_service_is_shut_in_as_far_as_sound_ports_and_sticks_allow(tmp_path: Path) -> None:
    found = analyzed(tmp_path, BootUnit(["/bin/true"], tmp_path / "dai"), "security", "--offline=true", "--no-pager")
    level = re.search(r"exposure level for \S+: ([\d.]+)", found.stdout)
    assert level is not None, found.stdout + found.stderr
    assert float(level[1]) <= EXPOSURE


def test_the_package_starts_the_version_in_use_on_the_home_of_the_machine() -> None:
    said = keys(BootUnit.packaged(Layout(Path("/opt/loa"), Path("/var/lib/loa"))).text())
    assert said["ExecStart"] == ["/opt/loa/current/bin/loa --home /var/lib/loa up"]
    assert (said["User"], said["Group"]) == (["loa"], ["loa"])
    assert said["ReadWritePaths"][0].split()[0] == "/var/lib/loa"
    assert said["ProtectHome"] == ["yes"]


def test_an_upgrade_however_it_ends_lets_the_station_live_again_and_begins_at_the_wish_of_either_side() -> None:
    texts = BootUnit.packaged(Layout(Path("/opt/loa"), Path("/var/lib/loa"))).texts()
    upgrade, wish = keys(texts["loa-upgrade.service"]), keys(texts["loa-upgrade.path"])
    assert upgrade["ExecStart"] == ["/opt/loa/current/bin/loa --home /var/lib/loa upgrade of wished"]
    assert upgrade["ExecStopPost"][0] == "/bin/systemctl --no-block start loa.service"
    assert wish["PathExists"] == ["/opt/loa/wish.json", "/var/lib/loa/upgrade/wish.json"]
    assert BootUnit(["/usr/bin/loa"], Path("/var/lib/loa")).texts().keys() == {NAME}, "it has no versions"


def test_the_unit_waits_for_no_network_and_never_gives_up() -> None:
    said = keys(BootUnit(["/usr/bin/loa"], Path("/var/lib/loa")).text())
    assert not {"Wants", "Requires", "BindsTo"} & said.keys()
    assert not {"network-online.target", "time-sync.target"} & set(said["After"][0].split())
    assert (said["Restart"], said["StartLimitIntervalSec"]) == (["always"], ["0"])


@pytest.mark.parametrize(
    ("program", "home"), [("/usr/bin/loa", "/home/xa/dai"), ("/root/.local/bin/loa", "/var/lib/loa")]
)
def test_what_lies_among_peoples_own_files_is_not_hidden_from_the_service(program: str, home: str) -> None:
    assert keys(BootUnit([program], Path(home)).text())["ProtectHome"] == ["read-only"]
