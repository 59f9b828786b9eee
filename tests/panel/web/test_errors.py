"""What a page that broke says of the horns: only what play-out itself answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from broadcaster.db.models import AuditEvent
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.floor import DiskRoom
from broadcaster.playout.host.loopback import Loopback
from broadcaster.services import disk_room
from broadcaster.services.setup import first_run
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.panel import SignIn

GOES_ON = "việc phát thanh vẫn tiếp tục"
UNKNOWN = "Chưa hỏi được máy phát"


@pytest.fixture
def living(station: Station) -> Iterator[None]:
    ear = Loopback(station.home.run / PORT_FILE, lambda _: {"levels": {}})
    ear.open()
    yield
    ear.close()


@pytest.fixture
def crowded(station: Station, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the first page says when something behind it writes more than SQLite has room for."""

    def writes(*_: object) -> None:
        with station.db.write() as session:
            session.add(
                AuditEvent(at=seed.NOW, actor="x", verb="x", object_kind="x", object_id="x", note="x" * 500_000)
            )

    client = sign_in("vanhanh")
    station.db.engine.dispose()
    event.listen(station.db.engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 1"))
    monkeypatch.setattr(first_run, "steps", writes)
    answer = client.get("/")
    assert answer.status_code == 503
    return answer.text


def test_a_full_disk_is_told_as_that_and_nothing_is_said_of_horns_that_nobody_asked(crowded: str) -> None:
    assert "Ổ đĩa đã đầy" in crowded
    assert UNKNOWN in crowded
    assert GOES_ON not in crowded


@pytest.mark.usefixtures("living")
def test_play_out_that_answers_is_said_to_go_on(request: pytest.FixtureRequest) -> None:
    assert GOES_ON in request.getfixturevalue("crowded")


def test_a_database_that_is_away_says_nothing_of_horns_that_nobody_asked(sign_in: SignIn, station: Station) -> None:
    client = sign_in("xem")
    station.db.dispose()
    file = station.home.root / "station.db"
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    said = client.get("/").text
    assert UNKNOWN in said
    assert GOES_ON not in said
    station.db.dispose()
    file.rmdir()


@pytest.mark.parametrize(
    ("left", "total", "words"),
    [
        (900_000_000, 500_000_000_000, "gần hết chỗ: chỉ còn 900 MB, nên đài ngừng nhận bản ghi và tệp gửi lên"),
        (9_000_000_000, 100_000_000_000, "sắp đầy: còn 9 GB (9 %)"),
        (2_900_000_000, 15_000_000_000, "Còn dưới 1,5 GB thì đài ngừng nhận bản ghi."),
        (11_000_000_000, 100_000_000_000, ""),
        (100_000_000_000, 4_000_000_000_000, ""),
    ],
)
def test_a_disk_that_fills_up_is_told_at_a_tenth_and_at_its_floor(left: int, total: int, words: str) -> None:
    said = DiskRoom.of(left, total, 2_000_000_000).told
    assert words in said
    assert bool(said) == bool(words)


def test_the_first_page_says_that_the_disk_fills_up(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in("vanhanh")
    assert "Ổ đĩa của đài" not in client.get("/").text
    monkeypatch.setattr(disk_room, "look", lambda _: DiskRoom.of(500_000_000, 100_000_000_000, 2_000_000_000))
    assert "Ổ đĩa của đài gần hết chỗ: chỉ còn 500 MB" in client.get("/").text
