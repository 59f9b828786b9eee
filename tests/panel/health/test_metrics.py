"""`/metrics` as Prometheus reads it: right by its own tool, complete for the board and the rules, closed, cheap."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, PlayLogEntry, Script, User
from broadcaster.db.session import Database
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.health.metrics import KEPT_S, Metrics
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts, tokens
from broadcaster.services.station import Station
from tests.kit.entries import entry

MONITORING = Path(__file__).parents[3] / "docs" / "monitoring"
RULES, BOARD = MONITORING / "loa-xa-rules.yml", MONITORING / "loa-xa-board.json"
NAME = re.compile(r"\bloa_[a-z_]+")
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def figures(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Each sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(station: Station, name: str, **labels: str) -> float:
    return figures(Metrics(station).text().decode())[name, tuple(sorted(labels.items()))]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def text(station: Station, client: FlaskClient) -> str:
    beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}})
    for process in ("worker", "web"):
        beat(station, process, {})
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def promtool(*arguments: str, given: str = "") -> str:
    ended = subprocess.run(
        ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@needs_promtool
def test_the_tool_of_prometheus_finds_nothing_to_say_of_what_a_station_gives(text: str) -> None:
    assert promtool("check", "metrics", given=text) == ""


@pytest.mark.medium
@needs_promtool
def test_the_rules_are_right_and_tell_what_they_promise() -> None:
    promtool("check", "rules", str(RULES))
    promtool("test", "rules", str(MONITORING / "loa-xa-rules-test.yml"))


def test_the_board_and_the_rules_name_only_what_a_station_gives(text: str) -> None:
    given = {name for name, _ in figures(text)}
    told = set(re.findall(r'"expr": "(?:[^"\\]|\\.)*"', BOARD.read_text(encoding="utf-8")))
    board = {name for words in told for name in NAME.findall(words)}
    rules = set(NAME.findall("\n".join(re.findall(r"(?s)expr: (.*?)\n +(?:for|labels):", RULES.read_text("utf-8")))))
    assert len(board) > 20
    assert len(rules) > 10
    assert board | rules <= given, (board | rules) - given
    shown = {name.removesuffix("_bucket") for name in board}
    unshown = {n for n in given if not n.endswith(("_created", "_count", "_sum"))} - board - shown
    assert unshown == set(), "the board shows all that a station gives"
    panels = json.loads(BOARD.read_text(encoding="utf-8"))["panels"]
    assert len({p["id"] for p in panels}) == len(panels)


def test_neither_a_name_nor_a_title_is_in_the_figures(station: Station, text: str) -> None:
    with station.db.read() as session:
        words = {w for pair in session.execute(select(User.username, User.full_name)) for w in pair}
        words |= set(session.scalars(select(Script.title))) | set(session.scalars(select(BroadcastRow.title)))
        words |= set(session.scalars(select(PlayLogEntry.title)))
    assert len(words) > 10
    assert not [w for w in words if w in text]
    assert len(figures(text)) < 200


def test_figures_are_for_the_machine_itself_and_for_a_token_of_their_scope(
    station: Station, client: FlaskClient
) -> None:
    admin = accounts.actor_named(station, "quantri")
    right = tokens.create(station, admin, "prometheus", ["metrics:read"])
    wrong = tokens.create(station, admin, "khac", ["onair:read"])

    def code(key: str = "", **more: str) -> int:
        heads = ({"Authorization": f"Bearer {key}"} if key else {}) | more
        return client.get("/metrics", headers=heads, environ_overrides=ELSEWHERE).status_code

    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 401, "behind a proxy"
    assert code() == 401
    assert code("loaxa_sai") == 401
    assert code(wrong) == 403
    assert code(right) == 200
    assert client.get("/api/v1/onair", headers={"Authorization": f"Bearer {right}"}).status_code == 403


def test_each_organ_that_is_broken_is_one_in_its_figure_and_a_database_that_is_away_too(station: Station) -> None:
    broken = {a.organ for a in fitness(station).ailments}
    for organ in Organ:
        assert value(station, "loa_organ_broken", organ=organ.value, code=organ.code) == (organ in broken)
    assert value(station, "loa_fit") == 0
    away = replace(station, db=Database(f"sqlite:///{station.home.root / 'khong-co' / 'station.db'}"))
    assert value(away, "loa_organ_broken", organ="database", code=Organ.DATABASE.code) == 1
    assert value(away, "loa_disk_free_bytes") > 0
    away.db.dispose()


def test_beats_outputs_and_the_next_broadcast_are_as_rows_and_signs_of_life_say(
    station: Station, clock: FrozenClock
) -> None:
    one = {"broadcast": 6, "title": "x", "zones": [], "levels": {"main": -20.5}, "quiet_s": {"main": 3.0}}
    said = {"sinks": {"main": "ok", "xa": "Đứt dây."}, "on_air": [one], "clock_doubted": True}
    beat(station, "playout", said)
    clock.advance(7)
    assert value(station, "loa_beat_age_seconds", process="playout") == 7
    assert value(station, "loa_output_up", output="main") == 1
    assert value(station, "loa_output_up", output="xa") == 0
    assert value(station, "loa_output_level_dbfs", output="main") == -20.5
    assert value(station, "loa_output_quiet_seconds", output="main") == 3
    assert value(station, "loa_clock_trusted") == 0
    assert value(station, "loa_on_air") == 1
    with station.db.read() as session:
        starts = session.scalars(
            select(BroadcastRow.starts_at)
            .where(BroadcastRow.state.in_(["planned", "cued"]), BroadcastRow.starts_at > station.now())
            .order_by(BroadcastRow.starts_at)
        ).first()
    assert starts is not None
    assert value(station, "loa_next_broadcast_seconds") == (starts - station.now()).total_seconds()
    with station.db.write() as session:
        session.query(BroadcastRow).delete()
    assert value(station, "loa_next_broadcast_seconds") == float("inf")


def test_what_only_grows_is_counted_once_however_often_it_is_scraped(station: Station, clock: FrozenClock) -> None:
    metrics = Metrics(station)

    def told() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        clock.advance(KEPT_S + 1)
        return figures(metrics.text().decode())

    def counted() -> Counter[tuple[str, str]]:
        with station.db.read() as session:
            rows = session.execute(select(PlayLogEntry.outcome, PlayLogEntry.cause, PlayLogEntry.corrects)).all()
        return Counter((o.value, c.value if c else "") for o, c, corrects in rows if corrects is None)

    started = station.now() - dt.timedelta(days=3)
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, 6)
        row.starts_at, row.started_at = started, started + dt.timedelta(seconds=7)
    for n, outcome in enumerate((Outcome.FULL, Outcome.MISSED, Outcome.FULL), 900):
        found = {
            (dict(k[1])["outcome"], dict(k[1])["cause"]): v for k, v in told().items() if k[0] == "loa_items_total"
        }
        assert found == counted()
        with station.db.write() as session:
            playlog.append(session, [entry(n, outcome=outcome)], station.now())
    fresh = figures(Metrics(station).text().decode())
    for _ in range(3):
        again = told()
        for key, number in fresh.items():
            if key[0].startswith("loa_broadcast_lateness_seconds") and not key[0].endswith("created"):
                assert again[key] == number, key
    assert fresh["loa_broadcast_lateness_seconds_count", ()] >= 1


def test_a_scrape_right_after_another_asks_the_station_nothing(station: Station, clock: FrozenClock) -> None:
    metrics, asked = Metrics(station), []
    engine = station.db.engine
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    first = metrics.text()
    cost = len(asked)
    assert 0 < cost < 60, "a fixed number of questions, whatever the log holds"
    clock.advance(KEPT_S)
    assert metrics.text() is first
    assert len(asked) == cost
