"""One home has one of each process, whoever was killed; a port that another program has is told as that."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.home import Home
from broadcaster.supervise import bond
from tests.kit.waiting import until
from tests.kit.web import answers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


class Up:
    """A running `loa up`, with what it printed."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home, self.said = Home(home), home.parent / f"{home.name}.txt"
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "broadcaster", "--home", str(home), "up", *arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("one") / "dai"
    subprocess.run([sys.executable, "-m", "broadcaster", "--home", str(made), "init"], check=True, capture_output=True)
    return made


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "dai"))


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def of_home(home: Path) -> set[int]:
    """Every living process that was started for this home, the desk of play-out among them."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if str(home).encode() in words and b"broadcaster" in words and b"Z" not in (folder / "stat").read_bytes():
                found.add(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are read from /proc")
def test_a_killed_supervisor_takes_its_processes_with_it_and_the_next_has_one_of_each(home: Path) -> None:
    port = free_port()
    first = Up(home, "--port", str(port))
    everyone = {"up", "playout", "worker", "web"}
    until(lambda: set(bond.living(first.home)) == everyone and len(of_home(home)) == 5, 90)
    old = of_home(home)
    first.process.kill()
    first.process.wait()
    until(lambda: not of_home(home), 60)
    second = Up(home, "--port", str(port))
    try:
        until(lambda: set(bond.living(second.home)) == everyone and len(of_home(home)) == 5, 90)
        assert not old & of_home(home)
        until(lambda: answers(port), 60)
    finally:
        second.stop()
    assert not of_home(home)


def test_a_home_that_lives_is_not_started_twice_and_says_who_holds_it(home: Path) -> None:
    port = free_port()
    first = Up(home, "--port", str(port))
    until(lambda: len(bond.living(first.home)) == 4, 90)
    held = bond.living(first.home)
    again = subprocess.run(
        [sys.executable, "-m", "broadcaster", "--home", str(home), "up"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert again.returncode == 2
    assert {int(n) for n in re.findall(r"\((\d+)\)", again.stdout)} == set(held.values())
    assert bond.living(first.home) == held
    worker = subprocess.run(
        [sys.executable, "-m", "broadcaster", "--home", str(home), "worker"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (worker.returncode, worker.stderr.splitlines()[-1]) == (
        1,
        "Lỗi: Đài này đã có một tiến trình “xử lý nền” đang chạy.",
    )
    second = Up(home, "--port", str(port), "--replace")
    try:
        first.process.wait(90)
        until(lambda: len(bond.living(second.home)) == 4, 90)
        assert not set(held.values()) & set(bond.living(second.home).values())
    finally:
        second.stop()


def test_a_port_of_another_program_is_told_once_and_the_horns_go_on(home: Path, busy: int) -> None:
    up = Up(home, "--port", str(busy))
    try:
        until(lambda: {"playout", "worker"} <= heartbeats(home), 90, passing=(sqlite3.Error,))
        assert up.text().count(f"Cổng {busy} đang có chương trình khác dùng") == 1
        assert "Trang quản lý: http" not in up.text()
        assert "web" not in bond.living(up.home)
    finally:
        up.stop()
    assert "Address already in use" not in up.text()


def heartbeats(home: Path) -> set[str]:
    with sqlite3.connect(home / "station.db") as db:
        return {name for (name,) in db.execute("select process from heartbeats")}
