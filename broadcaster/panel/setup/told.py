"""Tin đã báo: what people outside the panel were told of, who was told when and by which way."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import needs, station
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.services.alerts.shown import shown

blueprint = Blueprint("told", __name__, url_prefix="/alerts/told")
_PAGE = 40


@blueprint.get("/")
@needs(Permission.OPERATE)
def index() -> ResponseReturnValue:
    """The alerts, those that are open first, then the newest."""
    number = wanted_page()
    lines, total = shown(station(), _PAGE, (number - 1) * _PAGE)
    return render_template("setup/alerting/told.html", lines=lines, page=Page(number, _PAGE, total))
