"""People at the panel, the worker's part, and the questions put to the database."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from broadcaster.domain.work.jobs import JobTurn
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from broadcaster.services.work.jobs import due
from broadcaster.services.work.performing import perform, perform_next
from broadcaster.worker.handlers import HANDLERS
from tests.kit.page_forms import form_to

SignIn = Callable[[str], FlaskClient]


def work(station: Station) -> None:
    """Do what the worker would do now."""
    for job in due(station):
        perform(station, job, HANDLERS)


@contextmanager
def one_who_speaks(station: Station) -> Iterator[None]:
    """The worker's lane for what people wait for, while a page is asked."""
    stop = threading.Event()
    beat(station, "worker", {})

    def serve() -> None:
        while not stop.is_set():
            if not perform_next(station, HANDLERS, up_to=JobTurn.WAITING):
                stop.wait(0.02)

    lane = threading.Thread(target=serve)
    lane.start()
    try:
        yield
    finally:
        stop.set()
        lane.join()


class Client(FlaskClient):
    """A client that takes each answer whole, so that no file stays open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True} | kwargs)


def agree(client: FlaskClient, url: str, asked: TestResponse) -> TestResponse:
    """Agree to what a page says that would fall silent: its fields once more, and the mark of its button."""
    assert asked.status_code == 422, asked.text
    assert "sẽ không phát" in asked.text
    hidden = re.findall(
        r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', asked.text.partition("card narrow")[2]
    )
    (mark,) = re.findall(r'name="agreed" value="(\w+)"', asked.text)
    fields: dict[str, list[str]] = {"agreed": [mark]}
    for name, value in hidden:
        fields.setdefault(name, []).append(html.unescape(value))
    return client.post(url, data=fields, follow_redirects=True)


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


def confirm(client: FlaskClient, page: str, address: str = "", **typed: object) -> TestResponse:
    """Open a page and send its form to `address` (the page's own) as it is shown, with what is `typed`."""
    to = (address or page).partition("?")[0]
    fields = form_to(client.get(page).text, to, here=page.partition("?")[0], **typed)
    return client.post(address or page, data=fields or typed)


def confirm_emergency(client: FlaskClient, number: int, **fields: str) -> TestResponse:
    """Open the second step of an emergency and send its form as it is shown."""
    return confirm(client, f"/emergency/{number}/confirm", **fields)
