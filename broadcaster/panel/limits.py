"""How often one may knock: signing in by address, hearing by person, the API by token. Counted in this process."""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user

from broadcaster.domain.people.callers import Caller
from broadcaster.panel import api
from broadcaster.panel.web import bearer, knocking

_SIGN_IN = "20/minute;200/hour"
_SIGN_IN_HERE = "20/minute"
"""At the machine itself nobody rests: what is slowed is only a program that would wear the processor out."""
_API = "300/minute"
_HEARING = "20/minute"
"""Sentences that one person may have spoken for a trial: a voice takes the processor that renditions need too."""


def init(app: Flask) -> None:
    """Slow down whoever tries to sign in again and again, and a system that asks without rest."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.extensions["panel-limiter"] = limiter  # its decorators hold it weakly
    slow = limiter.limit(_most, key_func=knocking.source, methods=["POST"])
    for name in ("auth.login", "auth.code"):
        app.view_functions[name] = cast("RouteCallable", slow(app.view_functions[name]))
    voice = limiter.limit(_HEARING, key_func=_person)
    for name in ("preview.hear_one", "lexicon.hear_it"):
        app.view_functions[name] = cast("RouteCallable", voice(app.view_functions[name]))
    limiter.limit(_API, key_func=bearer.caller)(api.blueprint)


def _most() -> str:
    return _SIGN_IN_HERE if Caller(knocking.address()).at_home else _SIGN_IN


def _person() -> str:
    return str(current_user.get_id() or get_remote_address())
