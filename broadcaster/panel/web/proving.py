"""What is grave is done only by whoever sits there now: the password, or a code, is asked anew when the last is old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from broadcaster.errors import RuleError
from broadcaster.panel.web import knocking
from broadcaster.services.people import sign_ins
from broadcaster.services.station import Station

P = ParamSpec("P")
R = TypeVar("R")
PROOF: Final = "proof"
"""The field that carries the password or the code."""
_MARK = "__loa_grave__"
_HIDDEN: Final = {"csrf_token", PROOF}


def grave(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as one whose act asks for a proof that is not older than some minutes."""
    setattr(view, _MARK, "now and then")
    return view


def grave_each_time(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as one whose act asks for the password each time."""
    setattr(view, _MARK, "each time")
    return view


def gravity(view: Callable[..., Any]) -> str:
    """How a view is marked; empty: it is not grave."""
    return cast("str", getattr(view, _MARK, ""))


def check(view: Callable[..., Any]) -> ResponseReturnValue | None:
    """Let a request pass, or ask for the proof and carry what was typed; for whoever is signed in and may do it."""
    mark = gravity(view)
    if not mark or request.method != "POST":
        return None
    station = cast("Station", current_app.extensions["station"])
    each_time = mark == "each time"
    if not each_time and station.now() - current_user.proved_at < sign_ins.PROVED_FOR:
        return None
    said = ""
    if secret := request.form.get(PROOF, "")[:200]:
        caller = knocking.own_caller()
        try:
            sign_ins.prove(station, current_user.actor, current_user.token, secret, caller, password_only=each_time)
        except RuleError as error:
            said = error.message
        else:
            return None
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in _HIDDEN]
    here = request.full_path.rstrip("?")
    page = render_template("people/prove.html", said=said, fields=fields, here=here, each_time=each_time)
    return page, 422
