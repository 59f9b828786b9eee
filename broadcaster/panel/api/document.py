"""The OpenAPI description, made from the views themselves."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response as FlaskResponse
from pydantic import BaseModel, ValidationError
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from broadcaster import __version__, faults
from broadcaster.panel.api.schemas import Problem


def _explain(_request: Any, _answer: Any, error: Exception | None, *_: Any) -> None:
    """Answer a malformed request with the first thing that is wrong with it, in our own form."""
    if not isinstance(error, ValidationError):
        return
    first = faults.read(None, error.errors(include_url=False)[:1], show=False)[0]
    where = ".".join(map(str, first.place)) or "body"
    problem = Problem(code="malformed", message=f"Trường “{where}” không hợp lệ: {first.words}.", field=where)
    flask.abort(FlaskResponse(problem.model_dump_json(), status=422, mimetype="application/json"))


spec = SpecTree(
    "flask",
    title="Loa Xã",
    version=__version__,
    mode="strict",
    before=_explain,
    validation_error_model=Problem,
    nested_naming_strategy=lambda _parent, child: child,
    naming_strategy=lambda model: model.__name__,
    security_schemes=[
        SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")),
    ],
    security={"token": []},
)


def answers(
    model: type[BaseModel] | None = None, *, made: bool = False, missing: bool = False, file: bool = False
) -> Response:
    """What a view may answer: its own model or file, and `Problem` for everything that goes wrong."""
    found: dict[str, Any] = {f"HTTP_{201 if made else 200}": None if file else model}
    for code in (401, 403, *((404,) if missing else ()), 429, 503):
        found[f"HTTP_{code}"] = Problem
    return Response(**found)
