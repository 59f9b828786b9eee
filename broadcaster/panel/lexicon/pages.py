"""Từ điển đọc: how the station says its words, heard and checked against approved scripts before it is kept."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import LexiconProposal, LexiconRow
from broadcaster.db.queries import lexicon as query
from broadcaster.db.queries import people, proposals
from broadcaster.domain.fold import fold, sort_key
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.panel.lexicon.form import HINTS, LexiconForm, fields_of
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import the_numbers
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.panel.web.seeing import opened, sealed
from broadcaster.panel.web.sending import send_trial
from broadcaster.services.lexicon import agreeing, layers
from broadcaster.services.lexicon.changes import AffectedError, Change, Effect, as_it_is, facts_of
from broadcaster.services.lexicon.files import MAX_BYTES, export_toml, import_change
from broadcaster.services.lexicon.reading import profile_of
from broadcaster.services.scripts.trial import MAX_CHARACTERS, trial_lexicon
from broadcaster.text import LexiconEntry, normalize

blueprint = Blueprint("lexicon", __name__, url_prefix="/lexicon")
_PAGE = 60
WAITS = "Đã ghi đề nghị. Cách đọc từ thường cho cả đài có hiệu lực khi lãnh đạo đồng ý."
LAYERS = {"station": "Của đài", "shipped": "Có sẵn của máy"}


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The entries, of the station or shipped, in the order of the alphabet."""
    layer = request.args.get("layer", "station")
    search = request.args.get("q", "")[:100]
    with station().db.read() as session:
        rows = list(session.scalars(layers.live()))
        version = layers.version(session)
        asked = [(row, agreeing.change_of(session, row)) for row in proposals.waiting(session, LexiconProposal)]
        gone = {r.id: r.written for r in rows}
        names = people.names_by_username(session)
        makers = agreeing.makers(session)
    shipped = [e for e in layers.layered(station()).entries if e.mode in layers.MODES]
    of_station = [(row.id, layers.entry_of(row)) for row in rows]
    listed = of_station if layer != "shipped" else [(None, e) for e in shipped]
    wanted = fold(search).strip()
    found = [(n, e) for n, e in listed if wanted in fold(f"{e.written} {e.spoken}")]
    found.sort(key=lambda item: sort_key(item[1].written))
    number = wanted_page()
    page = Page(number, _PAGE, len(found))
    lexicon = layers.layered(station())
    shown = [(n, e, layers.spoken_form(e, lexicon)) for n, e in found[(number - 1) * _PAGE : number * _PAGE]]
    overridden = {e.written for _, e in of_station}
    counts = {"station": len(of_station), "shipped": len(shipped)}
    part = "_list.html" if request.headers.get("HX-Request") else "index.html"
    return render_template(
        f"lexicon/{part}",
        rows=shown,
        page=page,
        layer=layer,
        search=search,
        layers=LAYERS,
        counts=counts,
        modes=layers.MODES,
        version=version,
        overridden=overridden,
        asked=asked,
        gone=gone,
        names=names,
        makers=makers,
        agreeable={n for n, entry in makers.items() if entry.awaits(actor())},
    )


@blueprint.route("/proposals/<int:number>", methods=["GET", "POST"])
@needs(Permission.APPROVE)
def decide(number: int) -> ResponseReturnValue:
    """Let what an editor asked for take effect, after saying what will be read otherwise; or put it aside."""
    accept, effect = request.form.get("do") != "refuse", None
    if request.method == "POST":
        try:
            agreeing.decide(station(), actor(), number, accept=accept, confirmed=_seen(), hold=_hold(), seal=sealed())
        except AffectedError as error:
            effect = error.effect
        else:
            flash("Đã đồng ý; từ điển đã cập nhật." if accept else "Đã bỏ đề nghị; từ điển giữ nguyên.")
            return leave_to(url_for("lexicon.index"))
    with station().db.read() as session:
        row = proposals.undecided(session, LexiconProposal, number)
        change = agreeing.change_of(session, row)
        gone = [r for r in session.scalars(layers.live()) if r.id in change.remove]
        names = people.names_by_username(session)
        shown = agreeing.deciding(session, row)
    values: dict[str, Any] = {
        "row": row,
        "shown": shown,
        "change": change,
        "gone": gone,
        "effect": effect,
        "hold": _hold_now(),
    }
    page = render_template("lexicon/decide.html", names=names, modes=layers.MODES, **values)
    return page, 422 if effect else 200


@blueprint.post("/<int:entry_id>/agree")
@needs(Permission.WRITE)
def agree(entry_id: int) -> ResponseReturnValue:
    """Put one's name to an entry that somebody else made."""
    agreeing.agree(station(), actor(), entry_id)
    flash("Đã ghi tên bạn đồng ý với cách đọc này.")
    return leave_to(url_for("lexicon.index"))


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.WRITE)
def new() -> ResponseReturnValue:
    """Add an entry."""
    asked = {k: request.args[k][:400] for k in ("written", "spoken", "mode") if k in request.args}
    form = LexiconForm(data=asked) if asked and request.method == "GET" else LexiconForm()
    return _page(form, None)


@blueprint.route("/<int:entry_id>/edit", methods=["GET", "POST"])
@needs(Permission.WRITE)
def edit(entry_id: int) -> ResponseReturnValue:
    """Change an entry."""
    with station().db.read() as session:
        row = as_it_is(session, entry_id)
    if request.method == "POST":
        return _page(LexiconForm(), row, entry_id)
    row = row or _row(entry_id)
    return _page(LexiconForm(data=fields_of(layers.entry_of(row))), row)


@blueprint.route("/<int:entry_id>/remove", methods=["GET", "POST"])
@needs(Permission.WRITE)
def remove(entry_id: int) -> ResponseReturnValue:
    """Take an entry out, after saying what will be read again without it."""
    row = _row(entry_id)
    entry = layers.entry_of(row)
    change = Change(remove=(row.id,))
    effect = None
    if request.method == "POST":
        try:
            made = agreeing.put(station(), actor(), change, confirmed=_seen(), hold=_hold())
        except AffectedError as error:
            effect = error.effect
        else:
            flash(WAITS if made.waits else f"Đã bỏ “{entry.written}” khỏi từ điển của đài.")
            return leave_to(url_for("lexicon.index"))
    with station().db.read() as session:
        others = [e for e in layers.entries(session) if e.key != entry.key]
    lexicon = layers.layered(station(), others)
    back = normalize(entry.written, profile=profile_of(station()), lexicon=lexicon, explain=False).text
    values: dict[str, Any] = {"entry": entry, "row": row, "back": back, "effect": effect, "hold": _hold_now()}
    return render_template("lexicon/remove.html", **values), 422 if effect else 200


@blueprint.post("/try")
@needs(Permission.WRITE)
def try_out() -> ResponseReturnValue:
    """How a sentence sounds with the entry that is being written, and how it does now."""
    form = LexiconForm()
    sample = request.form.get("sample", "").strip()[:MAX_CHARACTERS] or (form.written.data or "")[:MAX_CHARACTERS]
    try:
        entry = layers.checked(form.entry())
    except (RuleError, ValueError) as error:
        message = error.message if isinstance(error, RuleError) else "Hãy chọn cách đọc."
        return render_template("lexicon/_try.html", message=message)
    profile = profile_of(station())
    now = normalize(sample, profile=profile, lexicon=trial_lexicon(station(), ()), explain=False).text
    then = normalize(sample, profile=profile, lexicon=trial_lexicon(station(), (entry,)), explain=False).text
    heard = {"text": sample, "written": entry.written, "spoken": entry.spoken, "mode": entry.mode.value}
    return render_template("lexicon/_try.html", message="", now=now, then=then, sample=sample, heard=heard)


@blueprint.get("/hear")
@needs(Permission.WRITE)
def hear_it() -> ResponseReturnValue:
    """The sound of a trial, by the voice of the station."""
    args = request.args
    extra: tuple[LexiconEntry, ...] = ()
    if args.get("written"):
        form = LexiconForm(formdata=None, data={k: args.get(k, "")[:400] for k in ("written", "spoken", "mode")})
        try:
            extra = (layers.checked(form.entry()),)
        except ValueError:
            raise RuleError("Không hiểu kiểu đọc này.", field="mode") from None
    return send_trial(args.get("text", "")[: MAX_CHARACTERS + 1], extra, cache="private, max-age=60")


@blueprint.get("/export")
@needs(Permission.VIEW)
def export() -> ResponseReturnValue:
    """The station's entries as a TOML file."""
    with station().db.read() as session:
        text = export_toml(session)
    response = Response(text, mimetype="application/toml")
    response.headers["Content-Disposition"] = f'attachment; filename="tu-dien-doc-{station().today():%Y-%m-%d}.toml"'
    return response


@blueprint.route("/import", methods=["GET", "POST"])
@needs(Permission.WRITE)
def take_in() -> ResponseReturnValue:
    """Entries from a TOML file; what they touch is shown first."""
    effect, text, message = None, "", ""
    if request.method == "POST":
        file = request.files.get("file")
        text = request.form.get("text", "")
        try:
            data = file.read(MAX_BYTES + 1) if file and file.filename else text.encode()
            text = data.decode("utf-8-sig", errors="replace")
            change = import_change(data, name="tệp từ điển")
            made = agreeing.put(station(), actor(), change, confirmed=_seen(), hold=_hold())
        except AffectedError as error:
            effect = error.effect
        except RuleError as error:
            message = str(error)
        else:
            flash(f"{change.note} {f'{made.waits} mục chờ lãnh đạo đồng ý.' if made.waits else 'Từ điển đã cập nhật.'}")
            return leave_to(url_for("lexicon.index"))
    code = 422 if effect or message else 200
    return render_template("lexicon/import.html", effect=effect, text=text, message=message, hold=_hold_now()), code


@blueprint.get("/versions")
@needs(Permission.VIEW)
def versions() -> ResponseReturnValue:
    """Every change: when, by whom, what."""
    number = wanted_page()
    with station().db.read() as session:
        rows, total = query.versions(session, limit=_PAGE, offset=(number - 1) * _PAGE)
        names = people.names_by_username(session)
    return render_template("lexicon/versions.html", rows=rows, page=Page(number, _PAGE, total), names=names)


def _page(form: LexiconForm, row: LexiconRow | None, of: int | None = None) -> ResponseReturnValue:
    effect: Effect | None = None
    if form.validate_on_submit():
        try:
            entry = layers.checked(form.entry())
            moved = row is not None and layers.entry_of(row).key != entry.key
            gone = (row.id,) if row is not None and moved else ()
            change = Change(add=(entry,), remove=gone, of=of, seen=opened())
            made = agreeing.put(station(), actor(), change, confirmed=_seen(), hold=_hold())
        except AffectedError as error:
            effect = error.effect
        except StationError as error:
            form.take(error) if isinstance(error, RuleError) else form.form_errors.append(error.message)
        else:
            return _saved(entry, len(_seen()), made.waits)
    code = 422 if form.is_submitted() else 200
    small = request.headers.get("HX-Target") == "dialog"
    part = "_dialog.html" if small else "edit.html"
    values: dict[str, Any] = {"form": form, "row": row, "effect": effect, "hints": HINTS, "hold": _hold_now()}
    values["facts"] = facts_of(row) if row is not None or of is not None else None
    return render_template(f"lexicon/{part}", small=small, **values), code


def _saved(entry: LexiconEntry, stale: int, waits: int) -> ResponseReturnValue:
    said = WAITS if waits else f"Đã lưu cách đọc “{entry.written}”."
    if stale:
        said += f" {stale} bài đã duyệt cần duyệt lại lời đọc; máy đang tạo bản đọc mới."
    if request.headers.get("HX-Target") == "dialog":
        return Response(
            render_template("lexicon/_saved.html", said=said), headers={"HX-Trigger-After-Swap": "lexicon-changed"}
        )
    flash(said)
    return flask.redirect(url_for("lexicon.index"), code=303)


def _row(entry_id: int) -> LexiconRow:
    with station().db.read() as session:
        row = session.get(LexiconRow, entry_id)
    if row is None or row.until is not None or row.script_id is not None:
        raise NotFoundError("Mục này không còn trong từ điển của đài.", field="entry")
    return row


def _seen() -> set[int]:
    return set(the_numbers(request.form.get("seen", "")))


def _hold() -> bool | None:
    return {"hold": True, "air": False}.get(request.form.get("hold", ""))


def _hold_now() -> bool:
    chosen = _hold()
    return station().settings.approval.stale_reading == "hold" if chosen is None else chosen
