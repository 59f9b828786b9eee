"""Cụm loa: where the horns are, how loud at which hour, in what state; complaints, repairs, and a tone to try them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from broadcaster.db.models import ZoneGroup, ZoneRow
from broadcaster.db.queries import log, people
from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.air.in_hand import StillAirsError
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.scripts.fields import Face, shown_on
from broadcaster.domain.setup.fields import DEFAULTS, ZoneFields
from broadcaster.domain.setup.zones import least_audible, parse_bands, volume_at
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.web import agreeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_moment
from broadcaster.panel.web.forms import GroupForm, ZoneForm
from broadcaster.panel.web.promising import promise
from broadcaster.panel.web.seeing import opened
from broadcaster.panel.web.withdrawing import chosen
from broadcaster.services.air import withdrawing
from broadcaster.services.schedule.air import SilencesError
from broadcaster.services.setup import zones

blueprint = Blueprint("zones", __name__, url_prefix="/zones")
_AROUND = dt.timedelta(minutes=1)
"""A complaint is noted to the minute."""


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All zones and groups."""
    with station().db.read() as session:
        rows = zones_queries.zones(session)
        groups = zones_queries.groups(session)
        heard = zones_queries.last_heard(session)
        counts = zones_queries.open_notes(session)
        outputs = station().outputs(session)
        open_notes = {z.code: counts.get(z.code, {}) for z in rows}
    now = station().local(station().now()).time()
    loud = {z.code: volume_at(z.volume, parse_bands(z.volume_bands), now) for z in rows}
    together = {z: min(loud[c] for c in outputs.reach((z,))) for z in loud}
    names = {z.code: z.name for z in rows}
    return render_template(
        "setup/zones/index.html",
        rows=rows,
        groups=groups,
        heard=heard,
        names=names,
        open_notes=open_notes,
        loud=loud,
        together=together,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new() -> ResponseReturnValue:
    """Add a zone."""
    form = _form(None)
    if form.validate_on_submit():
        try:
            code = zones.add_zone(station(), actor(), _fields(form))
        except SilencesError:
            raise
        except RuleError as error:
            form.take(error)
        else:
            flash(f"Đã thêm cụm loa “{form.name.data}”. Hãy phát âm thử để chắc loa kêu.")
            return leave_to(url_for("zones.edit", code=code))
    page = render_template(
        "setup/zones/edit.html",
        form=form,
        row=None,
        facts={},
        notes=(),
        aired={},
        people={},
        least_audible=least_audible(station().settings.sound.loudness),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<code>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def edit(code: str) -> ResponseReturnValue:
    """Change one zone; its notes."""
    with station().db.read() as session:
        row = zones_queries.zone(session, code)
    form = _form(row)
    if form.validate_on_submit():
        try:
            fields, agreed, seen = _fields(form), agreeing.agreed(), opened()
            told = withdrawing.of_zone(
                station(),
                actor(),
                code,
                chosen(),
                lambda still: zones.edit_zone(station(), actor(), code, fields, agreed=agreed, seen=seen, still=still),
            )
        except (SilencesError, StillAirsError):
            raise
        except RuleError as error:
            form.take(error)
        else:
            flash(f"Đã lưu cụm loa “{form.name.data}”. {told}".strip())
            return leave_to(url_for("zones.index"))
    return _page(row, form), 422 if form.is_submitted() else 200


@blueprint.post("/<code>/notes")
@needs(Permission.OPERATE)
def note(code: str) -> ResponseReturnValue:
    """Note a repair or a complaint."""
    given = request.form
    at = a_moment(given.get("at", ""), station().settings.tz, field="at")
    zones.add_note(station(), actor(), code, given.get("kind", ""), at, given.get("text", ""))
    flash("Đã ghi phản ánh." if given.get("kind") == "noise" else "Đã ghi việc sửa chữa.")
    return leave_to(_home(code))


@blueprint.post("/notes/<int:number>/close")
@needs(Permission.OPERATE)
def close_note(number: int) -> ResponseReturnValue:
    """Say what was done about a note."""
    code = zones.close_note(station(), actor(), number, request.form.get("answer", ""))
    flash("Đã ghi cách xử lý.")
    return leave_to(_home(code))


@blueprint.post("/<code>/tone")
@needs(Permission.SCHEDULE)
def tone(code: str) -> ResponseReturnValue:
    """Let one zone sound the line-up tone."""
    zones.play_tone(station(), actor(), code)
    coming = "Âm chuẩn ra loa của cụm này sau khoảng 12 giây. Nhờ người ở gần nghe giúp."
    promise("Đã xếp âm thử.", coming, by="playout")
    return leave_to(_home(code))


@blueprint.route("/groups/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new_group() -> ResponseReturnValue:
    """Add a group."""
    return _group(None)


@blueprint.route("/groups/<code>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def group(code: str) -> ResponseReturnValue:
    """Change a group."""
    with station().db.read() as session:
        row = next((g for g in zones_queries.groups(session) if g.code == code), None)
    if row is None:
        raise NotFoundError(f"Không có nhóm nào mang mã “{code}”.", field="group")
    return _group(row)


def _group(row: ZoneGroup | None) -> ResponseReturnValue:
    with station().db.read() as session:
        names = zones_queries.zone_names(session)
    form = GroupForm(data={"name": row.name, "members": row.members} if row else None)
    form.members.choices = [SelectChoice(code, name) for code, name in names.items()]
    if form.validate_on_submit():
        try:
            code = row.code if row else None
            name, members = form.name.data, form.members.data
            zones.save_group(station(), actor(), code, name, members, agreed=agreeing.agreed(), seen=opened())
        except SilencesError:
            raise
        except RuleError as error:
            form.take(error)
        else:
            flash(f"Đã lưu nhóm “{form.name.data}”.")
            return leave_to(url_for("zones.index"))
    facts = zones.group_facts(row) if row else {}
    page = render_template("setup/zones/group.html", form=form, row=row, names=names, facts=facts)
    return page, 422 if form.is_submitted() else 200


def _form(row: ZoneRow | None) -> ZoneForm:
    form = ZoneForm(obj=row, bands="\n".join(row.volume_bands) if row else "")
    form.sink.choices = [SelectChoice(n, f"{n} ({s.kind})") for n, s in station().settings.playout.sinks.items()]
    if row is not None and row.sink not in station().settings.playout.sinks:
        form.sink.choices.append(SelectChoice(row.sink, f"{row.sink} (không còn trong cài đặt)"))
    if row is None and not form.is_submitted():
        form.volume.data, form.enabled.data = 100, True
    return form


def _fields(form: ZoneForm) -> ZoneFields:
    given = {
        n: DEFAULTS.get(n) if form[n].data is None else a.kind(form[n].data)
        for n, a in shown_on(Face.FORM, ZoneFields).items()
    }
    return ZoneFields(**given | {"bands": tuple((form.bands.data or "").splitlines())})


@dataclass(frozen=True, slots=True)
class AiredThen:
    """What a complaint about noise was about: what aired at that hour, and how loud it was to be."""

    shows: Mapping[int, str]
    """Titles of broadcasts, for whichever zone they were meant."""
    besides: tuple[str, ...]
    """The zones that were meant, where it was not this one."""
    volume: int


def _page(row: ZoneRow, form: ZoneForm) -> str:
    here = station()
    bands = parse_bands(row.volume_bands)
    with here.db.read() as session:
        notes = zones_queries.notes(session, row.code)
        names = people.names_by_username(session)
        zone_names, shared = zones_queries.zone_names(session), here.outputs(session).also((row.code,))
        noise = [n for n in notes if n.kind == "noise"]
        found = log.heard_near(session, row.code, [n.at for n in noise], _AROUND)
    aired = {
        n.id: AiredThen(
            {e.broadcast_id: e.broadcast_title for e in heard if e.broadcast_id is not None},
            tuple(dict.fromkeys(e.zone for e in heard if row.code in e.also)),
            volume_at(row.volume, bands, here.local(n.at).time()),
        )
        for n, heard in zip(noise, found, strict=True)
    }
    return render_template(
        "setup/zones/edit.html",
        form=form,
        row=row,
        notes=notes,
        aired=aired,
        people=names,
        names=zone_names,
        shared=shared,
        facts=zones.facts_of(row),
        least_audible=least_audible(station().settings.sound.loudness),
    )


def _home(code: str) -> str:
    return url_for("zones.edit", code=code) if actor().may(Permission.SCHEDULE) else url_for("zones.index")
