"""`loa upgrade` of a station whose rows are on a PostgreSQL server: back from a bad version and a kill, and kept."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from broadcaster.home import Home
from broadcaster.supervise import bond
from tests.kit import postgres
from tests.kit.releases import AWAY, Chronicle, alive, ended, installed, release
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]
FALLS = {"broadcaster/supervise/up.py": 'raise RuntimeError("this version cannot keep its processes")\n'}
LONG = 500


def test_a_station_on_a_server_comes_back_from_a_bad_version_and_a_kill_with_all_that_was_aired_and_keeps_a_good_one(
    tmp_path: Path,
) -> None:
    with postgres.made() as server:
        made = installed(tmp_path / "machine", release(tmp_path, "0.1.0"), database=f"{server.url}/postgres")
        falls = release(tmp_path, "0.2.0", migrates=True, files=FALLS)
        good = release(tmp_path, "0.3.0", migrates=True)
        home, told, log = Home(made.home), Chronicle(made.home), tmp_path / "log"
        up = made.start("up", log=log)
        try:
            alive(made)
            told.write(2)
            first = made.form()

            done = made.loa(*made.upgrading(falls), timeout=LONG)
            assert (done.returncode, "đã trở về phiên bản cũ" in done.stdout) == (1, True), done.stdout + done.stderr
            alive(made)
            assert (made.versions.current(), made.form()) == ("0.1.0", first)

            upgrading = made.start(*made.upgrading(good, watch=600), log=log)
            until(lambda: made.state()["step"] == "trial" and len(bond.living(home)) == 4, LONG)
            told.write(2)
            until(lambda: told.names <= made.entries(), 240, every=0.3, passing=AWAY)
            assert made.form() != first, "the new version has written them, to its own tables"
            upgrading.kill()
            assert upgrading.wait(60) == -signal.SIGKILL
            until(lambda: made.state_is_over() and "up" in bond.living(home), 240, every=0.3)
            alive(made)
            assert (made.versions.current(), made.form()) == ("0.1.0", first)
            assert told.lost(made) == set()

            done = made.loa(*made.upgrading(good), timeout=LONG)
            assert done.returncode == 0, done.stdout + done.stderr
            alive(made)
            assert (made.versions.current(), made.form()) == ("0.3.0", made.newest_form())
            told.write(1)
            assert told.lost(made) == set()
            assert made.loa("log", "verify").returncode == 0
        finally:
            bond.end(home, bond.living(home))
            ended(up)
