"""The server ends without a word, however often and whenever it is told to: its own thread closes what it waits at."""

from __future__ import annotations

import http.client
import threading

import pytest

from broadcaster.panel.wire.answering import Answering


def page(_environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "1")])  # type: ignore[operator]
    return [b"x"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kept", [0, 3], ids=["idle", "with open connections"])
def test_it_ends_without_a_fault_of_its_thread(kept: int) -> None:
    for _ in range(5):
        with Answering(page, host="127.0.0.1", port=0, threads=1) as server:
            wires = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=10) for _ in range(kept)]
            for wire in wires:
                wire.request("GET", "/")
                assert wire.getresponse().read() == b"x"
        assert not server.alive
        for wire in wires:
            wire.close()
    assert not [one for one in threading.enumerate() if one.name == "waitress"]
