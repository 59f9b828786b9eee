"""The application factory."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect

from broadcaster import keeping
from broadcaster.domain.people.roles import Permission
from broadcaster.home import Home
from broadcaster.panel import api, gate, limits, preferences
from broadcaster.panel.air import emergency, live, muting, onair
from broadcaster.panel.health import bundle, metrics, phone
from broadcaster.panel.lexicon import pages as lexicon
from broadcaster.panel.log import pages as journal
from broadcaster.panel.people import agreements, audit, auth, tokens, users
from broadcaster.panel.reports import activities, plans, tracker
from broadcaster.panel.reports import pages as reports
from broadcaster.panel.schedule import by_hand, calendar, new_rotation, outlook, slots
from broadcaster.panel.scripts import approving, editor, listening, pages, preview, recordings, slogans
from broadcaster.panel.setup import (
    alerting,
    elsewhere,
    guide,
    restored,
    settings,
    sounds,
    told,
    trust,
    upgrading,
    zones,
)
from broadcaster.panel.web import (
    access,
    agreeing,
    assets,
    csp,
    errors,
    filters,
    forms,
    knocking,
    looks,
    seeing,
    undo,
    withdrawing,
)
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.frame import Frame
from broadcaster.panel.web.navigation import links
from broadcaster.rooms import room
from broadcaster.services import disk_room
from broadcaster.services.people.sign_ins import LONGEST, holder
from broadcaster.services.station import Station

MAX_UPLOAD = 25 * 1024 * 1024
"""Bytes of a request: the largest document or recording that is taken."""
_BLUEPRINTS = (
    auth,
    onair,
    emergency,
    live,
    muting,
    pages,
    editor,
    preview,
    recordings,
    lexicon,
    listening,
    slogans,
    slots,
    new_rotation,
    approving,
    calendar,
    by_hand,
    outlook,
    journal,
    guide,
    tracker,
    activities,
    reports,
    zones,
    sounds,
    users,
    agreements,
    audit,
    settings,
    alerting,
    told,
    restored,
    trust,
    elsewhere,
    upgrading,
    tokens,
    preferences,
    api,
    plans,
    metrics,
    phone,
    bundle,
)


class _Sessions(SecureCookieSessionInterface):
    """The session cookie travels by https alone where the page did."""

    def get_cookie_secure(self, app: Flask) -> bool:
        del app
        return request.is_secure

    def get_cookie_name(self, app: Flask) -> str:
        """Over https no other machine of the same name, and no plain page, can set or read it; the port is in it."""
        port = urlsplit(request.host_url).port  # a browser sends a cookie to every port of a machine
        name = f"{super().get_cookie_name(app)}-{port}" if port else super().get_cookie_name(app)
        return f"__Host-{name}" if request.is_secure else name


def create_app(station: Station, config: Mapping[str, Any] | None = None) -> Flask:
    """The control panel of an open station; `config` overrides Flask's settings, for tests."""
    app = Flask("broadcaster.panel", static_folder=str(room("web") / "static"), static_url_path="/static")
    app.session_interface = _Sessions()
    key = secret_key(station.home)
    app.config.update(
        SECRET_KEY=key,
        # Two stations on one machine would sign each other out, as would those that changed their ports.
        SESSION_COOKIE_NAME=f"loa-{hashlib.sha256(key.encode()).hexdigest()[:8]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,  # when it ends is decided here, and not by the cookie
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=dt.timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.config.update(config or {})
    app.extensions["station"] = station
    app.extensions["frame"] = Frame(station)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets.init(app, station.home)
    filters.init(app, station)
    looks.init(app)
    undo.init(app)
    forms.init(app)
    seeing.init(app)
    csp.init(app)
    errors.init(app)
    agreeing.init(app)
    withdrawing.init(app)
    knocking.init(app)
    _sign_in(app, station)
    trust.init(app)
    app.before_request(_upload_limit)  # before the form is read for its token
    CSRFProtect(app).exempt(api.blueprint)  # no cookie opens it
    access.public(access.polled(app.view_functions["static"]))
    app.before_request(access.check_access)
    app.before_request(gate.require_no_trial)
    app.before_request(gate.require_room)
    for module in _BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    limits.init(app)
    _context(app, station)
    return app


def _upload_limit() -> None:
    """Let a signed-in person send a recording as large as the station takes; everything else stays small."""
    request.max_content_length = gate.most()


def _sign_in(app: Flask, station: Station) -> None:
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.unauthorized_handler(auth.ask_to_sign_in)
    app.extensions["ask to sign in"] = auth.ask_to_sign_in

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(session_id: str) -> access.SessionUser | None:
        user_id, epoch, token = (*session_id.split("."), "", "", "")[:3]
        user, since = a_number(user_id), a_number(epoch)
        if user is None or since is None or not token:
            return None
        found = holder(station, user, since, token, deed=access.is_deed())
        return access.SessionUser(found.member, token, found.proved_at) if found else None


def _context(app: Flask, station: Station) -> None:
    @app.context_processor
    def common() -> dict[str, Any]:
        values: dict[str, Any] = {
            "station": station.settings.station,
            "now": station.now(),
            "preferences": preferences.chosen(),
            "Permission": Permission,
            "nav": [],
            "present": None,
            "ailment": None,
            "no_room": lambda: disk_room.look(station).shut,
        }
        if current_user.is_authenticated and not current_user.must_change and not request.headers.get("HX-Request"):
            actor = access.actor()
            shown = onair.frame()
            waiting = shown.waiting if actor.may(Permission.APPROVE) else 0
            values |= {
                "nav": links(actor, waiting, shown.returned.get(actor.username, 0)),
                "present": shown.present,
                "fitness": shown.fitness,
                "ailment": shown.ailment,
            }
        values["may"] = access.actor().may if current_user.is_authenticated else lambda _: False
        return values


def secret_key(home: Home) -> str:
    """The key that signs sessions, made once per station and readable by its owner alone."""
    path = home.panel_key
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        keeping.make_folder(home.run)
    keeping.keep_first(path, secrets.token_hex(32))
    return path.read_text(encoding="ascii")
