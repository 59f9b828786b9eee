"""The tracker against a real rotation: what is late, what will come, and the change that closes the gap."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.db.queries import plans as plans_queries
from broadcaster.db.queries.schedule import definitions_in_force
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.log import playlog
from broadcaster.services.reports import tracking
from broadcaster.services.schedule.planning import plan as plan_days
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.editing import add_script, submit
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from tests.kit.entries import entry
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.plans import in_force
from tests.kit.rotations import ROTATION
from tests.kit.scripts import draft

VIEWER = Actor("xem", "Người xem", frozenset({Role.VIEWER}))


def ready(station: Station, title: str, topic: str) -> int:
    """An approved column of a topic."""
    from broadcaster.domain.scripts.scripts import Genre

    number = add_script(
        station, EDITOR, draft(f"{title}. Mời bà con lắng nghe.", title=title, topic=topic, genre=Genre.COLUMN)
    )
    speak(station, EDITOR, number)
    submit(station, EDITOR, number)
    approve(station, LEADER, number, "Đồng ý.")
    return number


def stands(station: Station, number: int) -> tracking.PlanStanding:
    with station.db.read() as session:
        row = plans_queries.campaign(session, number)
    return tracking.standing(station, row)


@pytest.mark.medium
def test_late_silent_and_coming(station: Station) -> None:
    ready(station, "Một cửa", "mot-cua")
    apply_rotation(station, OPERATOR, ROTATION, "thu")
    number = in_force(station, mot_cua=70, che_do_cong_vu=6, khau_hieu=0)
    at = dt.datetime(2026, 2, 10, 22, tzinfo=dt.UTC)
    with station.db.write() as session:
        playlog.append(
            session,
            [
                entry(n, 1, zone, topic="mot-cua", planned_at=at + dt.timedelta(days=n))
                for n in range(5)
                for zone in ("z1", "z2")
            ],
            at,
        )
    found = stands(station, number)
    one, office, slogan = found.progress.topics
    assert (one.done, one.due, one.late) == (5, 70 * 61 // 120, 70 * 61 // 120 - 5)
    assert one.months["2026-02"].done == 5
    assert sum(c.planned for c in one.months.values()) == 70
    assert one.coming == 59  # every morning from 3 March to 30 April, once a session
    assert one.gap == 70 - 5 - 59
    assert [t.code for t in found.progress.silent] == ["che-do-cong-vu", "khau-hieu"]
    assert office.late == 6 * 61 // 120
    assert slogan.late == 0
    assert found.unwritten == ("che-do-cong-vu", "khau-hieu")
    loud = found.progress.forms[0]
    assert (loud.code, loud.done, loud.target) == ("loa", 5, 76)


@pytest.mark.slow
def test_the_proposal_closes_the_gap_and_is_applied_as_a_new_version(station: Station) -> None:
    for n in range(5):
        ready(station, f"Bài khác {n}", "ket-qua-chi-so")
    ready(station, "Một cửa", "mot-cua")
    ready(station, "Chế độ công vụ", "che-do-cong-vu")
    apply_rotation(station, OPERATOR, ROTATION.replace("max_items = 3", "max_items = 1"), "thu")
    plan_days(station)
    number = in_force(station, mot_cua=40, che_do_cong_vu=30)  # more than one item a morning can be
    with station.db.read() as session:
        row = plans_queries.campaign(session, number)
    before = tracking.standing(station, row)
    assert sum(t.gap for t in before.progress.topics) == 70 - 59
    found = tracking.propose(station, row)
    assert found is not None
    assert found.after == {}
    assert sum(found.before.values()) == 11
    assert any("danh sách mục" in line for line in found.difference)
    with pytest.raises(ForbiddenError):
        tracking.accept(station, VIEWER, row, found.toml)
    with pytest.raises(RuleError, match="đề xuất đã cũ"):
        tracking.accept(station, OPERATOR, row, "khác")
    lines = tracking.accept(station, OPERATOR, row, found.toml)
    assert lines == list(found.difference)
    after = tracking.standing(station, row)
    assert [t.gap for t in after.progress.topics] == [0, 0]
    with station.db.read() as session:
        items = definitions_in_force(session)["thu"]["slot"][0]["item"]
    assert [i["kind"] for i in items] == ["cue", "fill", "fill"]
    assert set(items[1]["topics"]) == set(found.before)
    assert tracking.propose(station, row) is None  # nothing is missing any more


def test_no_slot_helps_a_topic_that_nobody_has_written(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu")
    number = in_force(station, mot_cua=40)
    with station.db.read() as session:
        row = plans_queries.campaign(session, number)
    assert tracking.propose(station, row) is None
    assert tracking.standing(station, row).unwritten == ("mot-cua",)


def test_a_plan_without_topics_stands_empty(station: Station) -> None:
    found = stands(station, in_force(station))
    assert found.progress.topics == ()
    assert found.progress.completion is None
