"""`loa service` under a real systemd: installed, hung, killed, without power, stopped and taken out again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.booted import Machine, machine
from tests.kit.places import TESTS
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture
def booted(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        yield made


def shown(booted: Machine, name: str) -> str:
    return booted.run("systemctl", "show", "loa.service", f"--property={name}", "--value").stdout.strip()


def test_the_service_is_installed_lives_through_hangs_and_power_cuts_and_goes_without_a_trace(booted: Machine) -> None:
    before = booted.run("loa", "service", "status")
    assert (before.returncode, "Chưa cài dịch vụ" in before.stdout) == (1, True)

    installed = booted.run("loa", "service", "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert "Dịch vụ đang chạy từ" in installed.stdout
    assert "Tự bật cùng máy: có." in installed.stdout
    assert [shown(booted, name) for name in ("ActiveState", "UnitFileState", "User")] == ["active", "enabled", "loa"]
    again = booted.run("loa", "service", "install")
    assert (again.returncode, "Đã " in again.stdout) == (0, False), "what is there is not made twice"

    done = booted.run("loa", "user", "list")
    assert done.returncode == 0, done.stderr
    strangers = booted.run("find", "/var/lib/loa", "-not", "-user", "loa")
    assert strangers.stdout == "", "root's own commands leave nothing that the service cannot read"

    hung = booted.run("pkill", "-STOP", "-f", "home /var/lib/loa playout")
    assert hung.returncode == 0
    until(lambda: shown(booted, "NRestarts") == "1", 120, every=1)
    until(lambda: shown(booted, "ActiveState") == "active", 120, every=1)

    booted.cut()
    until(lambda: shown(booted, "ActiveState") == "active", 180, every=1)
    assert shown(booted, "NRestarts") == "0", "it came with the machine"

    stopped = booted.run("loa", "service", "stop")
    assert (stopped.returncode, "đang TẮT" in stopped.stdout) == (0, True)
    removed = booted.run("loa", "service", "remove")
    assert removed.returncode == 0, removed.stderr
    assert shown(booted, "LoadState") == "not-found"
    assert booted.run("test", "-f", "/var/lib/loa/station.toml").returncode == 0, "the station stays"
    twice = booted.run("loa", "service", "remove")
    assert (twice.returncode, "Không có dịch vụ" in twice.stdout) == (0, True)


VERSIONS = """
cd /opt/loa/versions
for v in 0.0.1 9.0.0; do cp -a trial $v; sed -i 1s/trial/$v/ $v/bin/loa; touch $v/.complete; done
ln -sfn versions/0.0.1 /opt/loa/current
"""


def test_systemd_carries_out_an_upgrade_and_brings_the_station_back_from_a_kill_and_a_power_cut_in_it(
    booted: Machine,
) -> None:
    def upgrade() -> dict[str, Any]:
        return json.loads(booted.run("cat", "/var/lib/loa/upgrade/state.json").stdout or '{"step": ""}')

    def wish(version: str, place: str = "/opt/loa", **more: float) -> None:
        text = json.dumps({"version": version, "by": "apt", **more})
        done = booted.run("sh", "-c", f"echo '{text}' > {place}/wish.new && mv {place}/wish.new {place}/wish.json")
        assert done.returncode == 0, done.stderr

    def reaches(step: str) -> None:
        try:
            until(lambda: upgrade()["step"] == step, 400, every=1)
        except AssertionError as error:
            why = booted.run("journalctl", "--no-pager", "-u", "loa-upgrade.service", "-u", "loa-upgrade.path").stdout
            raise AssertionError(f"{upgrade()}\n{why}") from error

    def airs(version: str) -> None:
        until(lambda: shown(booted, "ActiveState") == "active", 180, every=1)
        assert booted.run("readlink", "/opt/loa/current").stdout.strip() == f"versions/{version}"
        pid = shown(booted, "MainPID")
        assert f"/opt/loa/versions/{version}/bin/python" in booted.run("cat", f"/proc/{pid}/cmdline").stdout

    assert booted.run("sh", "-euc", VERSIONS).returncode == 0
    installed = booted.run("loa", "service", "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    airs("0.0.1")

    # the panel's account may wish, and nothing comes of what no administrator has laid
    assert booted.run("runuser", "-u", "loa", "--", "mkdir", "-p", "/var/lib/loa/upgrade").returncode == 0
    wish("9.9.9", "/var/lib/loa/upgrade")
    until(lambda: "9.9.9 không có trên máy" in booted.run("loa", "upgrade", "status").stdout, 90, every=1)
    airs("0.0.1")

    wish("9.0.0", watch_s=600)
    reaches("trial")
    booted.run("systemctl", "kill", "--kill-whom=main", "-s", "KILL", "loa-upgrade.service")
    reaches("back")
    airs("0.0.1")

    wish("9.0.0", watch_s=600)
    reaches("trial")
    booted.cut()
    airs("0.0.1")
    assert upgrade()["step"] == "back"

    # a package of a newer version is laid beside, and waits; whoever looks after the machine thinks better of it
    pid = shown(booted, "MainPID")
    script = (TESTS.parent / "packaging/debian/postinst").read_text().replace("@version@", "9.0.0")
    laid = booted.run("sh", "-c", script, "postinst", "configure", "0.0.1")
    assert (laid.returncode, "Bản 9.0.0 chờ giờ yên để thay" in laid.stdout) == (0, True), laid.stdout + laid.stderr
    airs("0.0.1")
    assert shown(booted, "MainPID") == pid, "nothing was restarted"
    assert "Bản 9.0.0 chờ giờ yên để thay" in booted.run("loa", "service", "status").stdout
    assert "Đã thôi nâng cấp" in booted.run("loa", "upgrade", "cancel", timeout=400).stdout
    airs("0.0.1")

    wish("9.0.0", watch_s=2)
    reaches("done")
    airs("9.0.0")
    told = booted.run("loa", "upgrade", "status").stdout
    assert ("Đang dùng: 9.0.0" in told, "chờ giờ yên" in told) == (True, False)

    # a command hands over to the service, and only looks on
    back = booted.run("loa", "upgrade", "back", "--watch", "2", timeout=400)
    assert (back.returncode, "Trở lại 0.0.1: đã xong." in back.stdout) == (0, True), back.stdout + back.stderr
    airs("0.0.1")
