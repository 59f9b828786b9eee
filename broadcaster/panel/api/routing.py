"""How a view becomes a route of the API: described, checked on the way in, open to one scope."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import Blueprint, Response, request
from flask.typing import RouteCallable
from pydantic import BaseModel

from broadcaster.domain.people.scopes import Scope
from broadcaster.errors import RuleError
from broadcaster.panel.api.document import answers, spec
from broadcaster.panel.web.access import needs_scope

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
P = ParamSpec("P")
R = TypeVar("R")


def route(
    rule: str, scope: Scope, tag: str, *, method: str = "GET", **said: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a view: described for OpenAPI, checked on the way in, open to tokens of one scope."""

    def register(view: Callable[P, R]) -> Callable[P, R]:
        described = spec.validate(resp=answers(**said), tags=[tag])(view)
        marked: Callable[P, R] = needs_scope(scope)(_as_json(described))
        blueprint.add_url_rule(rule, view_func=cast("RouteCallable", marked), methods=[method])
        return marked

    return register


def _as_json(view: Callable[P, R]) -> Callable[P, R]:
    """Take the body for JSON whatever its sender calls it; one that cannot be read is refused, never left out."""

    @functools.wraps(view)
    def read(*given: P.args, **named: P.kwargs) -> R:
        request.environ["CONTENT_TYPE"] = "application/json"
        if request.get_data() and request.get_json(force=True, silent=True) is None:
            raise RuleError("Nội dung gửi lên phải là JSON.", field="body")
        return view(*given, **named)

    return read


def answer(model: BaseModel, *, made_at: str = "") -> Response:
    """A model as JSON, serialised once; with the address of what was made, when something was."""
    found = Response(model.model_dump_json(), mimetype="application/json")
    if made_at:
        found.status_code = 201
        found.headers["Location"] = made_at
    return found
