"""What a version says of itself while it is tried, and before: is it quiet, and what is wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import ssl
from typing import Final

from sqlalchemy import select

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import air
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import OPEN_STATES
from broadcaster.domain.setup.upgrades import Part, next_gap
from broadcaster.services.air import ear
from broadcaster.services.air.fitness import AHEAD, fitness
from broadcaster.services.setup import restarting
from broadcaster.services.station import Station

_ANSWER_S: Final = 10.0
_EVERYWHERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask it, not to listen


def wrong(station: Station) -> dict[str, str]:
    """What is wrong with the station just now, by part, in Vietnamese sentences."""
    found: dict[str, str] = {}
    for ailment in fitness(station).ailments:
        found.setdefault(ailment.organ.value, ailment.sentence)
    if not _answers(station):
        found[Part.PANEL] = "Trang quản lý không trả lời."
    with contextlib.suppress(DatabaseUnavailableError):  # fitness names that
        if not _pinned(station):
            found[Part.PINNED] = "Máy phát chưa nhận buổi sắp tới."
    return found


def _answers(station: Station) -> bool:
    """Whether the panel answers anything at all, by https or by http."""
    web = station.settings.web
    host = _EVERYWHERE.get(web.host, web.host)
    trusting = ssl.create_default_context()  # it is asked whether it lives, and told nothing
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    for line in (
        http.client.HTTPConnection(host, web.port, timeout=_ANSWER_S),
        http.client.HTTPSConnection(host, web.port, timeout=_ANSWER_S, context=trusting),
    ):
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            line.request("GET", "/healthz")
            line.getresponse()
            return True
    return False


def _pinned(station: Station) -> bool:
    now = station.now()
    with station.db.read() as session:
        coming = air.present(session, now, station.settings.several).coming
    if coming is None or coming.starts_at - now > AHEAD:
        return True
    said = ear.word(station.home).said or {}
    return said.get("next") is not None or bool(said.get("on_air"))


def quiet(station: Station, need: dt.timedelta) -> tuple[str, dt.datetime]:
    """What an upgrade would disturb, or nothing; and the next moment at which nothing is planned for so long."""
    now = station.now()
    with station.db.read() as session:
        why = restarting.in_the_way(station, session, need)
        rows = session.execute(
            select(BroadcastRow.starts_at, BroadcastRow.ends_at).where(
                BroadcastRow.state.in_(OPEN_STATES), BroadcastRow.ends_at > now, BroadcastRow.starts_at < now + AHEAD
            )
        )
        return why, next_gap(now, [(start, end) for start, end in rows], need)
