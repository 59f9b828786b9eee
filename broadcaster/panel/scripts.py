"""Kịch bản: list, read, listen, write, hand in."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from broadcaster.db.models import Script
from broadcaster.db.queries import calendar, library, people
from broadcaster.db.queries.library import ScriptQuery
from broadcaster.domain.roles import Permission
from broadcaster.domain.scripts import MAX_BODY, Genre, Priority, ScriptState
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel import wording
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.panel.forms import ScriptForm
from broadcaster.panel.paging import Page, wanted_page
from broadcaster.panel.sending import send_sound
from broadcaster.services import importing, speaking
from broadcaster.services import scripts as service
from broadcaster.services.scripts import ScriptDraft
from broadcaster.text import estimate_seconds

blueprint = Blueprint("scripts", __name__, url_prefix="/scripts")
_PAGE = 40
PACE = 4.3
"""Syllables per second of an unhurried announcer, for estimates before anything is spoken."""
VALIDITIES = {"now": "Đang trong hạn phát", "soon": "Hết hạn trong 7 ngày", "over": "Đã hết hạn"}


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The list, searched and filtered."""
    state = request.args.get("state", "")
    wanted = ScriptQuery(
        search=request.args.get("q", "")[:200],
        state=state if state in list(ScriptState) else "",
        topic=request.args.get("topic", "")[:64],
        unit=request.args.get("unit", "")[:32],
        validity=request.args.get("validity", ""),
    )
    number = wanted_page()
    with station().db.read() as session:
        rows, total = library.find(session, wanted, station().today(), limit=_PAGE, offset=(number - 1) * _PAGE)
        values: dict[str, Any] = {"rows": rows, "page": Page(number, _PAGE, total), "wanted": wanted}
        if not request.headers.get("HX-Request"):
            values |= {"counts": library.counts(session), "topics": library.topics(session)}
            values |= {"units": people.units(session), "states": list(ScriptState), "validities": VALIDITIES}
    part = "_list.html" if request.headers.get("HX-Request") else "index.html"
    return render_template(f"scripts/{part}", **values)


@blueprint.get("/<int:script_id>")
@needs(Permission.VIEW)
def show(script_id: int) -> ResponseReturnValue:
    """One script: written and spoken text, sound, history."""
    with station().db.read() as session:
        whole = library.whole(session, script_id)
        names = people.names_by_username(session)
        uses = calendar.next_uses(session, script_id, station().now())
    return render_template("scripts/show.html", whole=whole, names=names, uses=uses)


@blueprint.get("/<int:script_id>/speaking")
@needs(Permission.VIEW)
def speaking_state(script_id: int) -> ResponseReturnValue:
    """How far the worker is with speaking a script; the page is drawn anew when it is done."""
    with station().db.read() as session:
        job = library.speaking_job(session, script_id)
    if job is None:
        return leave_to(url_for("scripts.show", script_id=script_id))
    return render_template("scripts/_speaking.html", job=job, script_id=script_id)


@blueprint.get("/<int:script_id>/sound/<int:rendition_id>")
@needs(Permission.VIEW)
def sound(script_id: int, rendition_id: int) -> ResponseReturnValue:
    """The sound of a rendition, in parts as the player asks."""
    with station().db.read() as session:
        row = library.rendition(session, script_id, rendition_id)
    return send_sound(row.audio_sha256)


@blueprint.get("/<int:script_id>/revisions/<int:number>")
@needs(Permission.VIEW)
def revision(script_id: int, number: int) -> ResponseReturnValue:
    """One revision, with what it changed in the one before."""
    with station().db.read() as session:
        whole = library.whole(session, script_id)
        names = people.names_by_username(session)
    found = next((r for r in whole.revisions if r.number == number), None)
    if found is None:
        raise NotFoundError(f"Kịch bản này không có bản số {number}.", field="revision")
    before = next((r for r in whole.revisions if r.number == number - 1), None)
    pieces = wording.difference(before.body, found.body) if before else [wording.Piece("same", found.body)]
    return render_template(
        "scripts/revision.html", whole=whole, revision=found, before=before, pieces=pieces, names=names
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.WRITE)
def new() -> ResponseReturnValue:
    """Write a script."""
    form = _form()
    if form.validate_on_submit():
        try:
            script_id = service.add_script(station(), actor(), _draft(form))
        except RuleError as error:
            form.take(error)
        else:
            return _saved(script_id, "Đã lưu kịch bản mới.")
    return render_template("scripts/edit.html", form=form, script=None, notes=[]), 422 if form.is_submitted() else 200


@blueprint.post("/upload")
@needs(Permission.WRITE)
def upload() -> ResponseReturnValue:
    """Read a document into the form; nothing is kept until the editor saves."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash("Hãy chọn một tệp .docx, .odt, .pdf, .txt hoặc .md.", "error")
        return flask.redirect(url_for("scripts.new"), code=303)
    name = file.filename.replace("\\", "/").rpartition("/")[2][:200]
    try:
        draft = importing.read_draft(station(), name, file.read())
    except RuleError as error:
        flash(error.message, "error")
        return flask.redirect(url_for("scripts.new"), code=303)
    form = _form(draft)
    notes = [f"Đã đọc tệp “{name}”. Hãy xem lại lời văn, sửa chỗ cần sửa rồi bấm Lưu."]
    return render_template("scripts/edit.html", form=form, script=None, notes=notes)


@blueprint.route("/<int:script_id>/edit", methods=["GET", "POST"])
@needs(Permission.WRITE)
def edit(script_id: int) -> ResponseReturnValue:
    """Change a script; an approval it had ends."""
    with station().db.read() as session:
        whole = library.whole(session, script_id)
    form = _form(_draft_of(whole.script, whole.revision.body))
    if form.validate_on_submit():
        draft = _draft(form, verify=tuple(whole.script.verify), source_name=whole.script.source_name)
        try:
            service.revise(station(), actor(), script_id, draft)
        except RuleError as error:
            form.take(error)
        else:
            return _saved(script_id, "Đã lưu thay đổi.")
    code = 422 if form.is_submitted() else 200
    return render_template("scripts/edit.html", form=form, script=whole.script, notes=[]), code


@blueprint.post("/preview")
@needs(Permission.WRITE)
def preview() -> ResponseReturnValue:
    """What an announcer would say for a text, while it is being written."""
    body = request.form.get("body", "")[:MAX_BODY]
    if not body.strip():
        return render_template("scripts/_preview.html", spoken=None)
    spoken = speaking.spoken_of(station(), body)
    seconds = estimate_seconds(spoken, PACE * station().settings.speech.rate)
    return render_template(
        "scripts/_preview.html",
        spoken=spoken,
        blocks=wording.spoken_paragraphs(spoken),
        changes=wording.changes(spoken),
        warnings=wording.messages(spoken.warnings),
        milliseconds=round(seconds * 1000),
    )


@blueprint.post("/<int:script_id>/speak")
@needs(Permission.WRITE)
def speak(script_id: int) -> ResponseReturnValue:
    """Ask for the newest text to be spoken."""
    speaking.want_rendition(station(), actor(), script_id)
    return _back(script_id)


@blueprint.post("/<int:script_id>/state")
@needs(Permission.WRITE)
def state(script_id: int) -> ResponseReturnValue:
    """Hand in, retire, or bring back."""
    match request.form.get("to"):
        case "submit":
            service.submit(station(), actor(), script_id)
            flash("Đã gửi lãnh đạo duyệt.")
        case "retire":
            service.retire(station(), actor(), script_id)
            flash("Đã ngừng dùng kịch bản. Kịch bản vẫn được lưu, có thể dùng lại.")
        case "restore":
            service.restore(station(), actor(), script_id)
            flash("Kịch bản trở lại trạng thái nháp.")
        case _:
            raise RuleError("Không hiểu thao tác này.", field="to")
    return _back(script_id)


def _saved(script_id: int, words: str) -> ResponseReturnValue:
    then = request.form.get("then")
    if then in {"speak", "submit"}:
        speaking.want_rendition(station(), actor(), script_id)
    if then == "submit":
        try:
            service.submit(station(), actor(), script_id)
            words = f"{words} Đã gửi lãnh đạo duyệt."
        except RuleError as error:
            flash(error.message, "error")
    flash(words)
    return _back(script_id)


def _back(script_id: int) -> ResponseReturnValue:
    return leave_to(url_for("scripts.show", script_id=script_id))


def _form(draft: ScriptDraft | None = None) -> ScriptForm:
    with station().db.read() as session:
        units = [SelectChoice(u.code, u.name) for u in people.units(session)]
        topics = [SelectChoice(t.code, t.short) for t in library.topics(session)]
    form = ScriptForm(data=_fields(draft)) if draft else ScriptForm()
    if draft and not request.form.get("title"):
        form.process(data=_fields(draft))
    form.unit.choices, form.topic.choices = units, topics
    return form


def _fields(draft: ScriptDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "unit": draft.unit,
        "topic": draft.topic,
        "genre": draft.genre.value,
        "priority": draft.priority.value,
        "valid_from": draft.valid_from,
        "valid_to": draft.valid_to,
        "body": draft.body,
    }


def _draft(form: ScriptForm, *, verify: tuple[str, ...] = (), source_name: str | None = None) -> ScriptDraft:
    return ScriptDraft(
        title=form.title.data,
        unit=form.unit.data,
        topic=form.topic.data,
        body=form.body.data.replace("\r\n", "\n"),
        genre=Genre(form.genre.data),
        priority=Priority(form.priority.data),
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
        verify=verify,
        source_name=source_name,
    )


def _draft_of(script: Script, body: str) -> ScriptDraft:
    return ScriptDraft(
        title=script.title,
        unit=script.unit_code,
        topic=script.topic_code,
        body=body,
        genre=script.genre,
        priority=script.priority,
        valid_from=script.valid_from,
        valid_to=script.valid_to,
        verify=tuple(script.verify),
        source_name=script.source_name,
    )
