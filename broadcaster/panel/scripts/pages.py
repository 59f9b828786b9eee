"""Kịch bản: list, read, listen, write, hand in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import Job
from broadcaster.db.queries import lexicon as words_query
from broadcaster.db.queries import people, schedule
from broadcaster.db.queries.scripts import many
from broadcaster.db.queries.scripts.many import ScriptQuery
from broadcaster.db.queries.scripts.one import get_script
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.domain.scripts.standing import ReadingState
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.web import csp, differences
from broadcaster.panel.web.access import actor, leave_to, may_write, needs, polled, station
from broadcaster.panel.web.fields import the_numbers
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.panel.web.sending import send_peaks, send_sound
from broadcaster.panel.web.withdrawing import chosen
from broadcaster.services.air import withdrawing
from broadcaster.services.lexicon.changes import AffectedError, Change, Effect, apply, find_entry
from broadcaster.services.lexicon.layers import MODES
from broadcaster.services.lexicon.overrides import explained, pick_change
from broadcaster.services.schedule.uptakes import uptakes
from broadcaster.services.scripts import approving, drafts, editing, hearing, recordings, speaking
from broadcaster.services.scripts.subtitles import rendition_captions
from broadcaster.text import Mode
from broadcaster.text.readings import choices, lines

blueprint = Blueprint("scripts", __name__, url_prefix="/scripts")
_PAGE = 40
ORDERS = {"": "Mới sửa trước", "title": "Tên bài, A đến Y"}
VALIDITIES = {"now": "Đang trong hạn phát", "soon": "Hết hạn trong 7 ngày", "over": "Đã hết hạn"}


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The list, searched and filtered."""
    state, order = request.args.get("state", ""), request.args.get("order", "")
    wanted = ScriptQuery(
        search=request.args.get("q", "")[:200],
        state=state if state in list(ScriptState) else "",
        topic=request.args.get("topic", "")[:64],
        unit=request.args.get("unit", "")[:32],
        validity=request.args.get("validity", ""),
        order=order if order in ORDERS else "",
    )
    number = wanted_page()
    with station().db.read() as session:
        rows, total = many.find(session, wanted, station().today(), limit=_PAGE, offset=(number - 1) * _PAGE)
        near = total == 0 and bool(wanted.search)
        if near:
            near_by = replace(wanted, marks=False)
            rows, total = many.find(session, near_by, station().today(), limit=_PAGE, offset=(number - 1) * _PAGE)
        standings = approving.standings(session, [r.script.id for r in rows])
        values: dict[str, Any] = {
            "rows": rows,
            "page": Page(number, _PAGE, total),
            "wanted": wanted,
            "near": near,
            "standings": standings,
            "uptakes": uptakes(station(), session, [r.script.id for r in rows]),
            "Standing": ReadingState,
        }
        if not request.headers.get("HX-Request"):
            values |= {"counts": many.counts(session), "topics": many.topics(session)}
            values |= {"units": people.units(session), "states": list(ScriptState), "validities": VALIDITIES}
            values |= {"orders": ORDERS, "drafts": drafts.mine(session, actor(), None)}
    part = "_list.html" if request.headers.get("HX-Request") else "index.html"
    return render_template(f"scripts/{part}", **values)


@blueprint.get("/<int:script_id>")
@needs(Permission.VIEW)
def show(script_id: int) -> ResponseReturnValue:
    """One script: written and spoken text, sound, history."""
    return _page(script_id)


def _page(script_id: int, effect: Effect | None = None, asked: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with station().db.read() as session:
        whole = many.whole(session, script_id)
        names = people.names_by_username(session)
        uses = schedule.next_uses(session, script_id, station().now())
        approval = whole.standing
        marks = words_query.marks(session, script_id, approval.id) if approval else ()
        standing = approving.standing_of(session, script_id, approval.id if approval else None)
        hearings = hearing.hearings_of(session, whole.rendition.id) if whole.rendition else []
        listening = many.listening_job(session, script_id)
        taken = uptakes(station(), session, [script_id])
    found = explained(station(), script_id)
    page = render_template(
        "scripts/show.html",
        whole=whole,
        mine=may_write(whole.script),
        names=names,
        uses=uses,
        uptake=taken.get(script_id),
        changed_since=bool(whole.approvals) and whole.approvals[0].revision_id != whole.revision.id,
        marks=marks,
        standing=standing,
        found=found,
        lines=lines(found.spoken),
        options={r.number: choices(r, found.lexicon) for r in found.readings},
        sides=differences.sides(lines(found.spoken), whole.rendition.cues if whole.rendition else ()),
        outdated=whole.rendition is not None and whole.rendition.spoken_text != found.spoken.text,
        kept=_kept(whole.job),
        last=_heard(hearings[0], whole.rendition.cues) if hearings and whole.rendition else None,
        listening=listening,
        can_listen=hearing.absent(station()) is None,
        modes=MODES,
        effect=effect,
        asked=asked or {},
        hold=station().settings.approval.stale_reading == "hold",
    )
    answer = make_response(page, 422 if effect else 200)
    if may_write(whole.script):  # who may write may record on this page
        answer.headers["Permissions-Policy"] = csp.permissions(microphone=True)
    return answer


@dataclass(frozen=True, slots=True)
class DoubtfulSentence:
    """A sentence that the machine did not understand, and where it sounds in the rendition."""

    number: int
    said: str
    heard: str
    share: float
    unsure: bool
    advice: Sequence[str]
    cue: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class HearingShown:
    """The last time the machine listened, as the page shows it."""

    at: dt.datetime
    file: str
    summary: str
    of_the_air: bool
    simulated: bool
    """Whether it was heard through a simulated horn, and not from a recording."""
    doubts: Sequence[DoubtfulSentence]


def _heard(hearing_row: Mapping[str, Any], cues: Sequence[Mapping[str, Any]]) -> HearingShown:
    doubts = [
        DoubtfulSentence(
            number,
            h["said"],
            h["heard"],
            h["share"],
            h["verdict"] == "unsure",
            h["advice"],
            next((c for c in cues[number - 1 : number] if c["text"] == h["said"]), None),
        )
        for number, h in enumerate(hearing_row["sentences"], 1)
        if h["verdict"] != "clear"
    ]
    kind = hearing_row["kind"]
    return HearingShown(
        hearing_row["at"], hearing_row["file"], hearing_row["summary"], kind == "aircheck", kind == "rendition", doubts
    )


@blueprint.post("/<int:script_id>/reading")
@needs(Permission.WRITE)
def reading(script_id: int) -> ResponseReturnValue:
    """Choose another reading for this script, or take the choice back; an approved script asks first."""
    form = request.form
    written = form.get("written", "")
    seen = set(the_numbers(form.get("seen", "")))
    hold = {"hold": True, "air": False}.get(form.get("hold", ""))
    try:
        if form.get("do") == "undo":
            with station().db.read() as session:
                change = Change(remove=(find_entry(session, written, script_id).id,), script_id=script_id)
        else:
            mode = form.get("mode", "expand")
            if mode not in list(MODES):
                raise RuleError("Không hiểu kiểu đọc này.", field="mode")
            said = form.get("say", "").strip() or form.get("said", "")
            change = pick_change(explained(station(), script_id), form.get("number", ""), Mode(mode), said)
            if change.add[0].written != written:
                raise RuleError("Bài đã thay đổi từ khi mở trang. Hãy tải lại trang rồi chọn lại.", field="reading")
        apply(station(), actor(), change, confirmed=seen, hold=hold)
    except AffectedError as error:
        kept = {k: form.get(k, "") for k in ("do", "number", "written", "mode", "said", "say")}
        return _page(script_id, error.effect, kept)
    flash(f"Đã đổi cách đọc “{written}” của bài này. Hãy tạo lại bản đọc để nghe.")
    return _back(script_id)


@blueprint.get("/<int:script_id>/peaks/<int:rendition_id>")
@needs(Permission.VIEW)
def peaks(script_id: int, rendition_id: int) -> ResponseReturnValue:
    """The outline of a rendition's sound, for drawing: numbers from 0 to 127."""
    with station().db.read() as session:
        row = many.rendition(session, script_id, rendition_id)
    return send_peaks(row.audio_sha256)


@blueprint.get("/<int:script_id>/speaking")
@needs(Permission.VIEW)
@polled
def speaking_state(script_id: int) -> ResponseReturnValue:
    """How far the worker is with speaking a script; the page is drawn anew when it is done."""
    with station().db.read() as session:
        job, script = many.speaking_job(session, script_id), get_script(session, script_id)
    if job is None:
        return leave_to(url_for("scripts.show", script_id=script_id))
    return render_template(
        "scripts/_speaking.html", job=job, script_id=script_id, kept=_kept(job), mine=may_write(script)
    )


@blueprint.get("/<int:script_id>/listening")
@needs(Permission.VIEW)
@polled
def listening_state(script_id: int) -> ResponseReturnValue:
    """How far the machine is with hearing a rendition; the page is drawn anew when it is done."""
    with station().db.read() as session:
        job = many.listening_job(session, script_id)
    if job is None:
        return leave_to(url_for("scripts.show", script_id=script_id) + "#heard-title")
    return render_template("scripts/_listening.html", listening=job, script_id=script_id)


@blueprint.get("/<int:script_id>/sound/<int:rendition_id>")
@needs(Permission.VIEW)
def sound(script_id: int, rendition_id: int) -> ResponseReturnValue:
    """The sound of a rendition, in parts as the player asks."""
    with station().db.read() as session:
        row = many.rendition(session, script_id, rendition_id)
    return send_sound(row.audio_sha256)


@blueprint.get("/<int:script_id>/sound/<int:rendition_id>/captions.vtt")
@needs(Permission.VIEW)
def captions(script_id: int, rendition_id: int) -> ResponseReturnValue:
    """What a rendition says and when, for players and for who cannot hear it."""
    with station().db.read() as session:
        row = many.rendition(session, script_id, rendition_id)
    answer = Response(rendition_captions(row.cues), mimetype="text/vtt")
    if request.args.get("save"):
        answer.headers["Content-Disposition"] = f'attachment; filename="kich-ban-{script_id}.vtt"'
    return answer


@blueprint.get("/<int:script_id>/revisions/<int:number>")
@needs(Permission.VIEW)
def revision(script_id: int, number: int) -> ResponseReturnValue:
    """One revision, with what it changed in the one before."""
    with station().db.read() as session:
        whole = many.whole(session, script_id)
        names = people.names_by_username(session)
    found = next((r for r in whole.revisions if r.number == number), None)
    if found is None:
        raise NotFoundError(f"Kịch bản này không có bản số {number}.", field="revision")
    before = next((r for r in whole.revisions if r.number == number - 1), None)
    pieces = differences.difference(before.body, found.body) if before else [differences.DiffPiece(found.body)]
    return render_template(
        "scripts/revision.html", whole=whole, revision=found, before=before, pieces=pieces, names=names
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
            editing.submit(station(), actor(), script_id)
            flash("Đã gửi lãnh đạo duyệt.")
        case "retire":
            told = withdrawing.of_script(
                station(),
                actor(),
                script_id,
                chosen(),
                lambda still: editing.retire(station(), actor(), script_id, still=still),
            )
            flash(f"Đã ngừng dùng kịch bản. Kịch bản vẫn được lưu, có thể dùng lại. {told}".strip())
        case "restore":
            editing.restore(station(), actor(), script_id)
            flash("Kịch bản trở lại trạng thái nháp.")
        case _:
            raise RuleError("Không hiểu thao tác này.", field="to")
    return _back(script_id)


def _kept(job: Job | None) -> bool:
    """Whether a recording that failed can be made ready from the file that was sent."""
    return job is not None and job.kind is JobKind.RECORD and recordings.kept_upload(station(), job.arguments)


def _back(script_id: int) -> ResponseReturnValue:
    return leave_to(url_for("scripts.show", script_id=script_id))
