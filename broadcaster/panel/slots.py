"""Khung lịch, by hand: a slot written in a form, or a whole file; shown as a difference before it is in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import tomlkit
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import RotationRow
from broadcaster.db.queries import calendar as queries
from broadcaster.db.queries import library, registry
from broadcaster.domain.fold import slug
from broadcaster.domain.lateness import LatePolicy
from broadcaster.domain.roles import Permission
from broadcaster.domain.rotations import WEEKDAY_LABELS, WEEKDAYS
from broadcaster.domain.scripts import Genre
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.scheduling.rotation_toml import check_step, read_toml
from broadcaster.scheduling.rotation_words import LATE_WORDS, step_words
from broadcaster.services import planning, rotations

blueprint = Blueprint("slots", __name__, url_prefix="/schedule/rotations")
MAX_BYTES = 200_000
_MOST_STEPS = 40
_FILLS = {
    "bulletin,column": "tin và chuyên mục", "notice": "thông báo", "slogan": "khẩu hiệu",
    "bulletin,column,notice": "tin, chuyên mục, thông báo",
}  # fmt: skip
_FIXED = (Genre.STATION_CALL, Genre.OPENING, Genre.CLOSING)


@blueprint.route("/<code>/slots/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new(code: str) -> ResponseReturnValue:
    """A slot more."""
    return _edited(_in_force(code), None)


@blueprint.route("/<code>/slots/<name>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def edit(code: str, name: str) -> ResponseReturnValue:
    """Change a slot, or take it out."""
    row = _in_force(code)
    slot = next((s for s in row.definition["slot"] if s["code"] == name), None)
    if slot is None:
        raise NotFoundError(f"Lịch này không có khung nào mang mã “{name}”.", field="slot")
    return _edited(row, slot)


@blueprint.route("/upload", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def upload() -> ResponseReturnValue:
    """A rotation from a TOML file."""
    refused = ""
    if request.method == "POST":
        file = request.files.get("file")
        data = file.read(MAX_BYTES + 1) if file and file.filename else b""
        try:
            return _reviewed_file(data)
        except UnicodeDecodeError:
            refused = "Tệp không phải văn bản UTF-8. Hãy lưu lại tệp với bảng mã UTF-8."
        except RuleError as error:
            refused = str(error)
    return render_template("slots/upload.html", refused=refused), 422 if refused else 200


def _reviewed_file(data: bytes) -> ResponseReturnValue:
    if not data or len(data) > MAX_BYTES:
        raise RuleError("Hãy chọn một tệp .toml có nội dung, không quá 200 kB.", field="file")
    text = data.decode("utf-8-sig")
    return _reviewed(text, _version_of(text))


@blueprint.post("/apply")
@needs(Permission.SCHEDULE)
def put() -> ResponseReturnValue:
    """Put what was shown into force; when somebody was faster, show the difference anew."""
    text = request.form.get("text", "")[:MAX_BYTES]
    seen = request.form.get("over", "")
    try:
        lines = rotations.apply_rotation(
            station(), actor(), text, "lịch", over=int(seen) if seen.isdecimal() and len(seen) < 10 else None
        )
    except RuleError as error:
        if error.field != "over":
            raise
        return _reviewed(text, _version_of(text), error.message)
    result = planning.plan(station())
    counts = f"thêm {result.added}, đổi {result.changed}, bỏ {result.removed} buổi"
    flash(f"Đã áp dụng khung lịch mới và lập lại lịch: {counts}." if lines else "Không có gì thay đổi.")
    return leave_to(url_for("calendar.rotation_list"))


def _edited(row: RotationRow, slot: dict[str, Any] | None) -> ResponseReturnValue:
    given = _given(slot) if request.method == "POST" else dict(slot or _blank())
    faults: dict[str, str] = {}
    act = request.form.get("do", "")
    if request.method == "POST":
        try:
            if act == "remove" and slot is not None:
                return _reviewed(_with(row, slot, None), row.version)
            if act:
                given["item"] = _acted(given["item"], act)
            elif not (faults := _plain_faults(given)):
                given["code"] = slot["code"] if slot else _free_code(row, given["title"])
                return _reviewed(_with(row, slot, given | {"max_minutes": int(given["max_minutes"])}), row.version)
        except RuleError as error:
            faults = _beside(error, given.get("code", ""))
    with station().db.read() as session:
        cues = registry.cues(session)
        zones, groups = registry.zones(session), registry.groups(session)
        topics = {t.code: t.short for t in library.topics(session)}
    titles = {c.name: c.title for c in cues}
    lines = [(json.dumps(i, ensure_ascii=False), step_words(i, titles, topics)) for i in given["item"]]
    page = render_template(
        "slots/edit.html",
        row=row, slot=slot, given=given, faults=faults, lines=lines, cues=cues, zones=zones, groups=groups,
        topics=topics, fills=_FILLS, fixed=_FIXED, weekdays=list(zip(WEEKDAYS, WEEKDAY_LABELS, strict=True)),
        late_words=LATE_WORDS, hours=station().settings.hours, relays=station().settings.relays,
    )  # fmt: skip
    return page, 422 if faults else 200


def _reviewed(text: str, version: int | None, refused: str = "") -> ResponseReturnValue:
    lines = rotations.apply_rotation(station(), actor(), text, "lịch", dry_run=True)
    title = str(read_toml(text, name="lịch")["rotation"]["title"])
    page = render_template("slots/confirm.html", lines=lines, text=text, title=title, version=version, refused=refused)
    return page, 422 if refused else 200


def _blank() -> dict[str, Any]:
    return {"title": "", "start": "", "max_minutes": 15, "weekdays": list(WEEKDAYS), "zones": ["all"], "late": "join",
            "item": []}  # fmt: skip


def _given(slot: dict[str, Any] | None) -> dict[str, Any]:
    """Return the slot as the form has it; keys that the form does not show stay as they are."""
    form = request.form
    known = dict.fromkeys(form.getlist("zone"))
    late = form.get("late", "")
    return dict(slot or {}) | {
        "title": " ".join(form.get("title", "").split())[:200],
        "start": form.get("start", "").strip()[:8],
        "max_minutes": form.get("minutes", "").strip()[:4],
        "weekdays": [d for d in WEEKDAYS if d in form.getlist("weekday")],
        "zones": ["all"] if "all" in known else list(known),
        "late": late if late in list(LatePolicy) else LatePolicy.SKIP.value,
        "item": [_step(text) for text in form.getlist("item")[:_MOST_STEPS]],
    }


def _step(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text[:4000])
    except (json.JSONDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RuleError("Có mục không đọc được. Hãy tải lại trang rồi làm lại.", field="item")
    check_step(found, name="item")
    return found


def _plain_faults(given: dict[str, Any]) -> dict[str, str]:
    faults = {}
    if not given["title"]:
        faults["title"] = "Hãy đặt tên cho khung phát."
    if not given["start"]:
        faults["start"] = "Hãy điền giờ bắt đầu, ví dụ 17:00."
    minutes = str(given["max_minutes"])
    if not (minutes.isdecimal() and 1 <= int(minutes) <= 240):
        faults["max_minutes"] = "Một khung dài từ 1 đến 240 phút."
    if not given["weekdays"]:
        faults["weekdays"] = "Hãy chọn ít nhất một thứ trong tuần."
    if not given["zones"]:
        faults["zones"] = "Hãy chọn ít nhất một cụm loa."
    if not given["item"]:
        faults["item"] = "Hãy thêm ít nhất một mục, thường bắt đầu bằng nhạc hiệu."
    return faults


def _beside(error: RuleError, code: str) -> dict[str, str]:
    """Return the sentence under the field that it concerns, or under "" when it concerns something else."""
    where = error.field or ""
    names = [p.strip() for p in where.split(":")]
    if where == "item" or any(n.startswith("item ") for n in names):
        return {"item": error.message}
    ours = f"({code})" in where or f"slot {code}:" in where or "chồng giờ" in error.message
    return {names[-1] if ours and names[-1] in {"start", "max_minutes", "zones"} else "": error.message}


def _acted(items: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """Return the steps after one button: `up:2`, `down:2`, `drop:2` by place, or `cue:chuong` and such."""
    verb, _, rest = act.partition(":")
    form = request.form
    match verb:
        case "cue":
            return [*items, {"kind": "cue", "cue": rest[:64]}]
        case "script":
            return [*items, {"kind": "script", "genre": rest[:32]}]
        case "relay":
            return [*items, {"kind": "relay", "relay": rest[:64], "max_minutes": _count(form.get("relay_minutes"), 15)}]
        case "fill":
            genres = form.get("fill_genres", "")
            about = form.get("fill_topic", "")[:64]
            fill: dict[str, Any] = {
                "kind": "fill", "genres": (genres if genres in _FILLS else "bulletin,column,notice").split(","),
                "topics": [about or "*"], "max_items": min(_count(form.get("fill_most"), 6), 50),
            }  # fmt: skip
            separator = form.get("fill_separator", "")[:64]
            return [*items, fill | ({"separator": separator} if separator else {})]
    place = int(rest) if rest.isdecimal() and len(rest) < 4 else -1
    if not 0 <= place < len(items):
        return items
    if verb == "drop":
        return items[:place] + items[place + 1 :]
    other = place - 1 if verb == "up" else place + 1
    if verb in {"up", "down"} and 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    return items


def _count(written: str | None, otherwise: int) -> int:
    return max(1, int(written)) if written and written.isdecimal() and len(written) < 4 else otherwise


def _with(row: RotationRow, slot: dict[str, Any] | None, instead: dict[str, Any] | None) -> str:
    """Return the file of the rotation with one slot added, put in the place of `slot`, or taken out (None)."""
    slots: Sequence[dict[str, Any]] = row.definition["slot"]
    changed: list[dict[str, Any]] = []
    for old in slots:
        kept = instead if slot is not None and old["code"] == slot["code"] else old
        changed += [kept] if kept is not None else []
    if slot is None and instead is not None:
        changed.append(instead)
    if not changed:
        raise RuleError("Đây là khung cuối cùng của lịch, không bỏ được. Hãy sửa nó.", field="slot")
    return tomlkit.dumps(row.definition | {"slot": changed})


def _free_code(row: RotationRow, title: str) -> str:
    taken = {s["code"] for s in row.definition["slot"]}
    stem = slug(title)[:40].strip("-") or "khung"
    return next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if c not in taken)


def _in_force(code: str) -> RotationRow:
    with station().db.read() as session:
        row = next((r for r in queries.rotations(session) if r.code == code), None)
    if row is None:
        raise NotFoundError(f"Không có lịch nào mang mã “{code}”.", field="rotation")
    return row


def _version_of(text: str) -> int | None:
    """Return the version in force of the rotation that a file names."""
    table = read_toml(text, name="lịch").get("rotation")
    code = table.get("code") if isinstance(table, dict) else None
    with station().db.read() as session:
        return next((r.version for r in queries.rotations(session) if r.code == code), None)
