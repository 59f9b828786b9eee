"""`/metrics`: the station's figures for Prometheus, to the machine itself or to a token."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from broadcaster.domain.people.scopes import Scope
from broadcaster.panel.web.access import at_home, needs_scope, station
from broadcaster.services.health.metrics import Metrics

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@at_home
@needs_scope(Scope.METRICS_READ)
def index() -> Response:
    """All figures; no title and nobody's name is among them."""
    if "metrics" not in current_app.extensions:
        current_app.extensions["metrics"] = Metrics(station())
    text = cast("Metrics", current_app.extensions["metrics"]).text()
    return Response(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
