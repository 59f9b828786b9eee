"""How often one may knock: signing in by address, the API by token. Counted in this process alone."""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from broadcaster.panel import api, bearer

_SIGN_IN = "20/minute;200/hour"
_API = "300/minute"


def init(app: Flask) -> None:
    """Slow down whoever tries to sign in again and again, and a system that asks without rest."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.extensions["panel-limiter"] = limiter  # its decorators hold it weakly
    slow = limiter.limit(_SIGN_IN, methods=["POST"])
    for name in ("auth.login", "auth.code"):
        app.view_functions[name] = cast("RouteCallable", slow(app.view_functions[name]))
    limiter.limit(_API, key_func=bearer.caller)(api.blueprint)
