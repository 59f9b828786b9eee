"""Whether play-out beats: asked of it itself, and not held against it where a full disk hides where it listens."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.home import Home
from broadcaster.playout.host.loopback import Loopback
from broadcaster.supervise.pulse import Pulse
from tests.kit.small_disk import NEEDS_ROOT, empty, fill, mounted


def beats(home: Home) -> bool:
    pulse = Pulse(home, SystemClock())
    assert pulse.take()
    return pulse.beats


@pytest.mark.parametrize(("age", "alive"), [(0.5, True), (3600.0, False)])
def test_play_out_beats_while_its_last_round_began_a_moment_ago(tmp_path: Path, age: float, alive: bool) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    assert not beats(home), "nobody is there"
    ear = Loopback(home.run / PORT_FILE, lambda _: {"round_s": age})
    ear.open()
    try:
        assert beats(home) is alive
    finally:
        ear.close()


@NEEDS_ROOT
def test_play_out_that_no_address_could_be_written_of_is_not_ended_for_its_silence(tmp_path: Path) -> None:
    with mounted(tmp_path / "dia", "2m") as disk:
        home = Home(disk)
        home.run.mkdir()
        fill(disk)
        assert beats(home)
        empty(disk)
        assert not beats(home)
