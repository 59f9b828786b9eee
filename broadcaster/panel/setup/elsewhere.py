"""Sao lưu nơi khác: the places and what each answered last, copies and trials on demand, and the sheet with the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.errors import RuleError, StationError
from broadcaster.panel.setup import plugin_options
from broadcaster.panel.web import seeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.filters import number
from broadcaster.panel.web.promising import promise
from broadcaster.panel.web.proving import grave
from broadcaster.plugins import TARGETS
from broadcaster.services.setup.elsewhere import carrying_out, copy_places, drill, facts, paper_key, telling

blueprint = Blueprint("elsewhere", __name__, url_prefix="/settings/elsewhere")
_TITLES = {
    "usb": "USB",
    "folder": "Ổ khác, ổ mạng",
    "sftp": "Máy khác (SFTP)",
    "webdav": "WebDAV, Nextcloud",
    "s3": "Kho S3",
}


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Each place with what it holds, by what it answered last."""
    here = station()
    ok, words = telling.told(here)
    recipient = here.settings.backup.recipient
    return render_template(
        "setup/elsewhere/index.html",
        known=[(one, _where(one.target)) for one in facts.last_carried(here)],
        ok=ok,
        words=words,
        mark=paper_key.mark(recipient.reveal()) if recipient else "",
        last=facts.last_drill(here),
    )


@blueprint.post("/carry")
@needs(Permission.MANAGE)
def carry() -> ResponseReturnValue:
    """Ask the worker for a fresh backup and to carry it to a place."""
    carrying_out.want(station(), actor(), request.form.get("name", ""))
    promise("Đã yêu cầu chép.", "Việc này chạy nền; tải lại trang sau ít phút để xem nơi ấy đang giữ gì.")
    return leave_to(url_for("elsewhere.index"))


@blueprint.post("/try")
@needs(Permission.MANAGE)
def try_restore() -> ResponseReturnValue:
    """Ask the worker for a trial restore."""
    drill.want(station(), actor())
    promise("Đã yêu cầu thử khôi phục.", "Việc này chạy nền; tải lại trang sau ít phút để xem kết quả.")
    return leave_to(url_for("elsewhere.index"))


@blueprint.post("/key")
@needs(Permission.MANAGE)
@grave
def key() -> ResponseReturnValue:
    """Make the key, and hand out the sheet with it once."""
    here = station()
    sheets: list[bytes] = []
    made = paper_key.make(
        here,
        actor(),
        renew=bool(request.form.get("renew")),
        lay=lambda one: sheets.append(paper_key.sheet(here, one)),
    )
    answer = flask.Response(sheets[0], mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"khoa-sao-luu-{made.mark}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/places/new")
@needs(Permission.MANAGE)
def choose() -> ResponseReturnValue:
    """The kinds of places there are."""
    kinds = copy_places.TABLES.kinds()
    lacking = [_TITLES.get(kind, kind) for kind in TARGETS.names() if kind not in kinds]
    new = {kind: url_for("elsewhere.new_place", target_kind=kind) for kind in kinds}
    return render_template("setup/elsewhere/choose.html", kinds=kinds, titles=_TITLES, addresses=new, lacking=lacking)


@blueprint.route("/places/new/<target_kind>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def new_place(target_kind: str) -> ResponseReturnValue:
    """Add a place."""
    copy_places.TABLES.form_of(target_kind)
    typed = request.form if request.method == "POST" else copy_places.TABLES.texts(target_kind, {})
    refused: RuleError | None = None
    if request.method == "POST":
        name = typed.get("name", "")
        try:
            copy_places.save(station(), actor(), name, target_kind, typed, new=True)
        except RuleError as error:
            refused = error
        else:
            flash(f"Đã thêm nơi cất “{name.strip()}”. Hãy bấm “Thử ngay”.")
            return leave_to(url_for("elsewhere.index"))
    return _place_page(target_kind, "", typed, refused, {})


@blueprint.route("/places/<place_name>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def place(place_name: str) -> ResponseReturnValue:
    """Change a place."""
    now = copy_places.place_of(station(), place_name)
    typed: Mapping[str, str] = copy_places.TABLES.texts(now.kind, now.options)
    facts_now = copy_places.place_facts(now)
    refused: RuleError | None = None
    if request.method == "POST":
        try:
            copy_places.save(station(), actor(), place_name, now.kind, request.form, new=False, seen=seeing.opened())
        except RuleError as error:
            refused, typed = seeing.noted(error), request.form
        else:
            flash(f"Đã lưu nơi cất “{place_name}”. Hãy bấm “Thử ngay”.")
            return leave_to(url_for("elsewhere.index"))
    return _place_page(now.kind, place_name, typed, refused, facts_now)


@blueprint.route("/places/<place_name>/remove", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def remove_place(place_name: str) -> ResponseReturnValue:
    """Take a place away, once it was looked at a second time."""
    if request.method == "POST":
        copy_places.remove(station(), actor(), place_name, seal=seeing.sealed())
        flash(f"Đã bỏ nơi cất “{place_name}”. Những bản ở đó vẫn còn.")
        return leave_to(url_for("elsewhere.index"))
    now = copy_places.place_of(station(), place_name)
    last = len(station().home.settings().backup.targets) == 1
    return render_template(
        "setup/elsewhere/remove.html", place=place_name, facts=copy_places.place_facts(now), last=last
    )


@blueprint.post("/places/<place_name>/try")
@needs(Permission.MANAGE)
def try_place(place_name: str) -> ResponseReturnValue:
    """Lay a small file at a place, read it back, let it go, and say what came of it."""
    tried = copy_places.try_out(station(), actor(), place_name)
    if tried.shown:
        return render_template("setup/elsewhere/stranger.html", place=place_name, tried=tried)
    at, seconds = f"{station().local(tried.at):%H:%M:%S}", f"mất {number(tried.seconds, 1)} giây"
    if tried.well:
        flash(f"Thử nơi “{place_name}” lúc {at}: đã ghi một tệp nhỏ, đọc lại đúng từng byte rồi xóa, {seconds}.")
    else:
        flash(f"Thử nơi “{place_name}” lúc {at} không được ({seconds}). {tried.words}", "error")
    return leave_to(url_for("elsewhere.index"))


@blueprint.post("/places/<place_name>/key")
@needs(Permission.MANAGE)
@grave
def confirm(place_name: str) -> ResponseReturnValue:
    """Write down the fingerprint that was shown and compared."""
    shown, instead = request.form.get("shown", "")[:200], bool(request.form.get("instead"))
    copy_places.confirm(station(), actor(), place_name, shown, instead_of_other=instead)
    flash(f"Đã ghi dấu khóa của nơi “{place_name}”. Hãy bấm “Thử ngay” lần nữa.")
    return leave_to(url_for("elsewhere.index"))


def _place_page(
    kind: str, name: str, typed: Mapping[str, str], refused: RuleError | None, facts_now: Mapping[str, Any]
) -> ResponseReturnValue:
    page = render_template(
        "setup/elsewhere/place.html",
        title=_TITLES.get(kind, kind),
        words=copy_places.TABLES.kinds().get(kind, ""),
        place=name,
        name=typed.get("name", ""),
        options=plugin_options.shown(copy_places.TABLES, kind, typed, refused),
        refused=refused,
        facts=facts_now,
    )
    return page, 422 if refused else 200


def _where(name: str) -> str:
    try:
        return carrying_out.target_of(station(), name).where
    except StationError as error:
        return error.message
