"""What is drawn and told from rows, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
import json

from sqlalchemy import select

from broadcaster.db.models import User
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.air import due_now
from broadcaster.services.health import support
from broadcaster.services.health.metrics import Metrics
from broadcaster.services.health.three_lines import three_lines
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts
from broadcaster.services.station import Station
from tests.kit.entries import entry


def test_figures_three_lines_and_a_bundle_are_drawn_from_either_database(station: Station) -> None:
    accounts.make_first_accounts(station)
    at = station.now() - dt.timedelta(hours=1)
    with station.db.write() as session:
        playlog.append(session, [entry(1, ended_at=at), entry(2, outcome=Outcome.MISSED)], station.now())
        session.scalars(select(User)).first().full_name = "Nguyễn Thị Thử Nghiệm"  # type: ignore[union-attr]
    text = Metrics(station).text().decode()
    assert 'loa_items_total{cause="",outcome="full"} 1.0' in text
    assert "loa_next_broadcast_seconds +Inf" in text
    assert "loa_broadcast_lateness_seconds_count 0.0" in text
    assert f"{station.local(at):%H:%M ngày %d/%m/%Y}" in three_lines(station).heard
    assert due_now.late(station, {}) == ()
    files = support.bundle(station)
    assert not [name for name, told in files.items() if told.startswith("không lấy được")]
    assert json.loads(files["so-dong.json"])["dialect"] == station.db.engine.dialect.name
    assert "Thử Nghiệm" not in "\n".join(files.values())
