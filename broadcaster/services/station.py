"""The open station: what every use case needs, gathered once per process."""

from __future__ import annotations

import datetime as dt
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from broadcaster import home as home_module
from broadcaster.clock import Clock, SystemClock
from broadcaster.db import version
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import Database
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.logs import EventLog
from broadcaster.settings import Settings, brought_up
from broadcaster.speech import registry

log = EventLog(__name__)
_AGAIN_S: Final = 1.0
"""How often a database that does not answer is tried again."""


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


def open_station(
    where: str | os.PathLike[str] | None = None, *, clock: Clock | None = None, patient: bool = False
) -> Station:
    """Open the station at `where` (else where `homes.wanted` looks for one).

    Args:
        where: its home.
        clock: by which it goes.
        patient: open it also while its database does not answer; whoever asked for that does without, or waits until
            `answers`.

    Raises:
        RuleError: there is no station there, or its settings are wrong.
        StationError: its database is of another version of this program, or does not answer.
    """
    home = home_module.find(where)
    settings = home.settings_in_use()
    registry.configure(settings.speech.engines)
    database = Database(home.database_url(settings))
    database.info["run"] = home.run
    try:
        _require_current(database)
    except DatabaseUnavailableError as error:
        if not (patient and error.passing):
            raise
    return Station(home, settings, database, clock or SystemClock())


def away(station: Station) -> str:
    """Why the database of a station that was opened with patience does not answer yet; empty when it does."""
    try:
        _require_current(station.db)
    except DatabaseUnavailableError as error:
        return error.message
    return ""


def answers(station: Station, stop: threading.Event) -> bool:
    """Wait for the database of a station that was opened with patience; False when `stop` is set before it answers.

    Raises:
        StationError: it is of another version of this program, or will not answer by itself.
    """
    said = ""
    while not stop.is_set():
        try:
            _require_current(station.db)
        except DatabaseUnavailableError as error:
            if not error.passing:
                raise
            if error.message != said:
                said = error.message
                log.warning("database away", error=said)
            stop.wait(_AGAIN_S)
        else:
            if said:
                log.info("database answers")
            return True
    return False


def _require_current(database: Database) -> None:
    if version.is_current(database):
        return
    if version.is_empty(database):
        raise StationError(
            "Cơ sở dữ liệu của đài trống. Hãy khôi phục từ bản sao lưu (loa restore), hoặc chạy “loa init” để lập mới.",
            code="schema",
        )
    raise StationError("Cơ sở dữ liệu của đài thuộc phiên bản khác. Hãy chạy “loa init” để nâng cấp.", code="schema")
