"""Âm thanh: the station's own sounds with licence and source; listen, add, replace, restore."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster import apart
from broadcaster.db.models import CueOffer
from broadcaster.db.queries import people, proposals, zones
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import MediaError, RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.forms import SoundForm
from broadcaster.panel.web.replanning import replanned
from broadcaster.panel.web.seeing import opened
from broadcaster.panel.web.sending import send_sound
from broadcaster.services.schedule import cues
from broadcaster.services.setup import sounds

WAITS = "Đã nhận “{}”. Lãnh đạo nghe và cho dùng ở trang này rồi mới ra loa."
blueprint = Blueprint("sounds", __name__, url_prefix="/sounds")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All station sounds."""
    with station().db.read() as session:
        rows = zones.cues(session)
        offers = proposals.waiting(session, CueOffer)
        names = people.names_by_username(session)
    kit = cues.shipped()
    changed = {r.name for r in rows if r.name in kit and r.audio_sha256 != kit[r.name]["sha256"]}
    missing = [s for name, s in kit.items() if name not in {r.name for r in rows}]
    return render_template(
        "setup/sounds/index.html",
        rows=rows,
        kinds=sounds.KINDS,
        kit=kit,
        changed=changed,
        missing=missing,
        offers=offers,
        names=names,
    )


@blueprint.get("/<name>/sound")
@needs(Permission.VIEW)
def sound(name: str) -> ResponseReturnValue:
    """One station sound."""
    with station().db.read() as session:
        row = zones.cue(session, name)
    return send_sound(row.audio_sha256)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new() -> ResponseReturnValue:
    """Add a sound."""
    form = SoundForm()
    if form.validate_on_submit():
        try:
            with _uploaded(form) as path, apart.on_behalf_of(actor().username):
                sounds.add(station(), actor(), _fields(form), path)
        except (RuleError, MediaError) as error:
            form.take(error)
        else:
            flash(WAITS.format(form.title.data))
            return leave_to(url_for("sounds.index"))
    return render_template("setup/sounds/edit.html", form=form, row=None), 422 if form.is_submitted() else 200


@blueprint.route("/<name>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def edit(name: str) -> ResponseReturnValue:
    """Replace a sound, or change what is said of it."""
    with station().db.read() as session:
        row = zones.cue(session, name)
    form = SoundForm(obj=row)
    if form.validate_on_submit():
        try:
            with _uploaded(form) as path, apart.on_behalf_of(actor().username):
                waits = sounds.change(station(), actor(), name, _fields(form), path, seen=opened())
        except (RuleError, MediaError) as error:
            form.take(error)
        else:
            if not waits:
                replanned()
            flash((WAITS if waits else "Đã lưu “{}”.").format(form.title.data))
            return leave_to(url_for("sounds.index"))
    own, facts = name not in cues.shipped(), sounds.facts_of(row)
    page = render_template("setup/sounds/edit.html", form=form, row=row, own=own, facts=facts)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/offers/<int:number>/sound")
@needs(Permission.VIEW)
def offered(number: int) -> ResponseReturnValue:
    """A sound that waits for a leader's listening."""
    with station().db.read() as session:
        row = proposals.undecided(session, CueOffer, number)
    return send_sound(row.audio_sha256)


@blueprint.post("/offers/<int:number>/do")
@needs(Permission.APPROVE)
def decide(number: int) -> ResponseReturnValue:
    """Let a sound in that was listened to, or put it aside."""
    accept = request.form.get("what") == "accept"
    try:
        sounds.decide(station(), actor(), number, accept=accept)
    except (RuleError, MediaError) as error:
        flash(error.message, "error")
        return leave_to(url_for("sounds.index"))
    if accept:
        replanned()
    flash("Đã cho dùng; các buổi sắp tới dùng âm thanh này." if accept else "Không dùng âm thanh này.")
    return leave_to(url_for("sounds.index"))


@blueprint.post("/<name>/do")
@needs(Permission.SCHEDULE)
def act(name: str) -> ResponseReturnValue:
    """Bring the shipped sound back, or take one's own away."""
    what = request.form.get("what")
    if what == "restore":
        sounds.restore(station(), actor(), name)
        replanned()
        flash("Đã khôi phục âm thanh gốc của bộ cài.")
    elif what == "shipped":
        sounds.keep_shipped(station(), actor(), name)
        flash("Từ nay dùng âm thanh đi kèm.")
    elif what == "remove":
        sounds.remove(station(), actor(), name)
        flash("Đã bỏ âm thanh này. Buổi đã xếp vẫn giữ bản đã ghim.")
    else:
        raise RuleError("Không hiểu thao tác này.", field="what")
    return leave_to(url_for("sounds.index"))


def _fields(form: SoundForm) -> sounds.SoundFields:
    return sounds.SoundFields(form.title.data, form.kind.data, form.licence.data, form.source.data or "")


@contextmanager
def _uploaded(form: SoundForm) -> Iterator[Path | None]:
    """Lend the uploaded file on our own disk, under a name of ours; None when there is none."""
    given = form.file.data
    if not given or not getattr(given, "filename", ""):
        yield None
        return
    with tempfile.TemporaryDirectory(dir=station().home.run) as folder:
        path = Path(folder) / "upload"
        given.save(path)
        given.close()
        yield path
