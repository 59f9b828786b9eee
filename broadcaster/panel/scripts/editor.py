"""The editor: write, take a document in, see and mend what will be said, keep drafts, save."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster import apart
from broadcaster.db.models import DraftRow, Script
from broadcaster.db.queries import people
from broadcaster.db.queries.scripts import many
from broadcaster.db.queries.scripts.many import Whole
from broadcaster.domain.air.in_hand import StillAirsError
from broadcaster.domain.fold import file_name
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.scripts.fields import ABOUT, Face, ScriptFields, fields_of, shown_on
from broadcaster.domain.scripts.scripts import Decision, Genre
from broadcaster.domain.seen import OvertakenError, mark_of
from broadcaster.errors import RuleError
from broadcaster.panel.scripts.drafting import BY_TITLE, Hand, build_form, script_draft, shown_in_form, unpack_own
from broadcaster.panel.web import differences
from broadcaster.panel.web.access import actor, leave_to, needs, require_write, station
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.forms import ScriptForm
from broadcaster.panel.web.withdrawing import chosen
from broadcaster.services.air import withdrawing
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.changes import replace_own
from broadcaster.services.scripts import drafts, editing, speaking
from broadcaster.services.scripts.recordings import is_human
from broadcaster.services.setup import founding
from broadcaster.text.encodings import ENCODING_NAMES
from broadcaster.text.ingest import EncodingChoiceError

_FRESH = {"unit": founding.LEAD_UNIT, "topic": editing.OTHER_TOPIC, "genre": BY_TITLE}
"""What a new script is filed under until its editor says otherwise."""
blueprint = Blueprint("editor", __name__, url_prefix="/scripts")


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.WRITE)
def new() -> ResponseReturnValue:
    """Write a script."""
    if request.method == "GET":
        return _opened(None)
    form = build_form(new=True)
    if form.validate_on_submit():
        try:
            own = unpack_own(form.own.data)
            script_id = editing.add_script(station(), actor(), script_draft(form))
            replace_own(station(), actor(), script_id, own)
        except RuleError as error:
            form.take(error)
        else:
            return _saved(script_id, "Đã lưu kịch bản mới.")
    return _page(form, None, Hand.of_request() or Hand()), 422


@blueprint.route("/<int:script_id>/edit", methods=["GET", "POST"])
@needs(Permission.WRITE)
def edit(script_id: int) -> ResponseReturnValue:
    """Change a script; an approval it had ends."""
    with station().db.read() as session:
        whole = many.whole(session, script_id)
    require_write(whole.script)
    if request.method == "GET":
        return _opened(whole)
    form = build_form(chosen_voice=whole.script.voice)
    hand = Hand.of_request() or Hand(script_id=script_id)
    if form.validate_on_submit():
        if not hand.version and hand.base is not None and hand.base != whole.revision.number:
            return _overtaken(form, script_id, hand)
        try:
            own = unpack_own(form.own.data)
            draft = script_draft(form, verify=tuple(whole.script.verify))
            told = withdrawing.of_script(
                station(),
                actor(),
                script_id,
                chosen(),
                lambda still: editing.revise(station(), actor(), script_id, draft, seen=hand.version, still=still),
            )
            replace_own(station(), actor(), script_id, own)
        except StillAirsError:
            raise
        except OvertakenError:
            return _overtaken(form, script_id, hand)
        except RuleError as error:
            form.take(error)
        else:
            return _saved(script_id, f"Đã lưu thay đổi. {told}".strip())
    return _page(form, whole.script, hand), 422


@blueprint.post("/upload")
@needs(Permission.WRITE)
def upload() -> ResponseReturnValue:
    """Read a document into the form; nothing is kept until the editor saves or types on."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash("Hãy chọn một tệp .docx, .odt, .pdf, .txt hoặc .md.", "error")
        return flask.redirect(url_for("editor.new"), code=303)
    name = file_name(file.filename)
    chosen = request.form.get("encoding", "")
    try:
        encoding = chosen if chosen in ENCODING_NAMES else None
        with apart.on_behalf_of(actor().username):
            draft, notes = founding.read_upload(station(), name, file.read(), encoding=encoding)
    except EncodingChoiceError as error:
        form = build_form(_FRESH, new=True)
        return _page(form, None, Hand(), refused=str(error), encodings=error.choices), 422
    except RuleError as error:
        flash(str(error), "error")
        return flask.redirect(url_for("editor.new"), code=303)
    form = build_form_of(draft)
    said = [f"Đã đọc tệp “{name}”. Hãy xem lại lời văn; những phần không đọc trên loa được liệt kê bên cạnh.", *notes]
    return _page(form, None, Hand(), notes=said)


@blueprint.post("/drafts/<draft_id>/drop")
@needs(Permission.WRITE)
def drop(draft_id: str) -> ResponseReturnValue:
    """Throw a draft of one's own away."""
    with station().db.read() as session:
        row = drafts.open_draft(session, actor(), draft_id)
    drafts.drop(station(), actor(), draft_id)
    flash("Đã bỏ bản nháp.")
    return leave_to(url_for("scripts.show", script_id=row.script_id) if row.script_id else url_for("scripts.index"))


def build_form_of(draft: ScriptFields) -> ScriptForm:
    """The form filled by a document that was just read."""
    form = build_form(new=True)
    form.process(formdata=None, data=shown_in_form(draft))
    return form


def _opened(whole: Whole | None) -> ResponseReturnValue:
    """Open the form: with the draft named in the address, else the newest of one's own, else what is saved."""
    script = whole.script if whole else None
    wanted, fresh = request.args.get("draft", ""), "fresh" in request.args
    with station().db.read() as session:
        found = list(drafts.mine(session, actor(), script.id if script else None))
        own = layers.entries(session, script.id) if script else ()
    row = next((r for r in found if r.id == wanted), None)
    if row is None and found and script and not fresh:
        row = found[0]
    others = [r for r in found if r is not row] if script else []
    saved: dict[str, Any] = dict(_FRESH)
    if request.args.get("genre") in list(Genre):
        saved["genre"] = request.args["genre"]
    if script and whole:
        saved = shown_in_form(fields_of(script, whole.revision.body), own)
    number = whole.revision.number if whole else None
    version = mark_of(editing.facts_of(script, whole.revision)) if script and whole else ""
    if row is None:
        form = build_form(saved, chosen_voice=script.voice if script else None, new=script is None)
        hand = Hand(base=number, script_id=script.id if script else None, version=version)
        return _page(form, script, hand, others=others)
    form = build_form(saved | _typed(row), chosen_voice=script.voice if script else None, new=script is None)
    known = str(row.fields.get("version") or "")
    hand = Hand(row.id, seen=row.serial, base=row.base or number, script_id=row.script_id, version=known or version)
    behind = (known or version) != version or (row.base is not None and row.base != number)
    return _page(form, script, hand, restored=row, others=others, behind=behind)


def _page(form: ScriptForm, script: Script | None, hand: Hand, **more: Any) -> str:
    if script is not None and hand.script_id is None:
        hand = replace(hand, script_id=script.id)
    names: dict[str, str] = {}
    if more.get("overtaken"):
        with station().db.read() as session:
            names = people.names_by_username(session)
    values: dict[str, Any] = {"notes": [], "others": [], "encodings": (), "encoding_names": ENCODING_NAMES}
    if script is not None:
        with station().db.read() as session:
            whole = many.whole(session, script.id)
        last = whole.approvals[0] if whole.approvals else None
        values["returned"] = last if last and last.decision == Decision.RETURNED else None
        values["recorded"] = whole.rendition is not None and is_human(whole.rendition.voice)
    return render_template("scripts/edit.html", form=form, script=script, hand=hand, names=names, **(values | more))


def _overtaken(form: ScriptForm, script_id: int, hand: Hand) -> ResponseReturnValue:
    """Somebody saved in between: show what, keep what was typed; the next save is on purpose."""
    with station().db.read() as session:
        whole = many.whole(session, script_id)
    typed = (form.body.data or "").replace("\r\n", "\n")
    pieces = differences.difference(whole.revision.body, typed) if typed != whole.revision.body else []
    saved = shown_in_form(fields_of(whole.script, whole.revision.body))
    theirs = [
        (
            about.label,
            differences.as_chosen(form[name], saved[name]),
            differences.as_chosen(form[name], form[name].data),
        )
        for name, about in shown_on(Face.FORM).items()
        if about.label and name != "body" and (form[name].data or "") != (saved[name] or "")
    ]
    newer = hand.base != whole.revision.number
    hand = replace(hand, base=whole.revision.number, version=mark_of(editing.facts_of(whole.script, whole.revision)))
    return _page(form, whole.script, hand, overtaken=whole.revision, pieces=pieces, theirs=theirs, newer=newer), 409


def _typed(row: DraftRow) -> dict[str, Any]:
    """A draft's fields as the form takes them; dates and numbers that are none are left out."""
    fields: dict[str, Any] = {k: v for k, v in row.fields.items() if k in drafts.FIELDS}
    for name in fields.keys() & ABOUT.keys():
        if ABOUT[name].kind is dt.date:
            fields[name] = founding.day_or_none(str(fields[name]))
        elif ABOUT[name].kind is int:
            fields[name] = a_number(str(fields[name]))
    return fields


def _saved(script_id: int, said: str) -> ResponseReturnValue:
    hand = Hand.of_request()
    if hand is not None:
        drafts.drop(station(), actor(), hand.draft)
    then = request.form.get("then")
    if then in {"speak", "submit"}:
        speaking.want_rendition(station(), actor(), script_id)
    if then == "submit":
        try:
            editing.submit(station(), actor(), script_id)
            said = f"{said} Đã gửi lãnh đạo duyệt."
        except RuleError as error:
            flash(error.message, "error")
    flash(said)
    return leave_to(url_for("scripts.show", script_id=script_id))
