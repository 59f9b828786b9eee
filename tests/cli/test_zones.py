"""The sound of a zone at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.kit.loa import Loa


def test_a_zone_is_put_right_and_what_is_not_said_stays(loa: Loa, home: Path) -> None:
    assert home.is_dir()
    zone = "am01"
    assert zone in loa("zone", "list").out
    assert "trầm -3 dB, bổng +4 dB, độ to +0 dB" in loa("zone", "tone", zone, "--bass", "-3", "--treble", "4").out
    assert "trầm +0 dB, bổng +4 dB, độ to -2 dB" in loa("zone", "tone", zone, "--bass", "0", "--gain", "-2").out
    refused = loa("zone", "tone", zone, "--treble", "9")
    assert refused.code == 2
    assert "Tiếng bổng" in refused.err
    assert loa("zone", "tone", "khong-co", "--bass", "1").code == 2
