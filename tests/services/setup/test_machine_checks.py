"""What the doctor says of the machine under the station, in each state it can be in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from broadcaster.boot.state import ServiceState
from broadcaster.services.setup import machine_checks

HOME = Path("/var/lib/loa")
WELL = ServiceState(
    installed=True, at_boot=True, running=True, pid=7, watchdog=True, rt_limit=95, account="loa", home=str(HOME)
)


@pytest.mark.parametrize(
    ("state", "worst", "words"),
    [
        (WELL, True, "Tự bật cùng máy: có"),
        (ServiceState(installed=False), None, "sudo loa service install"),
        (dataclasses.replace(WELL, at_boot=False), False, "sudo loa service install"),
        (dataclasses.replace(WELL, running=False), False, "sudo loa service start"),
        (dataclasses.replace(WELL, watchdog=False), None, "khi đài treo"),
        (dataclasses.replace(WELL, rt_limit=0), None, "tiếng có thể vấp"),
        (dataclasses.replace(WELL, home="/srv/khac"), None, "/srv/khac"),
    ],
)
def test_the_doctor_says_whether_the_machine_starts_and_watches_this_station(
    state: ServiceState, worst: bool | None, words: str
) -> None:
    found = list(machine_checks.of_service(state, HOME))
    verdicts = {ok for _, ok, _ in found}
    assert (False if False in verdicts else None if None in verdicts else True) is worst
    assert words in " ".join(said for _, _, said in found)


@pytest.mark.parametrize(("synchronised", "words"), [(None, "so giờ"), (True, "tự chỉnh"), (False, "chạy: ")])
def test_the_doctor_says_whether_the_clock_is_set_by_itself(synchronised: bool | None, words: str) -> None:
    ((_, ok, said),) = machine_checks.of_clock(synchronised)
    assert (ok is True) is (synchronised is True)
    assert words in said


def test_a_machine_that_falls_asleep_is_a_fault_and_one_that_does_not_say_is_none() -> None:
    ((_, asleep, said),) = machine_checks.of_sleep(1800)
    assert (asleep, "30 phút" in said) == (False, True)
    assert [ok for _, ok, _ in machine_checks.of_sleep(0)] == [True]
    assert list(machine_checks.of_sleep(None)) == []


def test_the_doctor_names_the_machine_of_this_very_test(tmp_path: Path) -> None:
    found = {name: (ok, said) for name, ok, said in machine_checks.findings(tmp_path)}
    assert found["Máy"][0] is True
    assert "GB" in found["Máy"][1]
    assert "Tự bật cùng máy" in found
