"""The panel's process: the application behind its server, until told to stop."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any

from flask import Flask

from broadcaster import apart
from broadcaster.logs import EventLog
from broadcaster.panel.app import create_app
from broadcaster.panel.gate import channel_for, urgent_in
from broadcaster.panel.scripts.recordings import MOST
from broadcaster.panel.wire.answering import Answering
from broadcaster.panel.wire.crowd import Crowd
from broadcaster.panel.wire.timing import Queue, Timed
from broadcaster.services.air import door, watched
from broadcaster.services.setup import certificates
from broadcaster.services.station import Station
from broadcaster.threads import survived

log = EventLog(__name__)
_BEAT_SECONDS = 5.0
_RENEW_SECONDS = 3600.0
"""How often it is looked whether the certificate still holds, and for the addresses that the machine has now."""
_PROXY_HEADERS = "x-forwarded-for x-forwarded-proto x-forwarded-host"
_RESERVED = 2
"""Threads kept for what stops or begins sound, whatever the others are at."""


def serve(station: Station, doors: Sequence[socket.socket], stop_event: threading.Event) -> None:
    """Serve the control panel of `station` at `doors`, which listen already, until `stop_event` is set."""
    host, port = doors[0].getsockname()[:2]
    apart.turn_on()
    app = create_app(station)
    web = station.settings.web
    secure = _context_of(station) if certificates.speaks(web, host) else None
    app.config["HTTPS"] = secure is not None
    server = Answering(
        Timed(app, station.clock),
        channel=channel_for(app),
        dispatcher=Queue(web.threads, station.clock, reserved=_RESERVED, urgent=urgent_in(app)),
        sockets=doors,
        secure=secure,
        crowd=Crowd(web.trusted_proxy),
        **behind(web.trusted_proxy),
        max_request_body_size=MOST,
    )
    with server:
        log.info("panel ready", host=host, port=port)
        _compile_templates(app, stop_event)
        renewed = station.clock.monotonic()
        while not stop_event.is_set() and server.alive:
            with survived("web"):
                if secure is not None and station.clock.monotonic() - renewed > _RENEW_SECONDS:
                    renewed = station.clock.monotonic()
                    _load(station, secure)
                watched.beat(station, "web", {"port": port})
                door.watch(station)
            stop_event.wait(_BEAT_SECONDS)


def behind(proxy: str) -> dict[str, Any]:
    """What makes the server believe the heads by which a proxy tells who asks, and how; nobody else's are believed.

    They are left in place all the same: what carries them is not the machine itself, where nobody waits.
    """
    left = {"clear_untrusted_proxy_headers": False}
    if not proxy:
        return left
    return left | {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": _PROXY_HEADERS}


def _context_of(station: Station) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(station, context)
    return context


def _load(station: Station, context: ssl.SSLContext) -> None:
    """Load the certificate as it is now: one that was renewed holds for whoever comes next."""
    found = certificates.of_station(station)
    context.load_cert_chain(found.chain, found.key)


def _compile_templates(app: Flask, stop_event: threading.Event) -> None:
    """Compile every page's template now: the first to open a page would wait a third of a second for it."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if stop_event.is_set():
            return
        app.jinja_env.get_template(name)
