"""The ear on loopback: whatever comes costs one datagram, and the right message behind it is heard."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster import threads as watched
from broadcaster.db.models import Incident
from broadcaster.db.queries import air as air_queries
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.playout.host.loopback import Loopback
from broadcaster.services.air import ear as knocking
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.air.heartbeats import status
from tests.kit.live import running
from tests.kit.waiting import until

NUMBERS = st.integers() | st.floats() | st.just(10**400)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters()),
    lambda v: st.lists(v) | st.dictionaries(st.text(), v),
)
ODD = st.sampled_from(
    [
        b'{"secret": "\xc3\xa9"}',
        b"[" * 4000,
        b'{"a":' * 800,
        b"1" * 4096,
        b'{"order": 1e999}',
        b"\xff\xfe\x00",
        "\udcff".encode("utf-8", "surrogatepass"),
        bytes(60_000),
        b"",
    ]
)


class Ear:
    """A real ear, and what it heard."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[dict[str, Any]] = []
        self.loopback = Loopback(folder / "playout.port", self._hear)
        self.loopback.open()
        port, secret = (folder / "playout.port").read_text(encoding="ascii").split()
        self.secret = secret.encode()
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.connect(("127.0.0.1", int(port)))
        self._line.settimeout(20)

    def _hear(self, message: dict[str, Any]) -> dict[str, Any] | None:
        self.heard.append(message)
        return {"n": int(message["n"])} if "n" in message else None

    def send(self, packet: bytes) -> None:
        self._line.send(packet)

    def ask(self, number: int) -> Any:
        self.send(self.secret + json.dumps({"n": number}).encode())
        return json.loads(self._line.recv(4096))["n"]

    def close(self) -> None:
        self._line.close()
        self.loopback.close()


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ear]:
    made = Ear(tmp_path_factory.mktemp("run"))
    yield made
    made.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish=st.lists(st.binary(max_size=300) | ODD, max_size=5), number=st.integers(0, 10**9))
def test_whatever_a_stranger_sends_is_dropped_and_the_right_message_behind_it_is_heard(
    ear: Ear, rubbish: list[bytes], number: int
) -> None:
    before, failed = len(ear.heard), watched.failures()
    for packet in rubbish:
        ear.send(packet)
    assert ear.ask(number) == number
    assert ear.heard[before:] == [{"n": number}], "nothing of a stranger's is taken up"
    assert watched.failures() == failed, "nor made anything of"


@pytest.mark.failing_threads
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES | st.fixed_dictionaries({"n": VALUES}), odd=ODD, number=st.integers(0, 10**9))
def test_even_with_the_secret_whatever_is_not_understood_costs_one_datagram(
    ear: Ear, value: Any, odd: bytes, number: int
) -> None:
    for text in (json.dumps(value).encode()[:4000], odd):
        ear.send(ear.secret + text)
    ear.send(ear.secret + json.dumps({"mark": number}).encode())
    until(lambda: ear.heard and ear.heard[-1] == {"mark": number})
    ear._line.setblocking(False)
    try:
        while True:  # answers to what happened to be understood
            ear._line.recv(65_536)
    except BlockingIOError:
        ear._line.settimeout(20)
    assert ear.ask(number) == number


@pytest.mark.medium
@pytest.mark.failing_threads
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_death_of_play_outs_ear_is_an_incident_within_seconds_and_the_ear_hears_again(live, monkeypatch) -> None:
    live.zones("ap-1")
    station = live.station

    dead: list[threading.Thread] = []

    def die(*_: object) -> None:
        dead.append(threading.current_thread())
        raise SystemExit  # no `except Exception` catches it

    def incidents() -> list[Incident]:
        with station.db.read() as session:
            return [one for one in air_queries.incidents(session) if one.what == "threads"]

    with running(live):
        until((station.home.run / PORT_FILE).exists)
        assert until(lambda: knocking.levels(station.home) is not None)
        assert fitness(station).of(Organ.THREADS) == ""
        with monkeypatch.context() as deadly:
            deadly.setattr(Loopback, "_take", die)
            knocking.ring(station.home, ask="nothing")
            until(lambda: dead and not dead[0].is_alive())
        (told,) = until(incidents, 10)
        assert "playout-ear" in told.note
        assert "đã chết" in told.note
        assert until(lambda: knocking.levels(station.home) is not None), "it hears again"
        until(lambda: status(station, "playout")[1].get("threads"))
        assert "playout-ear" in fitness(station).of(Organ.THREADS)
