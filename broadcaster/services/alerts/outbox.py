"""The outbox: the book of alerts in the database, and on the station's disk while that is away."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError

from broadcaster import keeping
from broadcaster.db.queries import alerts as rows
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.alerts.book import AlertBook
from broadcaster.logs import EventLog
from broadcaster.services.station import Station

log = EventLog(__name__)
T = TypeVar("T")
FILE: Final = "alerts.json"
"""In the station's `run` folder: what could not be written to the database."""
_OTHERS: Final = 5
_BARRED_S: Final = 15.0
"""After the database refused, it is left alone for so long: who waits for its answer tells nobody."""


class Outbox:
    """Changes the book, one change at a time; used by one thread.

    While the database is away the book lives in memory and in a file; what is in the file goes into the rows once they
    can be reached, by whoever watches then. A full disk takes no file: then memory alone holds it.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._path = station.home.run / FILE
        self._unsaved = _read(self._path)
        self._known = AlertBook()
        self._barred_until = float("-inf")

    def change(self, act: Callable[[AlertBook], T]) -> T:
        """Do something with the book and keep what it changed. It may be done twice, each time with a fresh book."""
        clock = self._station.clock
        if clock.monotonic() >= self._barred_until:
            try:
                return self._against_others(act)
            except DatabaseUnavailableError as error:
                log.warning("alerts are kept on the disk", error=error.message)
                self._barred_until = clock.monotonic() + _BARRED_S
            except IntegrityError as error:
                log.warning("alerts are kept on the disk", error=str(error.orig))
        return self._apart(act)

    def note_sender(self, name: str, error: str) -> None:
        """Write down how a sender did."""
        with contextlib.suppress(DatabaseUnavailableError, IntegrityError), self._station.db.write() as session:
            rows.note_sender(session, name, error, self._station.now())

    def forget(self) -> None:
        """Let go of what is old."""
        with contextlib.suppress(DatabaseUnavailableError), self._station.db.write() as session:
            rows.forget(session, self._station.now())

    def _against_others(self, act: Callable[[AlertBook], T]) -> T:
        """Do it in the rows, and anew when another watcher took up the same in this moment: its rows are seen then."""
        for _ in range(_OTHERS):
            try:
                return self._in_rows(act)
            except IntegrityError:
                log.info("another watcher was first")
        return self._in_rows(act)

    def _in_rows(self, act: Callable[[AlertBook], T]) -> T:
        station, now = self._station, self._station.now()
        if not self._unsaved.changed:
            with station.db.read() as session:
                book = rows.book(session, now)
            result = act(book)
            self._known = book
            if not book.changed:
                return result
        with station.db.write() as session:
            book = rows.book(session, now, lock=True)
            book.overlay(self._unsaved)
            result = act(book)
            rows.keep(session, book)
        if self._unsaved.changed:
            keeping.forget(self._path)
        self._known, self._unsaved = book, AlertBook()
        return result

    def _apart(self, act: Callable[[AlertBook], T]) -> T:
        book = AlertBook(dict(self._known.alerts), dict(self._known.tellings), set(self._unsaved.changed))
        book.overlay(self._unsaved)
        result = act(book)
        self._known = book
        if book.changed != self._unsaved.changed or book.as_json() != self._unsaved.as_json():
            self._unsaved = AlertBook.from_json(book.as_json())
            _write(self._path, self._unsaved)
        return result


def _read(path: Path) -> AlertBook:
    try:
        return AlertBook.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return AlertBook()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("alerts on the disk cannot be read", error=repr(error))
        return AlertBook()


def _write(path: Path, book: AlertBook) -> None:
    try:
        keeping.keep(path, json.dumps(book.as_json(), ensure_ascii=False))
    except OSError as error:
        log.warning("alerts are kept in memory alone", error=str(error))
