"""Parts of a page that are asked for again and again: an ETag over the facts, and 304 while they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, make_response, request

from broadcaster.panel.web.access import station


def revalidated(facts: object, draw: Callable[[], str]) -> Response:
    """The fragment that `draw` makes of `facts`, or 304 without drawing when the browser has it.

    The facts hold no ticking values: browsers count seconds themselves from moments and lengths, by the clock of
    the station in `X-Station-Now` (ms since 1970).
    """
    tag = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    known = request.if_none_match.contains(tag)
    response = Response(status=304) if known else make_response(draw())
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Station-Now"] = str(int(station().now().timestamp() * 1000))
    return response
