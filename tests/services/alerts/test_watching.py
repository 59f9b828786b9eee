"""The watch over real rows and a real receiver of HTTP: told once and to the end, another way, another life, no database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from broadcaster.alerting.sender import SendError
from broadcaster.clock import FrozenClock
from broadcaster.db.queries import alerts as rows
from broadcaster.db.session import Database
from broadcaster.domain.alerts.book import AlertBook, TellingState
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Seen, Trouble, TroubleKind
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.services.alerts import outbox
from broadcaster.services.alerts.shown import send_trial, shown
from broadcaster.services.alerts.watching import Watch
from broadcaster.services.station import Station
from tests.kit.receivers import receiving
from tests.kit.waiting import until

SILENT = Trouble(TroubleKind.SILENT, "main", Rank.URGENT, "Đường ra main im lặng.")
OUTPUT = Trouble(TroubleKind.OUTPUT, "phu", Rank.WARNING, "Đường ra phụ hỏng.")
PEOPLE = """
[alerts.senders.tin]
kind = "webhook"
options = {{ url = "{first}" }}
[alerts.senders.thu]
kind = "webhook"
options = {{ url = "{second}" }}
[alerts.people.truong-dai]
role = "Trưởng đài"
senders = ["tin", "thu"]
"""


class Post:
    """Senders that keep what they took; one may be broken."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self.broken: set[str] = set()
        self.before: Callable[[], None] = lambda: None

    def __call__(self, name: str, title: str, body: str) -> None:
        self.before()
        if name in self.broken:
            raise SendError(f"{name} không nối được.", after_s=None)
        self.taken.append((name, title, body))

    @property
    def words(self) -> list[str]:
        return [body.partition("\n")[0] for _, _, body in self.taken]


def told_people(station: Station, first: str = "http://127.0.0.1:9/", second: str = "http://127.0.0.1:9/") -> None:
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write(PEOPLE.format(first=first, second=second))
    assert station.settings.alerts.people


class Life:
    """One life of a watch over troubles that a test decides."""

    def __init__(self, station: Station, clock: FrozenClock, post: Post | None) -> None:
        self.now: set[Trouble] = set()
        self.clock = clock
        find = lambda: Seen({t.key: t for t in self.now}, frozenset(TroubleKind))  # noqa: E731
        self.watch = Watch(station, send_by=post, find=find)

    def rounds(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 5))):
            self.watch.round()
            until(self._settled)
            self.clock.advance(5)

    def _settled(self) -> bool:
        self.watch.settle(0.01)
        return not self.watch._busy


@pytest.fixture
def post() -> Post:
    return Post()


def tellings(station: Station) -> dict[tuple[str, bool], TellingState]:
    with station.db.read() as session:
        book = rows.book(session, station.now())
    return {(book.alerts[t.uid].key, t.over): t.state for t in book.tellings.values()}


def test_a_trouble_is_told_once_and_its_end_to_whoever_was_told(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    life = Life(station, clock, post)
    life.now = {SILENT}
    life.rounds(60)
    assert [name for name, _, _ in post.taken] == ["tin"]
    assert "KHẨN" in post.taken[0][1]
    life.now = set()
    life.rounds(60)
    assert len(post.taken) == 2
    assert post.taken[1][2].startswith("Đầu ra có tiếng lại")
    assert tellings(station) == {(SILENT.key, False): TellingState.TOLD, (SILENT.key, True): TellingState.TOLD}
    ((line,), count) = shown(station, 10)
    assert count == 1
    assert [said.partition(":")[0] for said in line.told] == ["truong-dai", "truong-dai (hết)"]


def test_a_sender_that_fails_is_told_of_and_the_other_one_of_the_person_is_used(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    life = Life(station, clock, post)
    post.broken = {"tin"}
    life.now = {SILENT}
    life.rounds(10)
    assert [name for name, _, _ in post.taken] == ["thu"]
    with station.db.read() as session:
        how = {row.name: (row.failures, row.error, row.worked_at is not None) for row in rows.senders(session)}
    assert how == {"tin": (1, "tin không nối được.", False), "thu": (0, "", True)}
    life.now = {SILENT, replace(SILENT, about="phu")}
    life.rounds(10)
    assert [name for name, _, _ in post.taken] == ["thu", "thu"]
    with station.db.read() as session:
        assert {row.name: row.failures for row in rows.senders(session)} == {"tin": 1, "thu": 0}, "the other went first"


def test_the_places_of_one_way_are_told_one_by_one_each_with_a_state_of_its_own(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write(
            """
[alerts.senders.thu]
kind = "email"
options = { to = "a@xamau.vn, b@xamau.vn; c@xamau.vn", sender = "loa@xamau.vn", host = "mail.xamau.vn" }
[alerts.senders.sms]
kind = "esms"
options = { phone = "0912345678,0987654321", api_key = "a", secret_key = "b" }
[alerts.people.truc]
role = "Người trực"
senders = ["thu", "sms"]
"""
        )
    post.broken = {"thu/2", "thu/3"}
    life = Life(station, clock, post)
    life.now = {SILENT}
    life.rounds(20)
    assert sorted(name for name, _, _ in post.taken) == ["sms/2", "thu"], "the second by the other way, the third waits"
    with station.db.read() as session:
        states = {t.person: t.state for t in rows.book(session, station.now()).tellings.values()}
        failing = {row.name for row in rows.senders(session) if row.failing_since}
    assert states == {"truc": TellingState.TOLD, "truc/2": TellingState.TOLD, "truc/3": TellingState.WAITING}
    assert failing == {"thu/2", "thu/3"}
    post.broken = set()
    life.rounds(60)
    assert sorted(name for name, _, _ in post.taken) == ["sms/2", "thu", "thu/3"]


def test_what_nobody_takes_is_tried_again_with_growing_pauses_until_somebody_does(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    life = Life(station, clock, post)
    post.broken = {"tin", "thu"}
    life.now = {SILENT}
    life.rounds(300)
    assert post.taken == []
    with station.db.read() as session:
        (telling,) = rows.book(session, station.now()).tellings.values()
    assert 4 <= telling.attempts <= 9
    assert telling.error == "tin không nối được. thu không nối được."
    post.broken = set()
    life.rounds(400)
    assert len(post.taken) == 1


def test_a_watch_that_is_killed_in_the_midst_of_sending_sends_again_and_says_so(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    first = Life(station, clock, post)
    first.now = {SILENT}
    first.watch.round()
    until(lambda: post.taken)  # it arrived, and nobody lives to write that down
    second = Life(station, clock, post)
    second.now = {SILENT}
    second.rounds(120)
    assert len(post.taken) == 1, "it may yet be written down"
    second.rounds(120)
    assert len(post.taken) == 2
    assert "có thể bạn đã nhận tin này" in post.taken[1][2]
    second.rounds(300)
    assert len(post.taken) == 2


def test_while_the_database_is_away_people_are_told_from_the_disk_and_the_rows_know_it_later(
    station: Station, clock: FrozenClock, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_people(station)
    away = Database(f"sqlite:///{station.home.root / 'khong-co' / 'station.db'}")
    gone = replace(station, db=away)
    first = Life(gone, clock, post)
    first.now = {SILENT}
    first.rounds(10)
    assert len(post.taken) == 1
    second = Life(gone, clock, post)  # another life, still without a database
    second.now = {SILENT, OUTPUT}
    second.rounds(120)
    assert len(post.taken) == 2, "the first is not told again"
    file = station.home.run / outbox.FILE
    assert file.is_file()
    third = Life(station, clock, post)
    third.now = {SILENT}
    third.rounds(5)
    assert not file.exists()
    assert tellings(station) == {(SILENT.key, False): TellingState.TOLD, (OUTPUT.key, False): TellingState.TOLD}
    third.rounds(120)
    assert len(post.taken) == 3
    assert post.words[2].startswith("Đã hết")
    away.dispose()


def test_a_disk_that_takes_no_file_keeps_nobody_from_being_told(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    away = Database(f"sqlite:///{station.home.root / 'khong-co' / 'station.db'}")
    life = Life(replace(station, db=away), clock, post)
    (station.home.run / outbox.FILE).mkdir()
    life.now = {SILENT}
    life.rounds(60)
    assert len(post.taken) == 1
    away.dispose()


def test_two_watches_over_one_database_tell_once(station: Station, clock: FrozenClock, post: Post) -> None:
    told_people(station)
    lives = [Life(station, clock, post), Life(station, clock, post)]
    for _ in range(12):
        for life in lives:
            life.now = {SILENT}
            life.rounds(5)
    assert len(post.taken) == 1


def test_what_waits_by_night_comes_in_one_message_in_the_morning(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    clock.advance((dt.timedelta(hours=12)).total_seconds())  # midnight
    life = Life(station, clock, post)
    life.now = {OUTPUT, replace(OUTPUT, about="khac")}
    life.rounds(600)
    assert post.taken == []
    clock.advance(5 * 3600)
    life.rounds(10)
    assert len(post.taken) == 1
    assert post.taken[0][1].endswith("và 1 tin nữa")


@pytest.mark.medium
def test_a_hundred_outputs_that_break_at_once_are_one_message_with_a_count_and_so_is_their_end(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    life = Life(station, clock, post)
    life.now = {replace(OUTPUT, about=f"loa-{n}") for n in range(100)}
    life.rounds(120)
    ((_, title, body),) = post.taken
    assert title.endswith("và 99 tin nữa")
    assert "Còn 92 tin nữa" in body
    assert len(body) < 1500
    life.now = set()
    life.rounds(90)
    assert len(post.taken) == 2
    assert post.taken[1][1].endswith("và 99 tin nữa")


def test_a_way_and_a_person_that_are_set_while_the_watch_runs_are_used_at_once(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    life = Life(station, clock, post)
    life.now = {SILENT}
    life.rounds(10)
    assert post.taken == []
    told_people(station)
    life.rounds(10)
    assert [name for name, _, _ in post.taken] == ["tin"]


def test_a_trial_goes_the_way_of_a_real_message_to_a_real_receiver(station_of, clock: FrozenClock) -> None:
    station = station_of("")
    with pytest.raises(RuleError):
        send_trial(station, machine("dòng lệnh"))
    with receiving() as receiver:
        told_people(station, second=f"{receiver.address}/bao")
        assert send_trial(station, machine("dòng lệnh")) == ["truong-dai"]
        life = Life(station, clock, None)  # in a process of its own; the first sender finds nobody at its port
        life.watch.round()
        until(life._settled, seconds=90)
        (came,) = receiver.came
        assert "Tin thử" in json.loads(came.body)["body"]
    ((line,), _) = shown(station, 5)
    assert "qua thu" in line.told[0]


def blind() -> Seen:
    raise ValueError("nobody thought of this")


@pytest.mark.failing_threads
def test_a_watch_that_cannot_look_says_so_itself_and_ends_nothing_that_it_told(
    station: Station, clock: FrozenClock, post: Post
) -> None:
    told_people(station)
    life = Life(station, clock, post)
    life.now = {SILENT}
    life.rounds(10)
    life.watch._find = blind
    life.rounds(120)
    assert ["im lặng" in words or "canh đài" in words for words in post.words] == [True, True]
    life.now = {SILENT, replace(OUTPUT, about="x" * 500)}
    life.watch._find = lambda: Seen({t.key: t for t in life.now}, frozenset(TroubleKind))
    life.rounds(240)
    assert len(post.taken) == 4, post.words
    with station.db.read() as session:
        still = rows.book(session, station.now()).open()
    assert set(still) == {SILENT.key, replace(OUTPUT, about="x" * 500).key}


def test_old_and_too_many_alerts_are_let_go_and_what_is_open_stays(
    station: Station, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST", 3)
    book, now = AlertBook(), station.now()
    for number in range(6):
        book.begin(replace(OUTPUT, about=str(number)), f"u{number}", now - dt.timedelta(days=number), ended=number > 0)
    old = replace(book.alerts["u5"], uid="old", began_at=now - rows.KEPT * 2, ended_at=now - rows.KEPT * 1.1)
    book._put(old)
    with station.db.write() as session:
        rows.keep(session, book)
        rows.forget(session, now)
    with station.db.read() as session:
        assert {a.uid for a, _ in rows.page(session, 50)[0]} == {"u0", "u1", "u2", "u3"}
