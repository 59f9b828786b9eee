"""What was made for a day is let go with the day: a worker that lives for months holds no old lexicons."""

from __future__ import annotations

import gc
from pathlib import Path

from broadcaster.clock import FrozenClock
from broadcaster.services.lexicon.layers import layered, shipped_with
from broadcaster.text import Lexicon, LexiconEntry
from tests.kit.clocks import NOON, later
from tests.kit.founding import founded


def test_a_lexicon_is_let_go_when_its_day_is_over(tmp_path: Path) -> None:
    station = founded(tmp_path / "dai", clock=FrozenClock(NOON))
    held = []
    for _day in range(8):
        for word in ("AB", "CD", "EF"):
            layered(station, [LexiconEntry(written=word, spoken="một")])
            shipped_with(station, [LexiconEntry(written=word, spoken="hai")])
        gc.collect()
        held.append(sum(isinstance(one, Lexicon) for one in gc.get_objects()))
        later(station, days=1)
    station.close()
    assert held[-1] <= held[3]
