"""People at the panel, the worker's part, and the questions put to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from broadcaster.services.station import Station
from broadcaster.services.work.jobs import due
from broadcaster.services.work.performing import perform
from broadcaster.worker.handlers import HANDLERS

SignIn = Callable[[str], FlaskClient]


def work(station: Station) -> None:
    """Do what the worker would do now."""
    for job in due(station):
        perform(station, job, HANDLERS)


class Client(FlaskClient):
    """A client that takes each answer whole, so that no file stays open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True} | kwargs)


@contextmanager
def counted(station: Station) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            said.append(statement)

    event.listen(station.db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(station.db.engine, "before_cursor_execute", note)
