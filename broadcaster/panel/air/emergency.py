"""Khẩn cấp: written or recorded, confirmed by name, repeated until it is ended, and looked at again by a leader."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    DateTimeLocalField,
    FileField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from broadcaster import apart
from broadcaster.db.models import Emergency
from broadcaster.db.queries import emergencies as emergencies_queries
from broadcaster.db.queries import people
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.emergencies import (
    LONGEST_REPEAT,
    MAX_TEXT,
    SHORTEST_REPEAT,
    Another,
    EmergencyRequest,
    EmergencyState,
    Interrupted,
    ReviewFinding,
)
from broadcaster.domain.confirming import NotAsShownError, seal_of
from broadcaster.domain.fold import file_name
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.setup.zones import ALL
from broadcaster.errors import MediaError, RuleError
from broadcaster.panel.air import onair
from broadcaster.panel.web import differences
from broadcaster.panel.web.access import actor, leave_to, needs, polled, station
from broadcaster.panel.web.forms import StationForm
from broadcaster.panel.web.seeing import opened
from broadcaster.panel.web.sending import send_sound
from broadcaster.services.air import emergencies, emergency_ending, emergency_voice, emergency_words
from broadcaster.services.air.emergency_alone import UnsoundedError
from broadcaster.services.air.emergency_cap import AlreadyTakenError, draft_from_cap
from broadcaster.services.air.emergency_facts import cap_facts
from broadcaster.services.air.heartbeats import status

blueprint = Blueprint("emergency", __name__, url_prefix="/emergency")
_OVER = (EmergencyState.CANCELLED, EmergencyState.REPLACED, EmergencyState.EXPIRED, EmergencyState.DISMISSED)


class EmergencyForm(StationForm):
    """What is to be said, where, why, how often."""

    text = TextAreaField("Nội dung sẽ đọc", [Length(max=MAX_TEXT, message=f"Không quá {MAX_TEXT} ký tự.")])
    recording = FileField("Hoặc gửi bản ghi âm")
    title = StringField("Tên ngắn", [Optional(), Length(max=300, message="Không quá 300 ký tự.")])
    zones = SelectMultipleField(
        "Phát ở đâu", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )
    reason = StringField("Lý do", [Length(max=500, message="Không quá 500 ký tự.")])
    repeat_minutes = IntegerField(
        "Lặp lại sau mỗi (phút)",
        [
            Optional(),
            NumberRange(SHORTEST_REPEAT, LONGEST_REPEAT, message=f"Từ {SHORTEST_REPEAT} đến {LONGEST_REPEAT}."),
        ],
    )
    expires_at = DateTimeLocalField("Hiệu lực đến", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    ends = SelectMultipleField(
        "Kết thúc bản tin nào",
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    interrupted = RadioField(
        "Chương trình bị ngắt",
        choices=[SelectChoice(i.value, i.label) for i in Interrupted],
        default=Interrupted.RESUME.value,
    )


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.EMERGENCY)
def index() -> ResponseReturnValue:
    """What holds now, the form, what waits for review, what was."""
    form = _form(None)
    if form.is_submitted() and form.validate():
        try:
            number = emergencies.draft(station(), actor(), _wish(form, None))
        except (RuleError, MediaError, UnsoundedError) as error:
            form.take(error)
        else:
            return leave_to(url_for("emergency.confirm", number=number))
    now = station().now()
    with station().db.read() as session:
        held = emergencies_queries.stories(session, now, EmergencyState.ACTIVE)
        drafts = emergencies_queries.stories(session, now, EmergencyState.DRAFT)
        past = emergencies_queries.stories(session, now, *_OVER)
        waiting = emergencies_queries.unreviewed(session)
        names = people.names_by_username(session)
        zones = zones_queries.zone_names(session)
    page = render_template(
        "air/emergency/index.html",
        form=form,
        draft=None,
        held=held,
        drafts=drafts,
        past=past,
        waiting=waiting,
        names=names,
        zones=zones,
        words=_zone_words(),
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/cap")
@needs(Permission.EMERGENCY)
def cap() -> ResponseReturnValue:
    """Take a CAP 1.2 message as a draft to be read, given its zones, and confirmed."""
    file = request.files.get("cap")
    if file is None or not file.filename:
        flash("Hãy chọn tệp CAP (.xml).", "error")
        return leave_to(url_for("emergency.index"))
    name = file_name(file.filename)
    try:
        with apart.on_behalf_of(actor().username, urgent=True):
            number = draft_from_cap(station(), actor(), file.read(), name)
    except AlreadyTakenError as taken:
        flash(taken.message, "error")
        return leave_to(url_for("emergency.edit" if taken.waits else "emergency.show", number=taken.number))
    except RuleError as error:
        flash(error.message, "error")
        return leave_to(url_for("emergency.index"))
    flash(f"Đã đọc bản tin CAP “{name}”. Hãy xem lại nội dung và chọn nơi phát.")
    return leave_to(url_for("emergency.edit", number=number))


@blueprint.route("/<int:number>/edit", methods=["GET", "POST"])
@needs(Permission.EMERGENCY)
def edit(number: int) -> ResponseReturnValue:
    """Change a draft."""
    row = _row(number)
    form = _form(row)
    if form.is_submitted() and form.validate():
        try:
            emergencies.change(station(), actor(), number, _wish(form, row), seen=opened())
        except (RuleError, MediaError, UnsoundedError) as error:
            form.take(error)
        else:
            return leave_to(url_for("emergency.confirm", number=number))
    page = render_template(
        "air/emergency/edit.html",
        form=form,
        draft=row,
        words=_zone_words(),
        facts=cap_facts(station(), row),
        opened=emergencies.facts_of(row),
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.route("/<int:number>/confirm", methods=["GET", "POST"])
@needs(Permission.EMERGENCY)
def confirm(number: int) -> ResponseReturnValue:
    """The second step: names what will sound where, and what it interrupts."""
    if request.method == "POST":
        try:
            seal = request.form.get("seal", "")
            alone = emergencies.confirm(station(), actor(), number, another=_another(), seal=seal)
        except NotAsShownError as error:
            flash(error.message, "error")
            return leave_to(url_for("emergency.confirm", number=number))
        except RuleError as error:
            flash(error.message, "error")
            return leave_to(
                url_for("emergency.edit" if error.field != ("emergency",) else "emergency.show", number=number)
            )
        over = _row(number).over
        done = (
            "Đã kết thúc và đọc một lần, không báo động."
            if over
            else "Đã xác nhận phát khẩn cấp. Thanh trên cùng cho biết bản tin đã ra loa chưa, và có nút dừng."
        )
        flash(alone or done, "error" if alone else "message")
        return leave_to(url_for("emergency.show", number=number))
    row = _row(number)
    if row.state is not EmergencyState.DRAFT:
        return leave_to(url_for("emergency.show", number=number))
    missing = ""
    try:
        emergencies.wish_of(row).cleaned().check(station().now())
    except RuleError as error:
        missing = error.message
    with station().db.read() as session:
        codes = zone_map(session).expand(row.zones, where="zones")
        ended = emergencies.gives_way(session, row, station().outputs(session), station().now(), Another.AFTER)
        beside = emergencies.beside(session, row, station().outputs(session), station().now())
        zones = zones_queries.zone_names(session)
        seal = seal_of(emergencies.deciding(station(), session, row))
        words = emergency_words.words_of(station(), session, row)
    outputs = onair.facts().outputs
    cut = [a for a in onair.facts().airing if outputs.collide(a.zones, codes)]
    dumb = not (row.recorded or row.quick_sha256 or status(station(), "worker")[0])
    return render_template(
        "air/emergency/confirm.html",
        dumb=dumb,
        seal=seal,
        said=differences.difference(" ".join(row.text.split()), emergency_words.said(words)) if words else [],
        row=row,
        codes=codes,
        also=outputs.also(codes),
        muted=outputs.meeting(onair.facts().muted, codes),
        zones=zones,
        ended=ended,
        beside=beside,
        choices=list(Another),
        cut=cut,
        missing=missing,
        facts=cap_facts(station(), row),
        hours=station().settings.emergency.lasts_hours,
    )


@blueprint.post("/<int:number>/dismiss")
@needs(Permission.EMERGENCY)
def dismiss(number: int) -> ResponseReturnValue:
    """Put a draft aside."""
    emergencies.dismiss(station(), actor(), number)
    flash("Đã bỏ bản nháp; không có gì được phát.")
    return leave_to(url_for("emergency.index"))


@blueprint.get("/<int:number>")
@needs(Permission.VIEW)
def show(number: int) -> ResponseReturnValue:
    """One emergency: its words, who did what, each time it sounded, its review."""
    now = station().now()
    hours = dt.timedelta(hours=station().settings.emergency.lasts_hours)
    with station().db.read() as session:
        story = emergencies_queries.story(session, emergencies.get(session, number), now)
        rows = emergencies_queries.soundings(session, number)
        names = people.names_by_username(session)
        zones = zones_queries.zone_names(session)
        codes = zone_map(session).expand(story.row.zones, where="zones")
    return render_template(
        "air/emergency/show.html",
        row=story.row,
        story=story,
        rows=rows,
        names=names,
        zones=zones,
        codes=codes,
        later=max(now, story.row.expires_at or now) + hours,
        facts=cap_facts(station(), story.row),
        findings=list(ReviewFinding),
    )


@blueprint.get("/<int:number>/sound")
@needs(Permission.VIEW)
def sound(number: int) -> ResponseReturnValue:
    """The words as they sound best so far."""
    row = _row(number)
    return send_sound(row.good_sha256 or row.quick_sha256 or "")


@blueprint.get("/<int:number>/hear")
@needs(Permission.EMERGENCY)
@polled
def hear(number: int) -> ResponseReturnValue:
    """The player of a draft's words, once they are spoken."""
    return render_template("air/emergency/_hear.html", row=_row(number))


@blueprint.route("/<int:number>/cancel", methods=["GET", "POST"])
@needs(Permission.EMERGENCY)
def cancel(number: int) -> ResponseReturnValue:
    """End an emergency; asks once, for the reason."""
    row = _row(number)
    refused = ""
    if request.method == "POST":
        try:
            emergency_ending.cancel(station(), actor(), number, request.form.get("reason", ""))
        except RuleError as error:
            refused = error.message
        else:
            flash("Đã kết thúc bản tin khẩn cấp; sẽ không lặp lại nữa.")
            return leave_to(url_for("emergency.show", number=number))
    with station().db.read() as session:
        zones = zones_queries.zone_names(session)
        codes = zone_map(session).expand(row.zones, where="zones")
    page = render_template("air/emergency/cancel.html", row=row, zones=zones, codes=codes, refused=refused)
    return page, 422 if refused else 200


@blueprint.post("/<int:number>/prolong")
@needs(Permission.EMERGENCY)
def prolong(number: int) -> ResponseReturnValue:
    """Let an emergency hold longer."""
    try:
        until = dt.datetime.fromisoformat(request.form.get("until", "")).replace(tzinfo=station().settings.tz)
    except ValueError:
        flash("Hãy chọn ngày giờ kéo dài tới.", "error")
        return leave_to(url_for("emergency.show", number=number))
    try:
        emergency_ending.prolong(station(), actor(), number, until)
    except RuleError as error:
        flash(error.message, "error")
    else:
        flash(f"Bản tin khẩn cấp có hiệu lực tới {station().local(until):%H:%M %d/%m/%Y}.")
    return leave_to(url_for("emergency.show", number=number))


@blueprint.post("/<int:number>/review")
@needs(Permission.APPROVE)
def review(number: int) -> ResponseReturnValue:
    """Write down what a leader found afterwards."""
    finding = request.form.get("finding", "")
    if finding not in list(ReviewFinding):
        flash("Hãy chọn một kết luận.", "error")
        return leave_to(url_for("emergency.show", number=number))
    try:
        emergencies.review(station(), actor(), number, ReviewFinding(finding), request.form.get("note", "")[:2000])
    except RuleError as error:
        flash(error.message, "error")
    else:
        flash("Đã ghi kết luận xem lại.")
    return leave_to(url_for("emergency.show", number=number))


def _another() -> Another:
    """What the person chose for the emergencies beside it; without a choice they are replaced."""
    try:
        return Another(request.form.get("another", Another.REPLACE))
    except ValueError:
        raise RuleError("Hãy chọn thay bản tin đang hiệu lực hay phát ngay sau nó.", field="emergency") from None


def _row(number: int) -> Emergency:
    with station().db.read() as session:
        return emergencies.get(session, number)


def _form(row: Emergency | None) -> EmergencyForm:
    form = EmergencyForm(obj=row)
    words = _zone_words()
    form.zones.choices = [SelectChoice(code, name) for code, name in words.items()]
    if row is not None and row.over:
        with station().db.read() as session:
            form.ends.choices = [
                SelectChoice(e.id, f"số {e.id} “{e.title}”") for e in emergencies.active(session, station().now())
            ]
    if not form.is_submitted():
        form.interrupted.data = (row.interrupted if row else Interrupted.RESUME).value
        form.title.data = row.typed_title if row else ""
        form.expires_at.data = _local(row.expires_at) if row else None
        if row is None:
            form.repeat_minutes.data = None
    return form


def _local(moment: dt.datetime | None) -> dt.datetime | None:
    """A moment as the clock on the wall shows it, which is what a browser takes."""
    return station().local(moment).replace(tzinfo=None) if moment else None


def _aware(wall: dt.datetime | None, kept: dt.datetime | None = None) -> dt.datetime | None:
    """What a browser sent, in the station's zone; an end that was not touched keeps its seconds."""
    if wall is None:
        return None
    moment = wall.replace(tzinfo=station().settings.tz)
    return kept if kept is not None and kept.replace(second=0, microsecond=0) == moment else moment


def _zone_words() -> dict[str, str]:
    """What may be chosen: everything, groups, zones."""
    with station().db.read() as session:
        groups = {g.code: f"Nhóm {g.name}" for g in zones_queries.groups(session)}
        return {ALL: "Tất cả cụm loa"} | groups | zones_queries.zone_names(session)


def _wish(form: EmergencyForm, row: Emergency | None) -> EmergencyRequest:
    sha, ms = (row.quick_sha256, row.quick_ms) if row is not None and row.recorded else (None, 0)
    file = request.files.get("recording")
    if file is not None and file.filename:
        with apart.on_behalf_of(actor().username, urgent=True):
            sha, ms = emergency_voice.keep_sent(station(), file.stream)
    return EmergencyRequest(
        title=form.title.data or "",
        text=form.text.data or "",
        zones=tuple(form.zones.data or ()),
        reason=form.reason.data or "",
        repeat_minutes=form.repeat_minutes.data,
        expires_at=_aware(form.expires_at.data, row.expires_at if row else None),
        over=row.over if row else False,
        ends=tuple(form.ends.data or ()) if row and row.over else tuple(row.ends) if row else (),
        interrupted=Interrupted(form.interrupted.data or Interrupted.RESUME),
        recording_sha256=sha,
        recording_ms=ms,
    )
