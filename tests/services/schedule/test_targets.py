"""What the plan asks of the horns: only what is in force, only the loudspeaker, an airing counted once for all zones."""

from __future__ import annotations

import datetime as dt

from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.plans import Campaign, CampaignState, PlanTopic
from broadcaster.services.log import playlog
from broadcaster.services.reports import plans
from broadcaster.services.schedule.targets import Targets, topic_targets
from broadcaster.services.station import Station
from tests.kit.entries import AT, entry
from tests.kit.people import OPERATOR

DAY = dt.date(2026, 3, 2)
TOPICS = (
    PlanTopic("mot-cua", "Một cửa", {"loa": 40, "zalo": 5}),
    PlanTopic("khau-hieu", "Khẩu hiệu", {"zalo": 9}),
    PlanTopic("khac", "Khác", {"loa": 0}),
)


def planned(station: Station, state: CampaignState | None = CampaignState.ACTIVE) -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 4, 30)
    asked = Campaign(title="Kế hoạch", first=first, last=last, topics=TOPICS, forms=("loa", "zalo"))
    number = plans.add(station, OPERATOR, asked)
    if state:
        plans.move(station, OPERATOR, number, state)


def found(station: Station, day: dt.date = DAY) -> Targets:
    with station.db.read() as session:
        return topic_targets(session, day)


def test_a_plan_in_force_asks_for_what_the_horns_are_to_say(station: Station) -> None:
    assert found(station) == Targets()
    planned(station, None)
    assert found(station) == Targets(), "a draft asks for nothing"
    planned(station)
    assert found(station) == Targets({"mot-cua": 40}, {})


def test_outside_its_days_a_plan_asks_for_nothing(station: Station) -> None:
    planned(station)
    assert found(station, dt.date(2025, 12, 31)) == Targets()
    assert found(station, dt.date(2026, 4, 30)).airings == {"mot-cua": 40}
    assert found(station, dt.date(2026, 5, 1)) == Targets()


def test_an_airing_is_done_once_for_all_zones_and_only_when_it_was_heard_whole(station: Station) -> None:
    planned(station)
    day = dt.timedelta(days=1)
    log = [
        entry(1, zone="z1", topic="mot-cua"),
        entry(1, zone="z2", topic="mot-cua"),
        entry(2, topic="mot-cua", outcome=Outcome.PARTIAL, planned_at=AT + day),
        entry(3, topic="mot-cua", planned_at=AT + 2 * day),
        entry(4, topic="khau-hieu", planned_at=AT + 2 * day),
        entry(5, topic="mot-cua", planned_at=dt.datetime(2025, 12, 20, 22, tzinfo=dt.UTC)),
    ]
    with station.db.write() as session:
        playlog.append(session, log, AT)
    assert found(station).done == {"mot-cua": 2}
