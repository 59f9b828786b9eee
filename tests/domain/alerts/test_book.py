"""The book of alerts as a machine: told once, hết only after it was told, quiet by night, tried again, bounded."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from broadcaster.domain.alerts.book import CLAIM, GIVEN_UP, Alert, AlertBook, AlertMessage, Recipient, TellingState
from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.domain.alerts.words import body_of, title_of
from broadcaster.services.alerts.watching import SEND_S

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = QuietHours.parse("22:00-05:00")
PEOPLE = (
    Recipient("truong-dai", ("tin-nhan", "thu"), Rank.WARNING, NIGHT),
    Recipient("lanh-dao", ("thu",), Rank.URGENT, NIGHT),
    Recipient("ky-thuat", ("thu",), Rank.NOTE),
)
EVENING = dt.datetime(2026, 12, 1, 21, 0, tzinfo=TZ)


def trouble(about: str = "main", rank: Rank = Rank.URGENT, kind: TroubleKind = TroubleKind.OUTPUT) -> Trouble:
    return Trouble(kind, about, rank, f"Đường ra {about} hỏng.")


class Told(RuleBasedStateMachine):
    """Whatever happens in whatever order, each person hears of a beginning once and of an end only after it."""

    @initialize()
    def begin(self) -> None:
        self.taken = EVENING
        """When the oldest in hand was taken, at the latest."""
        self.book, self.now, self.count = AlertBook(), EVENING, 0
        self.hand: list[AlertMessage] = []
        self.arrived: dict[tuple[str, str], list[tuple[str, bool]]] = {}
        """Person and alert -> what arrived: its beginning, its end, or both in one; and whether it said it may be twice."""
        self.in_doubt: set[tuple[str, str, bool]] = set()

    @rule(about=st.sampled_from(["main", "phu", "loa"]), rank=st.sampled_from(Rank))
    def something_breaks(self, about: str, rank: Rank) -> None:
        self.count += 1
        self.book.begin(trouble(about, rank), f"u{self.count}", self.now)

    @rule(about=st.sampled_from(["main", "phu", "loa"]))
    def it_grows(self, about: str) -> None:
        one = trouble(about)
        self.book.grow({one.key: one})

    @rule(about=st.sampled_from(["main", "phu", "loa"]))
    def it_is_mended(self, about: str) -> None:
        self.book.end(trouble(about).key, self.now)

    @rule(seconds=st.sampled_from([1, 30, 61, 600, 4 * 3600, 9 * 3600]))
    def time_passes(self, seconds: int) -> None:
        """A sender has its time, and is killed at its end: what is in hand is answered before longer goes by."""
        wait = dt.timedelta(seconds=seconds)
        if self.hand:
            wait = min(wait, self.taken + dt.timedelta(seconds=SEND_S) - self.now)
        self.now += wait

    @rule()
    def the_watch_looks(self) -> None:
        self.book.tidy(PEOPLE, self.now)
        self.book.address(PEOPLE, self.now)
        before = dict(self.book.tellings)
        self.book.address(PEOPLE, self.now)
        assert before == self.book.tellings, "asked twice it changes nothing"
        for message in self.book.due(PEOPLE, self.now, self.now.time()):
            quiet = next(p for p in PEOPLE if p.name == message.person).quiet.covers(self.now.time())
            assert not quiet or all(a.rank is Rank.URGENT for a in message.alerts)
            assert self.book.claim(message, self.now)
            assert not self.book.claim(message, self.now), "one hand alone takes it"
            self.taken = self.now if not self.hand else self.taken
            self.hand.append(message)

    @precondition(lambda self: self.hand)
    @rule(taken=st.booleans(), data=st.data())
    def a_sender_answers(self, taken: bool, data: st.DataObject) -> None:
        message = self.hand.pop(data.draw(st.integers(0, len(self.hand) - 1)))
        if taken:
            self._arrive(message)
            self.book.sent(message, self.now, "thu")
        else:
            chance = data.draw(st.floats(0, 1))
            self.book.failed(message, self.now, "Mất mạng.", chance=chance)
            for t in message.tellings:
                again = self.book.tellings[t.key]
                assert again.state is TellingState.DROPPED or again.next_at > self.now

    @precondition(lambda self: self.hand)
    @rule(arrived=st.booleans())
    def everything_is_killed(self, arrived: bool) -> None:
        """The process dies with messages in hand, which arrived or not; the book is what was kept."""
        for message in self.hand:
            if arrived:
                self._arrive(message)
            self.in_doubt |= {t.key for t in message.tellings}
        self.hand.clear()
        self.now += dt.timedelta(minutes=4)
        kept = AlertBook.from_json(AlertBook(self.book.alerts, self.book.tellings, set(self.book.alerts)).as_json())
        assert (kept.alerts, kept.tellings) == (self.book.alerts, self.book.tellings)
        self.book = kept

    def _arrive(self, message: AlertMessage) -> None:
        said = "có thể bạn đã nhận" in body_of(message, TZ)
        for t, a in zip(message.tellings, message.alerts, strict=True):
            what = "end" if t.over else "both" if a.ended_at is not None else "begun"
            self.arrived.setdefault((t.person, a.uid), []).append((what, said))

    @invariant()
    def each_is_told_once_and_the_end_only_to_whoever_was_told(self) -> None:
        for (person, uid), what in self.arrived.items():
            assert what[0][0] != "end", "nobody hears of an end of what he was not told"
            for over, words in ((False, {"begun", "both"}), (True, {"end"})):
                times = [said for word, said in what if word in words]
                if len(times) > 1:
                    assert (uid, person, over) in self.in_doubt, "twice only where nobody could know"
                    assert all(times[1:]), "and then it says so"

    @invariant()
    def only_one_of_a_trouble_is_open(self) -> None:
        assert len(self.book.open()) == sum(a.ended_at is None for a in self.book.alerts.values())

    @invariant()
    def nobody_hears_of_what_is_below_his_rank(self) -> None:
        for person, uid in self.arrived:
            least = next(p.least for p in PEOPLE if p.name == person)
            assert self.book.alerts[uid].rank.reaches(least)

    def teardown(self) -> None:
        """Left alone with senders that work, by day, all that is open or was told of comes to its end."""
        if not hasattr(self, "book"):
            return
        self.hand.clear()
        for _ in range(4):
            self.now = dt.datetime.combine(self.now.date() + dt.timedelta(days=1), dt.time(9), TZ)
            self.book.tidy(PEOPLE, self.now)
            self.book.address(PEOPLE, self.now)
            for message in self.book.due(PEOPLE, self.now, self.now.time()):
                assert self.book.claim(message, self.now)
                self.book.sent(message, self.now, "thu")
        for t in self.book.tellings.values():
            assert t.state in {TellingState.TOLD, TellingState.DROPPED}
            alert = self.book.alerts[t.uid]
            if t.state is TellingState.TOLD and not t.over and not t.whole and alert.ended_at is not None:
                assert (t.uid, t.person, True) in self.book.tellings, "whoever was told hears that it is over"


Told.TestCase.settings = hypothesis_settings(max_examples=40, stateful_step_count=25)
TestToldOnce = pytest.mark.medium(Told.TestCase)


def look(book: AlertBook, now: dt.datetime) -> list[AlertMessage]:
    book.tidy(PEOPLE, now)
    book.address(PEOPLE, now)
    return book.due(PEOPLE, now, now.time())


def test_by_night_what_is_urgent_is_told_at_once_and_the_rest_together_in_the_morning() -> None:
    book, night = AlertBook(), EVENING + dt.timedelta(hours=4)
    book.begin(trouble("a", Rank.WARNING), "a", night)
    book.begin(trouble("b", Rank.WARNING), "b", night)
    book.begin(trouble("c"), "c", night)
    later = night + dt.timedelta(minutes=2)
    assert {m.person: [a.uid for a in m.alerts] for m in look(book, later)} == {
        "truong-dai": ["c"],
        "lanh-dao": ["c"],
        "ky-thuat": ["c", "a", "b"],  # has no quiet hours
    }
    for message in look(book, later):
        book.claim(message, later)
        book.sent(message, later, "thu")
    assert look(book, night.replace(hour=4, minute=59)) == []
    (morning,) = look(book, night.replace(hour=5, minute=0))
    assert (morning.person, [a.uid for a in morning.alerts]) == ("truong-dai", ["a", "b"])
    assert title_of(morning, "Đài xã Mẫu").endswith("và 1 tin nữa")


def test_what_grows_graver_by_night_wakes_people_and_reaches_those_who_wait_for_the_gravest_alone() -> None:
    book, night = AlertBook(), EVENING + dt.timedelta(hours=4)
    book.begin(trouble("a", Rank.WARNING), "a", night)
    assert {m.person for m in look(book, night + dt.timedelta(minutes=2))} == {"ky-thuat"}
    book.grow({trouble("a").key: trouble("a")})
    assert {m.person for m in look(book, night + dt.timedelta(minutes=2))} == {"truong-dai", "lanh-dao", "ky-thuat"}


def test_what_ended_before_it_could_be_told_is_told_in_one_message_with_its_end() -> None:
    book = AlertBook()
    book.begin(trouble("a"), "a", EVENING)
    book.address(PEOPLE, EVENING)
    book.end(trouble("a").key, EVENING + dt.timedelta(minutes=1))
    late = EVENING + dt.timedelta(minutes=2)
    for message in look(book, late):
        assert "Đã hết (21:01 01/12)" in body_of(message, TZ)
        book.claim(message, late)
        book.sent(message, late, "thu")
    assert look(book, late + dt.timedelta(hours=1)) == []


def test_nobody_who_was_not_told_of_a_beginning_is_told_of_an_end() -> None:
    book = AlertBook()
    book.begin(trouble("a", Rank.NOTE), "a", EVENING)
    (message,) = look(book, EVENING + dt.timedelta(minutes=2))
    book.claim(message, EVENING)
    book.sent(message, EVENING, "thu")
    book.end(trouble("a").key, EVENING + dt.timedelta(minutes=3))
    over = look(book, EVENING + dt.timedelta(minutes=4))
    assert [(m.person, m.tellings[0].over) for m in over] == [("ky-thuat", True)]
    assert "đã hết" in title_of(over[0], "Đài")


def test_a_sender_that_never_works_is_tried_with_growing_pauses_and_given_up_at_last() -> None:
    book, now, waits = AlertBook(), EVENING.replace(hour=9), []
    book.begin(trouble("a"), "a", now)
    person = PEOPLE[1:2]
    for _ in range(GIVEN_UP):
        book.address(person, now)
        (message,) = book.due(person, now, dt.time(9))
        book.claim(message, now)
        book.failed(message, now, "Mất mạng.", chance=0.5)
        (telling,) = book.tellings.values()
        waits.append((telling.next_at - now).total_seconds())
        now = telling.next_at
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5.0, 1800.0)
    assert telling.state is TellingState.DROPPED
    assert telling.error == "Mất mạng."
    assert book.due(person, now, dt.time(9)) == []


def test_a_sender_that_asks_for_peace_has_it_and_no_clock_makes_it_last_for_ever() -> None:
    book, now = AlertBook(), EVENING
    book.begin(trouble("a"), "a", now)
    person = PEOPLE[1:2]
    book.address(person, now)
    (message,) = book.due(person, now, dt.time(9))
    book.claim(message, now)
    book.failed(message, now, "Chậm lại.", chance=0.5, after_s=7200)
    book.tidy(person, now)
    assert book.due(person, now + dt.timedelta(hours=1, minutes=59), dt.time(9)) == []
    assert len(book.due(person, now + dt.timedelta(hours=2), dt.time(9))) == 1
    before = now - dt.timedelta(days=400)  # the clock was wrong when it was written down
    book.tidy(person, before)
    assert len(book.due(person, before, dt.time(9))) == 1


def test_whoever_is_told_no_more_gets_nothing_and_whoever_comes_anew_hears_what_is_open() -> None:
    book = AlertBook()
    book.begin(trouble("a"), "a", EVENING)
    book.address(PEOPLE[:1], EVENING)
    book.tidy(PEOPLE[1:2], EVENING)
    book.address(PEOPLE[1:2], EVENING)
    states = {t.person: t.state for t in book.tellings.values()}
    assert states == {"truong-dai": TellingState.DROPPED, "lanh-dao": TellingState.WAITING}


@pytest.mark.parametrize("kind", [TroubleKind.TRIAL, TroubleKind.LETTER])
def test_a_trial_and_a_letter_reach_everybody_once_and_have_no_end(kind: TroubleKind) -> None:
    book, now = AlertBook(), EVENING.replace(hour=9)
    book.begin(Trouble(kind, "1", Rank.NOTE, "Đài khỏe."), "a", now, ended=True)
    messages = look(book, now)
    assert {m.person for m in messages} == {p.name for p in PEOPLE}
    for message in messages:
        assert body_of(message, TZ).startswith("Đài khỏe.")
        book.claim(message, now)
        book.sent(message, now, "thu")
    assert look(book, now + dt.timedelta(days=1)) == []


def test_of_two_open_alerts_of_one_trouble_that_meet_again_the_older_stays() -> None:
    rows, apart = AlertBook(), AlertBook()
    rows.begin(trouble("a"), "old", EVENING)
    apart.begin(trouble("a"), "new", EVENING + dt.timedelta(minutes=1))
    apart.address(PEOPLE, EVENING)
    rows.overlay(apart)
    assert [a.uid for a in rows.open().values()] == ["old"]
    assert rows.alerts["new"] == Alert(
        "new", TroubleKind.OUTPUT, "a", Rank.URGENT, trouble("a").sentence, *[EVENING + dt.timedelta(minutes=1)] * 2
    )
    assert rows.tellings == {}, "the older is told of"
    again = AlertBook()
    again.begin(trouble("a"), "newer", EVENING)
    again.address(PEOPLE, EVENING)
    (first, *_) = look(again, EVENING)
    assert again.claim(first, EVENING)
    again.sent(first, EVENING, "tin")
    rows.overlay(again)
    assert {(t.uid, t.state) for t in rows.tellings.values()} == {("newer", TellingState.TOLD)}, (
        "who was told hears its end"
    )


def test_what_another_machine_took_in_hand_is_its_own_though_its_clock_goes_before() -> None:
    book = AlertBook()
    book.begin(trouble("a"), "u1", EVENING)
    book.address(PEOPLE, EVENING)
    (first, *_) = look(book, EVENING)
    assert book.claim(first, EVENING + dt.timedelta(seconds=20))
    book.tidy(PEOPLE, EVENING)
    assert {t.state for t in book.tellings.values() if t.person == first.person} == {TellingState.SENDING}
    book.tidy(PEOPLE, EVENING - dt.timedelta(minutes=10))
    assert {t.state for t in book.tellings.values() if t.person == first.person} == {TellingState.WAITING}


def test_a_message_that_changed_since_it_was_written_is_not_taken_in_hand() -> None:
    book = AlertBook()
    book.begin(trouble("a"), "a", EVENING)
    message = look(book, EVENING)[0]
    book.end(trouble("a").key, EVENING)
    assert not book.claim(message, EVENING), "it would tell of no end, and count as told whole"
    assert book.claim(replace(message, alerts=(book.alerts["a"],)), EVENING)


def test_the_failure_of_a_hand_that_hung_says_nothing_of_the_try_that_took_its_message_over() -> None:
    book, now = AlertBook(), EVENING
    book.begin(trouble(), "u1", now)
    book.address(PEOPLE, now)
    first = next(m for m in book.due(PEOPLE, now, now.time()) if m.person == "ky-thuat")
    assert book.claim(first, now)
    now += CLAIM
    book.tidy(PEOPLE, now)
    second = next(m for m in book.due(PEOPLE, now, now.time()) if m.person == "ky-thuat")
    assert book.claim(second, now)
    held = dict(book.tellings)
    book.failed(first, now, "Mất mạng.", chance=0.5)
    assert book.tellings == held
    book.failed(second, now, "Mất mạng.", chance=0.5)
    assert book.tellings[second.tellings[0].key].state is TellingState.WAITING
