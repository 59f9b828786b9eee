"""Who calls: a token in the Authorization header, looked up once for a request."""

from __future__ import annotations

from typing import cast

import flask
from flask import request
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import Unauthorized

from broadcaster.domain.people.scopes import Scope
from broadcaster.domain.people.security import SecurityKind
from broadcaster.domain.people.tries import RestingError
from broadcaster.errors import ForbiddenError
from broadcaster.panel.web import knocking
from broadcaster.services.people import tokens, tries
from broadcaster.services.station import Station


class TokenError(Unauthorized):
    """Raised when the request shows no token that is in use."""

    def __init__(self) -> None:
        super().__init__("Thiếu mã kết nối còn hiệu lực trong đầu mục Authorization: Bearer.")


def check(station: Station, scope: Scope) -> None:
    """Let a request pass that shows a token of this scope.

    Raises:
        TokenError: there is no token, or it is unknown, ended or out of date.
        ForbiddenError: the token has not this scope.
        RestingError: the address showed too many wrong tokens; a right one is never refused for it.
    """
    found = _shown(station)
    if found is None:
        if request.headers.get("Authorization"):
            _count_wrong(station)
        raise TokenError
    if scope not in found.scopes:
        raise ForbiddenError(f"Mã kết nối này không có quyền “{scope.value}”.", field="scope")
    flask.g.token_holder = found


def _shown(station: Station) -> tokens.Holder | None:
    """Whose token the request shows, looked up once."""
    if "token_shown" not in flask.g:
        word, _, key = request.headers.get("Authorization", "").partition(" ")
        flask.g.token_shown = tokens.holder(station, key.strip()) if word.lower() == "bearer" else None
    return cast("tokens.Holder | None", flask.g.token_shown)


def _count_wrong(station: Station) -> None:
    caller = knocking.caller()
    with station.db.read() as session:
        rest = tries.rest(session, station.now(), tries.TOKENS, caller)
    if not rest:
        with station.db.write() as session:
            rest = tries.wrong(session, station.now(), tries.TOKENS, caller)
    knocking.note(SecurityKind.WRONG_TOKEN)
    if rest:
        raise RestingError(rest)


def holder() -> tokens.Holder:
    """Whose token this request showed."""
    return cast("tokens.Holder", flask.g.token_holder)


def caller() -> str:
    """What the rate is counted by: the token when it is one, else the address; nobody invents himself a new count."""
    found = _shown(cast("Station", flask.current_app.extensions["station"]))
    return f"{found.token_id}@{get_remote_address()}" if found else get_remote_address()
