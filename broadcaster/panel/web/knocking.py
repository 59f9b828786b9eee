"""Who knocks at the panel: address, browser and its mark; and what happened at the door, kept without floods."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, cast

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from broadcaster.clock import Clock
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.security import SecurityKind
from broadcaster.errors import StationError
from broadcaster.services.air import door
from broadcaster.services.people import security, sign_ins
from broadcaster.services.station import Station

_DAYS: Final = 180
_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_WRITTEN_EVERY_S: Final = 2.0
_KEYS: Final = 256
_UNKNOWN: Final = "?"


def init(app: Flask) -> None:
    """Give each browser of `app` its mark when somebody signed in with it, and keep what happens at the door."""
    app.extensions["door"] = Doorbook()
    app.after_request(_hand_out)


def address() -> str:
    """Where the request comes from. What a proxy of this machine passes on is not from this machine."""
    here = request.remote_addr or ""
    if Caller(here).at_home and any(name in request.headers for name in _FORWARDED):
        return _UNKNOWN
    return here or _UNKNOWN


def caller(username: str = "") -> Caller:
    """Who knocks; `username` is the account that is asked for, whose browsers are known by their mark."""
    mark = device()
    known = mark if mark and username and sign_ins.knows(_station(), username, mark) else ""
    token = current_user.token if current_user and current_user.is_authenticated else ""
    return Caller(address(), request.user_agent.string[:200], known, token)


def own_caller() -> Caller:
    """Who knocks at a page of somebody who is signed in."""
    return caller(current_user.actor.username)


def source() -> str:
    """By what it is counted how often one may knock: a browser that signed in before by its mark, others by address."""
    mark = device()
    return f"@{mark}" if mark else Caller(address()).place


def device() -> str:
    """The mark of this browser, as this station signed it; empty when it has none."""
    mark, _, signed = request.cookies.get(_cookie(), "").partition(".")
    return mark[:32] if hmac.compare_digest(signed.encode(), _signature(mark).encode()) else ""


def given_device() -> str:
    """The mark of this browser; one that has none is given one with the answer."""
    found = device() or secrets.token_hex(16)
    g.device = found
    return found


def note(kind: SecurityKind, account: str = "") -> None:
    """Write down what just happened to this request; a storm of the same is written now and then, with its count."""
    who = current_user.actor.username if current_user and current_user.is_authenticated else account
    cast("Doorbook", current_app.extensions["door"]).note(kind, caller(), who)


@dataclass
class Doorbook:
    """What is written down at once, and what waits to be added to it."""

    waiting: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)

    def note(self, kind: SecurityKind, who: Caller, account: str) -> None:
        """Write an event down, or only count it when the same was written a moment ago."""
        here = _station()
        page = request.endpoint or ""
        key = (f"{kind}{page}", who.place, account)
        if not self._due(key, here.clock):
            return
        times = self.waiting[key][1]
        with contextlib.suppress(StationError):  # the answer does not depend on it
            with here.db.write() as session:
                security.note(session, here.now(), kind, who, account=account, page=page, times=times)
            door.watch(here)
        self.waiting[key] = here.clock.monotonic(), 0

    def _due(self, key: tuple[str, str, str], clock: Clock) -> bool:
        now = clock.monotonic()
        if len(self.waiting) >= _KEYS and key not in self.waiting:
            self.waiting.pop(next(iter(self.waiting)))
        written, pending = self.waiting.get(key, (now - _WRITTEN_EVERY_S, 0))
        self.waiting[key] = written, pending + 1
        return now - written >= _WRITTEN_EVERY_S


def _hand_out(response: Response) -> Response:
    if mark := g.get("device"):
        response.set_cookie(
            _cookie(),
            f"{mark}.{_signature(mark)}",
            max_age=_DAYS * 86_400,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def _station() -> Station:
    return cast("Station", current_app.extensions["station"])


def _cookie() -> str:
    """As the session's own, with all that tells two stations of one machine apart."""
    return current_app.session_interface.get_cookie_name(current_app).replace("loa-", "loa-device-", 1)


def _signature(mark: str) -> str:
    key = cast("str", current_app.config["SECRET_KEY"])
    return hmac.new(key.encode(), f"device {mark}".encode(), hashlib.sha256).hexdigest()
