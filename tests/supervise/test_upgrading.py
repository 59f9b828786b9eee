"""`loa upgrade` on a real station of a real environment: kept, taken back, cut off by kill -9, returned by hand."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from broadcaster.home import Home
from broadcaster.services.setup.upgrade import record
from broadcaster.supervise import bond
from tests.benchmarks.upgrades import Form, cut_off, power_cut
from tests.kit.releases import Chronicle, Installed, alive, ended, installed, release
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]
FALLS = {"broadcaster/supervise/up.py": 'raise RuntimeError("this version cannot keep its processes")\n'}
LONG = 400
DIES = """

def _dying(step_of):
    def go(home, clock, upgrade, step, **changes):
        made = step_of(home, clock, upgrade, step, **changes)
        import os, signal
        if os.environ.get("DIES_AT") == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return made
    return go


go = _dying(go)
"""
"""Of a program that is killed as soon as a step is written down."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("releases")
    return {
        "first": release(folder, "0.1.0"),
        "falls": release(folder, "0.2.0", migrates=True, files=FALLS),
        "good": release(folder, "0.3.0", migrates=True, single=True),
    }


@pytest.fixture(scope="module")
def station(releases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory):
    made = installed(tmp_path_factory.mktemp("machine"), releases["first"])
    yield made
    bond.end(Home(made.home), bond.living(Home(made.home)))


def test_a_station_comes_through_a_version_that_falls_a_kill_a_good_version_and_the_wish_to_return(
    station: Installed, releases: dict[str, Path], tmp_path: Path
) -> None:
    home, told, log = Home(station.home), Chronicle(station.home), tmp_path / "log"
    up = station.start("up", log=log)
    alive(station)
    told.write(3)

    # a version that falls at once: the old one lives again with its own database, and says so
    done = station.loa(*station.upgrading(releases["falls"]), timeout=LONG)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "đã trở về phiên bản cũ" in done.stdout
    assert ended(up) == 0
    alive(station)
    assert station.versions.current() == "0.1.0"
    assert station.form() == station.newest_form()
    until(lambda: station.state()["told"], 60)
    told.write(2)
    assert told.lost(station) == set()

    # kill -9 of everything while the new version is tried, which has aired something by then
    upgrading = station.start(*station.upgrading(releases["good"], watch=600), log=log)
    until(lambda: station.state()["step"] == "trial" and len(bond.living(home)) == 4, LONG)
    told.write(2)
    until(lambda: told.names <= station.entries(), 120, every=0.3)
    power_cut(home, upgrading)
    assert upgrading.wait(30) == -signal.SIGKILL
    until(lambda: not bond.living(home), 60)
    assert station.form() != station.newest_form()  # nobody has looked yet
    up = station.start("up", log=log)
    alive(station)
    assert station.versions.current() == "0.1.0"
    assert station.form() == station.newest_form()
    assert told.lost(station) == set()

    # the same version when somebody only closes the window
    upgrading = station.start(*station.upgrading(releases["good"]), log=log)
    until(lambda: station.state()["step"] == "stopping", LONG)
    upgrading.send_signal(signal.SIGHUP)
    assert upgrading.wait(LONG) == 0, log.read_text()
    assert ended(up) == 0
    alive(station)
    assert station.versions.current() == "0.3.0"
    assert station.versions.kept() == ["0.1.0", "0.3.0"]
    assert station.form() == station.newest_form()
    told.write(1)
    assert told.lost(station) == set()
    assert station.loa("log", "verify").returncode == 0

    # an older version is refused, and a return that would lose what was aired since
    place = ("--versions", str(station.versions.root))
    older = station.loa(*station.upgrading(releases["falls"]))
    assert (older.returncode, "Chỉ nâng lên" in older.stderr) == (2, True)
    back = station.loa("upgrade", "back", *place)
    assert (back.returncode, "trở lại thì mất" in back.stderr) == (2, True)
    assert "0.3.0" in station.loa("upgrade", "status", *place).stdout


def test_a_station_whose_upgrade_alone_is_killed_after_any_step_lives_again_by_itself_in_one_whole_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path(record.__file__).read_text(encoding="utf-8") + DIES
    made = installed(
        tmp_path / "machine", release(tmp_path, "0.1.0", files={"broadcaster/services/setup/upgrade/record.py": text})
    )
    good, log, home, told = (
        release(tmp_path, "0.3.0", migrates=True),
        tmp_path / "log",
        Home(made.home),
        Chronicle(made.home),
    )
    up = made.start("up", log=log)
    alive(made)
    try:
        for step in ("stopping", "copying", "swapping", "trial", "moving"):
            told.write(1)
            monkeypatch.setenv("DIES_AT", step)
            upgrading = made.start(*made.upgrading(good), log=log)
            assert upgrading.wait(LONG) == -signal.SIGKILL, step
            until(lambda: made.state_is_over() and "up" in bond.living(home), 120, every=0.3)
            alive(made)
            assert made.state()["step"] == "back", step
            assert (made.versions.current(), made.form()) == ("0.1.0", made.newest_form()), step
            assert told.lost(made) == set(), step
        assert made.loa("log", "verify").returncode == 0
    finally:
        bond.end(home, bond.living(home))
        ended(up)


def test_an_upgrade_that_is_killed_at_a_moment_of_chance_leaves_one_version_on_its_own_database_and_every_entry(
    tmp_path: Path,
) -> None:
    """A few of them; `tests/benchmarks/upgrades.py` does hundreds, of older forms too."""
    form, chance = Form("now", tmp_path), random.Random(int(os.environ.get("LOA_SEED", "7")))
    form.whole_s = {True: 40.0, False: 25.0}
    for _ in range(int(os.environ.get("LOA_UPGRADES", "2"))):
        outcome = cut_off(form, chance, cut=True)
        assert not outcome.startswith("FAULT"), outcome
