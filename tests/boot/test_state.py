"""How a service stands, in words and as an exit code."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.boot.state import ServiceState

RUNS = ServiceState(
    installed=True,
    at_boot=True,
    running=True,
    since=dt.datetime(2026, 3, 2, 5, 0, 1, tzinfo=dt.UTC),
    pid=412,
    watchdog=True,
    said="Máy phát chạy.",
    account="loa",
    home="/var/lib/loa",
)


@pytest.mark.parametrize(
    ("state", "well", "words"),
    [
        (RUNS, True, ["đang chạy từ", "412", "Đài nói: Máy phát chạy.", "Tự bật cùng máy: có", "“loa”"]),
        (ServiceState(installed=False), False, ["Chưa cài dịch vụ", "sudo loa service install"]),
        (ServiceState(installed=True, at_boot=True), False, ["đang TẮT", "sudo loa service start"]),
        (ServiceState(installed=True, running=True), False, ["Tự bật cùng máy: KHÔNG", "treo: không"]),
        (ServiceState(installed=True, at_boot=True, starting=True, fell=3), False, ["đang bật", "3 lần"]),
    ],
)
def test_each_state_of_the_service_says_what_is_and_what_to_do(
    state: ServiceState, well: bool, words: list[str]
) -> None:
    told = "\n".join(state.lines())
    assert state.well is well
    assert [word for word in words if word not in told] == []
    assert "systemctl" not in told
