"""Security headers: a strict policy with a nonce per answer, so that text that became HTML still runs nothing."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from broadcaster.domain.people.callers import is_here

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_HTTPS_ONLY_S = 182 * 24 * 3600
"""So long a browser that came by https comes by nothing else: half a year (s)."""


def _here() -> bool:
    """Whether the browser runs on this machine, whose other programs may speak in clear under the same name."""
    return is_here(urlsplit(request.host_url).hostname or "")


def nonce() -> str:
    """The nonce of this answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def permissions(*, microphone: bool = False) -> str:
    """What the browser may use; the microphone on the pages that speak live or record, nowhere else."""
    return f"camera=(), geolocation=(), microphone=({'self' if microphone else ''}), payment=(), usb=()"


def policy(token: str, *, script: str = "") -> str:
    """The content security policy that lets scripts with the nonce `token` run and nothing inline.

    `script` is the address of one more script, for a worklet, which can carry no nonce.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{token}' {script}".rstrip(),
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self'",
            "media-src 'self' blob:",  # a recording is heard before it is sent
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def init(app: Flask) -> None:
    """Add the headers to every answer of `app`."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Permissions-Policy", permissions())
        if request.is_secure and not _here():
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_HTTPS_ONLY_S}")
        response.headers.setdefault("Content-Security-Policy", policy(nonce()))
        if response.mimetype in {"text/html", "application/json"}:
            # Pages and answers hold personal work: a shared PC must not show them after sign-out.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.jinja_env.globals["csp_nonce"] = nonce
