"""Rules from facts to troubles, and the damper that lets them begin and end."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import Ailing, StationFacts, judge
from broadcaster.domain.alerts.troubles import Damper, Seen, Trouble, TroubleKind

K = TroubleKind
TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = dt.datetime(2026, 12, 1, 9, 0, tzinfo=TZ)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def facts(**known) -> StationFacts:
    return StationFacts(now=NOW, tz=TZ, **known)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"daily": "Ngày thường", "tomorrow": 0}, {"tomorrow:"}),
        ({"daily": "Ngày thường", "tomorrow": 1}, set()),
        ({"daily": "", "tomorrow": 0}, set()),
        ({"certificates": {"trang quản lý": NOW + 20 * DAY}}, {"certificate:trang quản lý"}),
        ({"certificates": {"trang quản lý": NOW - DAY}}, {"certificate:trang quản lý"}),
        ({"certificates": {"trang quản lý": NOW + 22 * DAY}}, set()),
        ({"founded_at": NOW - 9 * DAY, "last_backup": NOW - 3 * DAY}, {"backup:"}),
        ({"founded_at": NOW - 9 * DAY, "last_backup": NOW - DAY}, set()),
        ({"founded_at": NOW - 3 * DAY}, {"backup:"}),
        ({"founded_at": NOW - DAY}, set()),
        ({"ailing": {K.OUTPUT: (Ailing(kind=K.OUTPUT, about="main", sentence="Đứt dây."),)}}, {"output:main"}),
    ],
)
def test_what_is_known_makes_exactly_these_troubles(known, found):
    assert set(judge(facts(**known)).troubles) == found


@pytest.mark.parametrize(
    ("known", "kinds"),
    [
        ({}, set()),
        ({"tomorrow": 0}, set()),
        ({"daily": "", "tomorrow": 0}, {K.TOMORROW}),
        ({"last_backup": NOW}, set()),
        ({"founded_at": NOW}, {K.BACKUP}),
        ({"ailing": {K.BACKUP: ()}}, set()),  # half of what is known of it lacks
        ({"certificates": {}}, {K.CERTIFICATE}),
        ({"ailing": {K.PLAYOUT: (), K.DISK: ()}}, {K.PLAYOUT, K.DISK}),
    ],
)
def test_what_could_not_be_asked_is_not_judged(known, kinds):
    assert judge(facts(**known)).judged == kinds


@pytest.mark.parametrize(
    ("ailing", "next_at", "rank"),
    [
        (Ailing(kind=K.OUTPUT, about="main", sentence="."), NOW + HOUR, Rank.URGENT),
        (Ailing(kind=K.OUTPUT, about="main", sentence="."), NOW + 3 * HOUR, Rank.WARNING),
        (Ailing(kind=K.OUTPUT, about="main", sentence="."), None, Rank.WARNING),
        (Ailing(kind=K.WORKER, sentence="."), NOW + HOUR, Rank.WARNING),
        (Ailing(kind=K.APPROVAL, about="4", sentence=".", airs_at=NOW + 2 * HOUR), NOW, Rank.URGENT),
        (Ailing(kind=K.APPROVAL, about="4", sentence=".", airs_at=NOW + 3 * HOUR), NOW, Rank.WARNING),
        (Ailing(kind=K.OTHER, about="x", sentence=".", rank=Rank.NOTE), NOW, Rank.NOTE),
    ],
)
def test_what_keeps_a_broadcast_of_the_next_two_hours_silent_is_urgent(ailing, next_at, rank):
    (trouble,) = judge(facts(next_at=next_at, ailing={ailing.kind: (ailing,)})).troubles.values()
    assert trouble.rank is rank


def test_two_who_see_the_same_trouble_make_one_and_the_graver_word_counts():
    both = (
        Ailing(kind=K.SILENT, about="main", sentence="Nghe ra im.", rank=Rank.WARNING),
        Ailing(kind=K.SILENT, about="main", sentence="Im lặng.", rank=Rank.URGENT),
    )
    (trouble,) = judge(facts(ailing={K.SILENT: both})).troubles.values()
    assert (trouble.rank, trouble.sentence) == (Rank.URGENT, "Im lặng.")


def seen(*troubles: Trouble, judged: frozenset[K] = frozenset(K)) -> Seen:
    return Seen({t.key: t for t in troubles}, judged)


OUTPUT = Trouble(K.OUTPUT, "main", Rank.WARNING, "Đứt dây.")


def test_a_trouble_is_told_when_it_has_held_and_its_end_when_it_has_been_gone():
    damper, told = Damper(), {OUTPUT.key: K.OUTPUT}
    assert damper.step(0, seen(OUTPUT), {}) == ([], [])
    assert damper.step(29, seen(OUTPUT), {}) == ([], [])
    assert damper.step(30, seen(OUTPUT), {}) == ([OUTPUT], [])
    assert damper.step(40, seen(), told) == ([], [])
    assert damper.step(60, seen(OUTPUT), told) == ([], []), "it came back"
    assert damper.step(70, seen(), told) == ([], [])
    assert damper.step(129, seen(), told) == ([], [])
    assert damper.step(130, seen(), told) == ([], [OUTPUT.key])


def test_a_blip_is_told_to_nobody():
    damper = Damper()
    for at in range(0, 600, 20):
        assert damper.step(at, seen(OUTPUT) if at % 40 else seen(), {}) == ([], [])


def test_what_cannot_be_looked_at_is_not_over():
    damper, told = Damper(), {OUTPUT.key: K.OUTPUT}
    for at in range(0, 7200, 30):
        assert damper.step(at, seen(judged=frozenset()), told) == ([], [])


def test_what_comes_and_goes_must_be_gone_twice_as_long_each_time():
    damper, told, waits, at = Damper(), {OUTPUT.key: K.OUTPUT}, [], 0.0
    for _ in range(6):
        gone_at = at
        while damper.step(at, seen(), told)[1] == []:
            at += 10
        waits.append(at - gone_at)
        damper.step(at, seen(OUTPUT), {})
    assert waits[:5] == [60, 120, 240, 480, 960]
    assert waits[5] <= Damper.LONGEST_S


@given(st.lists(st.booleans(), max_size=200), st.sampled_from(K))
def test_beginnings_and_ends_take_turns_whatever_is_seen(there, kind):
    damper, trouble, told, last = Damper(), Trouble(kind, "", Rank.NOTE, "."), {}, "end"
    for number, is_there in enumerate(there):
        begun, over = damper.step(number * 7.0, seen(trouble) if is_there else seen(), told)
        assert not (begun and over)
        for what in ["begin"] * len(begun) + ["end"] * len(over):
            assert what != last
            last = what
        told = {trouble.key: kind} if last == "begin" else {}


@pytest.mark.parametrize(("ill", "well", "told"), [(5, 5, True), (9, 6, True), (2, 6, False), (1, 9, False)])
def test_what_flickers_is_told_when_it_is_ill_more_than_a_third_of_the_time(ill, well, told):
    damper = Damper()
    looks = [seen(OUTPUT) if n % (ill + well) < ill else seen() for n in range(200)]
    assert any(damper.step(n * 3.0, one, {})[0] for n, one in enumerate(looks)) is told


def test_what_could_not_be_looked_at_for_a_while_has_held_no_longer_and_no_shorter():
    damper = Damper()
    for at in range(0, 22, 3):
        damper.step(at, seen(OUTPUT), {})
    for at in range(24, 600, 3):
        assert damper.step(at, seen(judged=frozenset()), {}) == ([], [])
    assert damper.step(600, seen(OUTPUT), {}) == ([], [])
    assert damper.step(609, seen(OUTPUT), {}) == ([OUTPUT], [])
