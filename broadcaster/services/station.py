"""The open station: what every use case needs, gathered once per process."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from broadcaster import home as home_module
from broadcaster.clock import Clock, SystemClock
from broadcaster.db import version
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.db.session import Database
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.logs import EventLog
from broadcaster.settings import Settings, brought_up
from broadcaster.speech import registry

log = EventLog(__name__)


class FollowedSettings:
    """The settings of a station as its file has them now: read again when the file changed, in every process.

    What a process takes at its start alone (`settings.AT_START`) stays as it was. A file that cannot be read leaves
    all as it was; the settings page and the doctor say what is wrong in it.
    """

    _key = "_settings"

    def __get__(self, station: Station | None, owner: type) -> Settings:
        """The settings that work now."""
        if station is None:
            raise AttributeError  # a field without a default
        held: tuple[Settings, Settings, object] = station.__dict__[self._key]
        started, known, mark = held
        if (found := station.home.settings_mark()) != mark:
            try:
                known = brought_up(started, station.home.settings())
            except RuleError as error:
                log.warning("settings kept", error=error.message)
            station.__dict__[self._key] = started, known, found
        return known

    def __set__(self, station: Station, started: Settings) -> None:
        """Begin with these."""
        station.__dict__[self._key] = started, started, station.home.settings_mark()


@dataclass(frozen=True)
class Station:
    """One station, open for work."""

    home: Home
    if TYPE_CHECKING:
        settings: Settings
    else:
        settings: Settings = FollowedSettings()
    db: Database
    clock: Clock

    def now(self) -> dt.datetime:
        """The present moment, aware UTC."""
        return self.clock.now()

    def local(self, moment: dt.datetime) -> dt.datetime:
        """An aware moment in station time."""
        return moment.astimezone(self.settings.tz)

    def today(self) -> dt.date:
        """Today's date in station time."""
        return self.local(self.now()).date()

    def outputs(self, session: Session) -> Outputs:
        """Which zones share which outputs."""
        return Outputs.of(zones_by_code(session).values(), self.settings.several)

    def close(self) -> None:
        """Let go of the database."""
        self.db.dispose()


def open_station(where: str | os.PathLike[str] | None = None, *, clock: Clock | None = None) -> Station:
    """Open the station at `where` (else `LOA_HOME`, else `./station`).

    Raises:
        RuleError: there is no station there, or its settings are wrong.
        StationError: its database is of another version of this program.
    """
    home = home_module.find(where)
    settings = home.settings_in_use()
    registry.configure(settings.speech.engines)
    database = Database(home.database_url(settings))
    database.info["run"] = home.run
    if not version.is_current(database) and version.is_empty(database):
        raise StationError(
            "Cơ sở dữ liệu của đài trống. Hãy khôi phục từ bản sao lưu (loa restore), hoặc chạy “loa init” để lập mới.",
            code="schema",
        )
    if not version.is_current(database):
        raise StationError(
            "Cơ sở dữ liệu của đài thuộc phiên bản khác. Hãy chạy “loa init” để nâng cấp.", code="schema"
        )
    return Station(home, settings, database, clock or SystemClock())
