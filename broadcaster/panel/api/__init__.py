"""`/api/v1`: the station for other systems of the commune, by token and scope. No cookie opens it."""

from __future__ import annotations

from broadcaster.panel.api.document import spec
from broadcaster.panel.api.views import blueprint

__all__ = ["blueprint", "spec"]
