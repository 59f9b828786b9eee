"""The watchdog of systemd is fed while play-out beats, and only then: a real `loa up` at a socket like systemd's."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from broadcaster.home import Home
from broadcaster.supervise import bond
from broadcaster.supervise.notify import Notifier
from tests.kit.waiting import until

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="sockets of POSIX")


class Systemd:
    """The end of the line at which systemd sits."""

    def __init__(self, address: str) -> None:
        self.heard: list[tuple[float, dict[str, str]]] = []
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.door.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.door.setblocking(False)

    def listen(self) -> list[tuple[float, dict[str, str]]]:
        """All that was said until now, with the moment at which it was taken."""
        while True:
            try:
                words = self.door.recv(65_536).decode()
            except BlockingIOError:
                return self.heard
            said = dict(line.split("=", 1) for line in words.splitlines())
            self.heard.append((time.monotonic(), said))

    def fed(self, since: float = 0.0) -> int:
        return sum(1 for at, said in self.listen() if "WATCHDOG" in said and at > since)

    def first(self, word: str) -> int | None:
        return next((n for n, (_, said) in enumerate(self.listen()) if word in said), None)

    @property
    def status(self) -> str:
        return next((said["STATUS"] for _, said in reversed(self.listen()) if "STATUS" in said), "")


@pytest.fixture(params=["file", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "notify")
    if sys.platform != "linux":
        pytest.skip("names without a file are Linux's")
    return f"@loa-{os.getpid()}"


def test_words_reach_the_socket_that_systemd_names_and_no_child_inherits_it(address: str) -> None:
    systemd = Systemd(address)
    environ = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}
    line = Notifier(environ)
    assert (environ, line.watchdog_s) == ({"HOME": "/"}, 30.0)
    line.say(READY=1, STATUS="Đài chạy.\nWATCHDOG=1")
    assert [said for _, said in systemd.listen()] == [{"READY": "1", "STATUS": "Đài chạy. WATCHDOG=1"}]
    systemd.door.close()
    line.say(WATCHDOG=1)  # nobody listens any more: that is no fault of ours


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [({}, 0.0), ({"WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"}, 0.0), ({"WATCHDOG_USEC": "x"}, 0.0)],
)
def test_a_watchdog_that_is_not_ours_is_not_fed(environ: dict[str, str], seconds: float) -> None:
    assert Notifier(environ).watchdog_s == seconds


def test_a_start_that_takes_long_asks_for_time_as_long_as_it_takes(address: str) -> None:
    systemd = Systemd(address)
    with Notifier({"NOTIFY_SOCKET": address}).patience("Đang mở."):
        until(lambda: systemd.first("EXTEND_TIMEOUT_USEC") is not None, 30)
    assert systemd.status == "Đang mở."
    systemd.door.close()


@pytest.mark.medium
def test_a_station_that_cannot_start_leaves_its_reason_to_systemd(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    systemd = Systemd(address)
    up = [sys.executable, "-m", "broadcaster", "--home", str(tmp_path / "nowhere"), "up"]
    done = subprocess.run(
        up, env=os.environ | {"NOTIFY_SOCKET": address}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert str(tmp_path / "nowhere") in systemd.status
    assert systemd.status in done.stderr
    assert systemd.first("READY") is None
    systemd.door.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[tuple[Systemd, Home]]:
    """A station that runs under a systemd of our own."""
    home, systemd = tmp_path / "dai", Systemd(str(tmp_path / "notify"))
    loa = [sys.executable, "-m", "broadcaster", "--home", str(home)]
    subprocess.run([*loa, "init", "--set", 'speech.voices=["tone:beep"]'], check=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}
    up = subprocess.Popen([*loa, "up", "--port", str(port)], stdin=subprocess.DEVNULL, env=env)
    try:
        until(lambda: systemd.first("READY") is not None, 120, every=0.2)
        yield systemd, Home(home)
    finally:
        for one in psutil.Process(up.pid).children(recursive=True):
            one.resume()
        up.send_signal(signal.SIGTERM)
        up.wait(90)
        systemd.listen()
        systemd.door.close()


def pid_of(home: Home, name: str) -> Callable[[], int | None]:
    return lambda: bond.living(home).get(name)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_watchdog_is_fed_while_play_out_beats_and_not_while_it_only_lives(station: tuple[Systemd, Home]) -> None:
    systemd, home = station
    assert set(bond.living(home)) == {"up", "playout", "worker", "web"}, "ready means that all of them run"
    assert "Máy phát chạy" in systemd.status
    assert systemd.fed() >= 1

    playout = until(pid_of(home, "playout"), 10)
    desk = next(p for p in psutil.Process(playout).children() if "desk" in p.cmdline())
    desk.suspend()  # the database alone hangs
    begun = time.monotonic()
    until(lambda: systemd.fed(begun) >= 3, 60, every=0.2)
    desk.resume()

    psutil.Process(playout).suspend()
    until(lambda: "Máy phát chưa trả lời" in systemd.status, 60, every=0.2)
    stopped = time.monotonic()
    until(lambda: pid_of(home, "playout")() not in {None, playout}, 120, every=0.2)
    assert systemd.fed(stopped) <= 1, "it lived all the while, by its number"
    assert time.monotonic() - stopped > 30, "systemd comes first"
    until(lambda: systemd.fed(time.monotonic() - 3) >= 1, 120, every=0.2)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_play_out_that_is_killed_is_started_again_and_feeding_goes_on(station: tuple[Systemd, Home]) -> None:
    systemd, home = station
    playout = until(pid_of(home, "playout"), 10)
    os.kill(playout, signal.SIGKILL)
    until(lambda: pid_of(home, "playout")() not in {None, playout}, 60, every=0.2)
    again = time.monotonic()
    until(lambda: systemd.fed(again) >= 2, 60, every=0.2)
    assert systemd.first("STOPPING") is None
    os.kill(bond.living(home)["up"], signal.SIGTERM)
    until(lambda: systemd.first("STOPPING") is not None, 60, every=0.2)
