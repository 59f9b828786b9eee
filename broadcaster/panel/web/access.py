"""Who may open which page: every route names a permission, and a route that names none stays shut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, cast

import flask
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user

from broadcaster.db.models import Script, Unit
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.people.scopes import Scope
from broadcaster.errors import ForbiddenError
from broadcaster.panel.web import bearer, knocking, proving
from broadcaster.services.people.boundaries import Thing, may_touch, require_touch
from broadcaster.services.people.signing_in import Member
from broadcaster.services.station import Station

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "__loa_access__"
_POLLED = "__loa_polled__"
_AT_HOME = "__loa_at_home__"
PUBLIC = "public"
SIGNED_IN = "signed-in"


class SessionUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of somebody signed in; the session holds their number and epoch, nothing else."""

    def __init__(self, member: Member, token: str, proved_at: dt.datetime) -> None:
        self.actor = member.actor
        self.must_change = member.must_change
        self.token = token
        """The name of this browser's session."""
        self.proved_at = proved_at
        """When whoever sits there last showed the password or a code."""
        self._id = f"{member.actor.user_id}.{member.epoch}.{token}"

    def get_id(self) -> str:
        """What the session holds."""
        return self._id


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to those who hold `permission`."""
    return _marked(permission)


def needs_scope(scope: Scope) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view of the API as open to tokens of `scope`, and to nobody's session."""
    return _marked(scope)


def at_home(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to whoever sits at the machine of the station, besides those that its other mark lets in."""
    setattr(view, _AT_HOME, True)
    return view


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to everybody."""
    return _marked(PUBLIC)(view)


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to everybody with a session, even one that must change its password."""
    return _marked(SIGNED_IN)(view)


def polled(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as one that pages ask again and again by themselves: it keeps no session alive."""
    setattr(view, _POLLED, True)
    return view


def is_deed() -> bool:
    """Whether the present request is something that a person did."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and not getattr(view, _POLLED, False)


def access_of(view: Callable[..., Any]) -> Permission | Scope | str | None:
    """What a view asks for."""
    return cast("Permission | Scope | str | None", getattr(view, _MARK, None))


def check_access() -> ResponseReturnValue | None:
    """Let a request pass, or send it to sign in, to change the password, or away; for `before_request`."""
    if request.endpoint is None:
        return None  # 404 or 405 by the router
    view = current_app.view_functions[request.endpoint]
    asked = access_of(view)
    if asked == PUBLIC or (getattr(view, _AT_HOME, False) and Caller(knocking.address()).at_home):
        return None
    if isinstance(asked, Scope):
        bearer.check(station(), asked)
        return None
    if not current_user.is_authenticated:
        return cast("ResponseReturnValue", current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if asked == SIGNED_IN:
        return proving.check(view)
    if current_user.must_change:
        return leave_to(flask.url_for("auth.password"))
    if not isinstance(asked, Permission) or not actor().may(asked):
        raise ForbiddenError("Tài khoản của bạn không có quyền vào trang này.")
    return proving.check(view)


def is_open_to_all(endpoint: str | None) -> bool:
    """Whether a route needs no session."""
    return getattr(current_app.view_functions.get(endpoint or ""), _MARK, None) == PUBLIC


def leave_to(url: str) -> ResponseReturnValue:
    """Go to another page, also from inside a fragment."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url})
    return flask.redirect(url, code=303)


def actor() -> Actor:
    """Who is signed in."""
    return cast("Actor", current_user.actor)


def may_write(thing: Thing) -> bool:
    """Whether who is signed in may change a thing: what a page offers is what its use case lets happen."""
    if not actor().may(Permission.WRITE):
        return False
    with station().db.read() as session:
        return may_touch(station(), session, actor(), thing)


def require_write(thing: Thing) -> None:
    """Refuse a form to whoever could not save it.

    Raises:
        ForbiddenError: the thing belongs to another unit.
    """
    with station().db.read() as session:
        require_touch(station(), session, actor(), thing)


def own_units(units: Iterable[Unit]) -> list[Unit]:
    """Those of the units for which who is signed in may make things."""
    with station().db.read() as session:
        return [u for u in units if may_touch(station(), session, actor(), Script(unit_code=u.code))]


def station() -> Station:
    """The open station of this application."""
    return cast("Station", current_app.extensions["station"])


def _marked(what: Permission | Scope | str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _MARK, what)
        return view

    return mark
