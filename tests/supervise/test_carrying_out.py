"""What a wish for an upgrade comes to when it cannot begin: it is said why, and it is wished for no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from threading import Event

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade import record, wishes
from broadcaster.services.setup.upgrade.versions import Versions
from broadcaster.services.setup.upgrade.wishes import TRIES, Wish
from broadcaster.supervise.carrying_out import carry_out_wish

CLOCK = FrozenClock(dt.datetime(2027, 3, 1, 5, tzinfo=dt.UTC))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    made = Versions(tmp_path / "opt" / "versions")
    for version in ("0.5.0", "0.6.0", "0.7.0"):
        made.place(version).mkdir(parents=True)
        made.made_whole(version)
    made.point("0.6.0")
    return made


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    ("version", "tries", "why"),
    [
        ("9.0.0", 0, "không có trên máy"),
        ("0.5.0", 0, "Chỉ nâng lên phiên bản mới hơn"),
        ("x", 0, "không phải số phiên bản"),
        ("0.7.0", TRIES, "lần nào cũng bị cắt ngang"),
    ],
)
def test_a_wish_that_cannot_begin_is_said_and_gone(
    home: Home, versions: Versions, version: str, tries: int, why: str, *, trusted: bool
) -> None:
    wishes.make(home, versions, Wish(version=version, tries=tries, trusted=trusted), CLOCK.now())
    with pytest.raises(StationError):
        carry_out_wish(home, versions, CLOCK, print, Event())
    refused = record.refusal(home)
    assert refused is not None
    assert why in refused.sentence
    assert wishes.wished(home, versions) is None
    assert record.last(home) is None, "nothing was begun"


def test_a_wish_that_came_in_the_place_of_another_while_that_was_begun_is_not_forgotten_with_it(
    home: Home, versions: Versions
) -> None:
    """A newer package, while the one before is still being looked at."""

    class Overtaken(Event):
        def is_set(self) -> bool:
            wishes.make(home, versions, Wish(version="9.1.0", trusted=True), CLOCK.now())
            return False

    wishes.make(home, versions, Wish(version="9.0.0", trusted=True), CLOCK.now())
    with pytest.raises(StationError):
        carry_out_wish(home, versions, CLOCK, print, Overtaken())
    assert (left := wishes.wished(home, versions)) is not None
    assert left.version == "9.1.0"


def test_a_wish_that_cannot_be_read_is_taken_away_and_a_bundle_without_a_key_is_the_administrators(
    home: Home, versions: Versions, tmp_path: Path
) -> None:
    place = wishes.place(home, versions, trusted=True)
    for text in ("", "[]", '{"version": "0.7.0", "tries": "many"}', '{"by": "apt"}'):
        place.write_text(text)
        carry_out_wish(home, versions, CLOCK, print, Event())
        assert not place.exists(), text
    (tmp_path / "bundle").mkdir()
    wishes.make(home, versions, Wish(version="0.7.0", bundle=str(tmp_path / "bundle")), CLOCK.now())
    with pytest.raises(StationError, match="không phải một gói nâng cấp"):
        carry_out_wish(home, versions, CLOCK, print, Event())
