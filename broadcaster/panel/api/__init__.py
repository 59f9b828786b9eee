"""`/api/v1`: the station for other systems of the commune, by token and scope. No cookie opens it."""

from __future__ import annotations

from broadcaster.panel.api import emergencies, muting, views
from broadcaster.panel.api.routing import blueprint

__all__ = ["blueprint", "emergencies", "muting", "views"]
