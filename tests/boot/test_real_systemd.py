"""`loa service` under a real systemd: installed, hung, killed, without power, stopped and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.booted import Machine, machine
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


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
