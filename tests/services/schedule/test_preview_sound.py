"""A broadcast heard beforehand: one stream, as long as its items together, each in its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from broadcaster.domain.air.broadcasts import ItemKind, RundownItem
from broadcaster.errors import NotFoundError
from broadcaster.media.ffmpeg import run
from broadcaster.services.schedule.preview_sound import joined
from broadcaster.sound.store import Store

RATE = 16_000


@pytest.fixture
def rundown(tmp_path: Path) -> tuple[Store, list[RundownItem]]:
    """A tone of 400 Hz, half a second of silence, a relay, a tone of 900 Hz at another rate."""
    store, items = Store(tmp_path / "store"), []
    for name, what, ms in (
        ("thấp", "sine=frequency=400:duration=1.0:sample_rate=48000", 1000),
        ("lặng", "anullsrc=r=16000:cl=mono,atrim=0:0.5", 500),
        ("cao", "sine=frequency=900:duration=1.5:sample_rate=22050", 1500),
    ):
        path = tmp_path / "piece.flac"
        run(["-f", "lavfi", "-i", what, "-ac", "1", str(path)])
        items.append(RundownItem(0, ItemKind.CUE, name, store.put(path), ms))
    items.insert(2, RundownItem(0, ItemKind.RELAY, "tiếp âm", "", 900_000))
    return store, items


def decoded(stream: bytes, folder: Path) -> np.ndarray:
    packed, raw = folder / "stream.mp3", folder / "stream.raw"
    packed.write_bytes(stream)
    run(["-i", str(packed), "-f", "s16le", "-ac", "1", "-ar", str(RATE), str(raw)])
    return np.frombuffer(raw.read_bytes(), dtype="<i2") / 32_768


def pitch(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


def test_items_stand_one_after_the_other_with_their_gaps(
    rundown: tuple[Store, list[RundownItem]], tmp_path: Path
) -> None:
    sound = decoded(b"".join(joined(*rundown)), tmp_path)
    assert len(sound) / RATE == pytest.approx(1.0 + 0.5 + 2.0 + 1.5, abs=0.1)
    at = {
        name: sound[int(a * RATE) : int(b * RATE)]
        for name, a, b in (("low", 0.2, 0.9), ("gap", 1.2, 3.4), ("high", 3.7, 4.8))
    }
    assert pitch(at["low"]) == pytest.approx(400, abs=5)
    assert pitch(at["high"]) == pytest.approx(900, abs=5)
    assert float(np.abs(at["gap"]).max()) < 0.001


def test_it_begins_where_one_points_and_ends_with_the_slot(
    rundown: tuple[Store, list[RundownItem]], tmp_path: Path
) -> None:
    sound = decoded(b"".join(joined(*rundown, start_ms=4000, most_ms=4600)), tmp_path)
    assert len(sound) / RATE == pytest.approx(0.6, abs=0.1)
    assert pitch(sound) == pytest.approx(900, abs=5)


def test_what_is_gone_is_said_before_anything_is_sent(rundown: tuple[Store, list[RundownItem]]) -> None:
    store, items = rundown
    with pytest.raises(NotFoundError, match="không còn trong kho"):
        joined(store, [*items, RundownItem(0, ItemKind.CUE, "mất", "0" * 64, 10)])
    with pytest.raises(NotFoundError, match="Không có gì"):
        joined(store, items, start_ms=10_000_000)
    with pytest.raises(NotFoundError, match="Không có gì"):
        joined(store, [])


def test_a_listener_who_leaves_stops_the_work(rundown: tuple[Store, list[RundownItem]]) -> None:
    store, items = rundown
    stream = joined(store, items)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(stream) == []
