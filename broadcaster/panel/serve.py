"""The panel's process: the application behind its server, until told to stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence

from flask import Flask

from broadcaster import apart
from broadcaster.logs import EventLog
from broadcaster.panel.app import create_app
from broadcaster.panel.gate import channel_for, urgent_in
from broadcaster.panel.scripts.recordings import MOST
from broadcaster.panel.web.answering import Answering
from broadcaster.panel.web.timing import Queue, Timed
from broadcaster.services.air import watched
from broadcaster.services.station import Station
from broadcaster.threads import survived

log = EventLog(__name__)
_BEAT_SECONDS = 5.0
_RESERVED = 2
"""Threads kept for what stops or begins sound, whatever the others are at."""


def serve(station: Station, doors: Sequence[socket.socket], stop_event: threading.Event) -> None:
    """Serve the control panel of `station` at `doors`, which listen already, until `stop_event` is set."""
    host, port = doors[0].getsockname()[:2]
    apart.turn_on()
    app = create_app(station)
    server = Answering(
        Timed(app, station.clock),
        channel=channel_for(app),
        dispatcher=Queue(station.settings.web.threads, station.clock, reserved=_RESERVED, urgent=urgent_in(app)),
        sockets=doors,
        ident=None,
        max_request_body_size=MOST,
    )
    with server:
        log.info("panel ready", host=host, port=port)
        _compile_templates(app, stop_event)
        while not stop_event.is_set() and server.alive:
            with survived("web"):
                watched.beat(station, "web", {"port": port})
            stop_event.wait(_BEAT_SECONDS)


def _compile_templates(app: Flask, stop_event: threading.Event) -> None:
    """Compile every page's template now: the first to open a page would wait a third of a second for it."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if stop_event.is_set():
            return
        app.jinja_env.get_template(name)
