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


def test_a_zone_that_shares_its_output_is_turned_off_only_when_that_was_agreed_to(loa: Loa, home: Path) -> None:
    assert home.is_dir()
    asked = loa("zone", "mute", "am01", stdin=b"n\n")
    assert asked.code != 0
    assert "Cụm này chung âm ly với 11 cụm khác: tắt tiếng là tắt cả 12" in asked.out + asked.err
    assert "tắt đến" not in loa("zone", "list").out
    done = loa("zone", "mute", "am01", "--until", "23:59", "--why", "đám tang", "--yes")
    assert "Đã ghi lệnh tắt tiếng am01, am02, am03 và 9 cụm khác đến 23:59; máy phát chưa trả lời" in done.out
    assert loa("zone", "list").out.count("tắt đến 23:59") == 12
    assert "Đã ghi lệnh bật tiếng am01, am02" in loa("zone", "unmute", "am07").out
    assert "Không có cụm loa nào nghe thấy khác đi." in loa("zone", "unmute", "all").out
