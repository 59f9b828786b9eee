"""Who calls: a token in the Authorization header, looked up once for a request."""

from __future__ import annotations

from typing import cast

import flask
from flask import request
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import Unauthorized

from broadcaster.domain.people.scopes import Scope
from broadcaster.errors import ForbiddenError
from broadcaster.services.people import tokens
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
    """
    word, _, key = request.headers.get("Authorization", "").partition(" ")
    found = tokens.holder(station, key.strip()) if word.lower() == "bearer" else None
    if found is None:
        raise TokenError
    if scope not in found.scopes:
        raise ForbiddenError(f"Mã kết nối này không có quyền “{scope.value}”.", field="scope")
    flask.g.token_holder = found


def holder() -> tokens.Holder:
    """Whose token this request showed."""
    return cast("tokens.Holder", flask.g.token_holder)


def caller() -> str:
    """What the rate is counted by: the public half of the key, else the address."""
    parts = request.headers.get("Authorization", "").split("_", 2)
    return f"{parts[1]}@{get_remote_address()}" if len(parts) == 3 else get_remote_address()
