"""Gói hỗ trợ: what a helper far away is sent, to be looked into before it leaves."""

from __future__ import annotations

import zipfile
from pathlib import Path

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import leave_to, needs, station
from broadcaster.services.health import support

blueprint = Blueprint("bundle", __name__, url_prefix="/support")


@blueprint.get("/")
@needs(Permission.MANAGE)
def index() -> ResponseReturnValue:
    """What the last bundle holds, file by file."""
    found = [(name, len(text.encode()), support.explained(name)) for name, text in _kept().items()]
    return render_template("health/bundle.html", files=found)


@blueprint.post("/make")
@needs(Permission.MANAGE)
def make() -> ResponseReturnValue:
    """Make a new one in the place of the last."""
    support.write(station(), _path())
    flash("Đã làm gói hỗ trợ. Hãy xem từng tệp rồi tải về gửi người giúp.")
    return leave_to(url_for("bundle.index"))


@blueprint.get("/look/<int:number>")
@needs(Permission.MANAGE)
def look(number: int) -> ResponseReturnValue:
    """One file of it, as it would leave."""
    files = list(_kept().values())
    if not 0 <= number < len(files):
        raise NotFound
    return Response(files[number], mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/download")
@needs(Permission.MANAGE)
def download() -> ResponseReturnValue:
    """The whole of it."""
    if not _kept():
        raise NotFound
    answer = Response(_path().read_bytes(), mimetype="application/zip", headers={"Cache-Control": "no-store"})
    answer.headers["Content-Disposition"] = f'attachment; filename="{support.name_of(station())}"'
    return answer


def _path() -> Path:
    return station().home.run / "support.zip"


def _kept() -> dict[str, str]:
    try:
        with zipfile.ZipFile(_path()) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}
