"""How a telephone or computer of the commune learns to trust this panel: its authority, and how it is installed."""

from __future__ import annotations

import ipaddress

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

from broadcaster.domain.people.callers import is_loopback
from broadcaster.panel.web.access import leave_to, public, station
from broadcaster.panel.web.qr import qr
from broadcaster.services.setup import certificates

blueprint = Blueprint("trust", __name__, url_prefix="/certificate")
_IN_CLEAR = frozenset({"trust.index", "trust.authority", "static", "onair.healthz", "onair.alive", "onair.favicon"})
"""What a machine may open before it trusts the certificate."""


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """What to install, and how, on each kind of device."""
    if (found := certificates.authority(station())) is None:
        return leave_to(url_for("onair.index"))  # there is nothing to install
    secure, plain = f"https://{request.host}/", f"http://{request.host}{url_for('trust.index')}"
    return render_template(
        "setup/trust.html",
        fingerprint=certificates.fingerprint(found),
        secure=secure,
        drawing=qr(plain, "Mã QR mở trang này trên điện thoại"),
    )


@blueprint.get("/loa-xa.crt")
@public
def authority() -> ResponseReturnValue:
    """The station's authority, as a file that devices install."""
    if (found := certificates.authority(station())) is None:
        return leave_to(url_for("onair.index"))
    answer = Response(found, mimetype="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="loa-xa.crt"'
    return answer


def init(app: Flask) -> None:
    """Send other machines to https, and answer to nobody who calls this machine by another's name."""
    app.before_request(_known_host)
    app.before_request(_to_https)


def _known_host() -> None:
    """Refuse a strange name: a page of the internet whose name was made to mean this machine asks under it.

    Raises:
        SecurityError: it is neither an address nor a name of this machine.
    """
    name = request.host.rpartition(":")[0] if not request.host.endswith("]") and ":" in request.host else request.host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        if name.lower() not in certificates.names_of(station()):
            raise SecurityError("strange host") from None


def _to_https() -> ResponseReturnValue | None:
    here = is_loopback(request.remote_addr or "")
    if not current_app.config.get("HTTPS") or request.is_secure or request.endpoint in _IN_CLEAR or here:
        return None
    return leave_to(url_for("trust.index"))
