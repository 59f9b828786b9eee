"""Khung lịch, by hand: a slot written in a form, or a whole file; shown as a difference before it is in force."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import CueRow, RotationRow
from broadcaster.db.queries import schedule
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.fold import slug
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.schedule import typed_days
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS, WEEKDAYS
from broadcaster.domain.seen import OvertakenError, require_seen
from broadcaster.domain.setup.zones import ALL
from broadcaster.errors import Code, NotFoundError, RuleError
from broadcaster.panel.schedule import slot_steps
from broadcaster.panel.schedule.slot_steps import Steps
from broadcaster.panel.web import agreeing, seeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_date, a_number
from broadcaster.panel.web.replanning import replanned
from broadcaster.scheduling.rotation_toml import read_toml
from broadcaster.scheduling.rotation_words import LATE_WORDS, step_words
from broadcaster.services.schedule import rotations
from broadcaster.services.schedule.air import SilencesError

blueprint = Blueprint("slots", __name__, url_prefix="/schedule/rotations")
MAX_BYTES = 200_000
_DATES = ("valid_from", "valid_to")
_MONTHS = ("monthdays", "lunardays")
_LABELS = {
    "title": "Tên khung",
    "start": "Giờ bắt đầu",
    "max_minutes": "Dài nhất (phút)",
    "weekdays": "Những thứ trong tuần",
    "zones": "Phát ở đâu",
    "late": "Khi máy bật trễ giờ",
    "item": "Các mục",
    "valid_from": "Từ ngày",
    "valid_to": "Đến hết ngày",
    "monthdays": "Ngày trong tháng",
    "lunardays": "Ngày âm lịch",
}
_SEPARATOR = "ngat"
"""The sound between two scripts that most slots use."""


@blueprint.route("/<code>/slots/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new(code: str) -> ResponseReturnValue:
    """A slot more."""
    return edited(_in_force(code), None)


@blueprint.route("/<code>/slots/<name>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def edit(code: str, name: str) -> ResponseReturnValue:
    """Change a slot, or take it out."""
    row = _in_force(code)
    slot = next((s for s in row.definition["slot"] if s["code"] == name), None)
    if slot is None and request.method == "GET":
        raise NotFoundError(f"Lịch này không có khung nào mang mã “{name}”.", field="slot")
    return edited(row, slot, slot or {"title": "đã bỏ khung này"})


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
    return render_template("schedule/slots/upload.html", refused=refused), 422 if refused else 200


def _reviewed_file(data: bytes) -> ResponseReturnValue:
    if not data or len(data) > MAX_BYTES:
        raise RuleError("Hãy chọn một tệp .toml có nội dung, không quá 200 kB.", field="file")
    text = data.decode("utf-8-sig")
    return reviewed(text, _version_of(text))


@blueprint.post("/apply")
@needs(Permission.SCHEDULE)
def put() -> ResponseReturnValue:
    """Put what was shown into force; when somebody was faster, show the difference anew."""
    text = request.form.get("text", "")[:MAX_BYTES]
    seen = a_number(request.form.get("over"))
    try:
        lines = rotations.apply_rotation(station(), actor(), text, "lịch", over=seen, agreed=agreeing.agreed()).lines
    except SilencesError:
        return reviewed(text, seen or None, "Điều sẽ không phát vừa đổi từ khi mở trang này. Hãy xem lại.")
    except RuleError as error:
        if error.field != ("over",):
            raise
        return reviewed(text, _version_of(text), error.message)
    result = replanned()
    counts = f"thêm {result.added}, đổi {result.changed}, bỏ {result.removed} buổi"
    flash(f"Đã áp dụng khung lịch mới và lập lại lịch: {counts}." if lines else "Không có gì thay đổi.")
    return leave_to(url_for("calendar.rotation_list"))


def edited(
    row: RotationRow, slot: dict[str, Any] | None, facts: Mapping[str, Any] | None = None
) -> ResponseReturnValue:
    """Show a slot's form, or what it would change once it is whole; `row` may be one that is not kept yet.

    `facts` is what a slot is now that somebody opened before.
    """
    steps = slot_steps.read(request.form)
    given = _given(slot, steps) if request.method == "POST" else dict(slot or _blank())
    faults: dict[str, str] = {}
    act = request.form.get("do", "")
    if request.method == "POST":
        try:
            if act == "remove" and slot is not None:
                require_seen(facts or {}, seeing.opened(), _LABELS)
                return reviewed(_with(row, slot, None), row.version)
            if steps.fault and not act.startswith(("drop:", "remove")):
                faults = {"item": steps.fault}
            elif act:
                given["item"] = slot_steps.acted(given["item"], act, request.form)
            elif not (faults := _plain_faults(given)):
                require_seen(facts or {}, seeing.opened(), _LABELS)
                taken = {s["code"] for s in row.definition["slot"]}
                given["code"] = slot["code"] if slot else free_code(given["title"], taken, "khung")
                return reviewed(_with(row, slot, given | {"max_minutes": int(given["max_minutes"])}), row.version)
        except OvertakenError as error:
            if "item" in error.changed:
                error.changed["item"] = [step_words(i, {}, {}) for i in error.changed["item"]]
            faults = {"": seeing.noted(error).message}
        except RuleError as error:
            faults = _beside(error, given.get("code", ""))
    with station().db.read() as session:
        cues = zones_queries.cues(session)
        zones, groups = zones_queries.zones(session), zones_queries.groups(session)
        topics = {t.code: t.short for t in many.topics(session)}
    titles = {c.name: c.title for c in cues}
    cues = [c for c in cues if c.kind not in zones_queries.NEVER_SCHEDULED]
    lines = [
        SlotStep(
            json.dumps(i, ensure_ascii=False), step_words(i, titles, topics), str(i["kind"]), slot_steps.options_of(i)
        )
        for i in given["item"]
    ]
    chosen = given.get("zones", [ALL])
    page = render_template(
        "schedule/slots/edit.html",
        row=row,
        slot=slot,
        facts=facts,
        given=given,
        months={key: typed_days.typed(given.get(key, ()), moon=key == "lunardays") for key in _MONTHS},
        faults=faults,
        lines=list(enumerate(lines)),
        offered=_offered(cues, topics),
        chosen=chosen,
        everywhere=ALL in chosen,
        usual_separator=_SEPARATOR,
        cues=cues,
        zones=zones,
        groups=groups,
        topics=topics,
        fills=slot_steps.FILLS,
        fixed=slot_steps.FIXED,
        wrong=steps.at if faults else None,
        weekdays=list(zip(WEEKDAYS, WEEKDAY_LABELS, strict=True)),
        late_words=LATE_WORDS,
        hours=station().settings.hours,
        relays=station().settings.relays,
    )
    return page, 422 if faults else 200


@dataclass(frozen=True, slots=True)
class SlotStep:
    """One step of a slot as its form shows it."""

    value: str
    words: str
    kind: str
    options: Mapping[str, str]

    @property
    def editable(self) -> bool:
        """Whether it has options: a script that is named by its number has none."""
        return self.kind != ItemKind.SCRIPT or bool(self.options["genre"])


def _offered(cues: Sequence[CueRow], topics: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What each list of a step offers: a value and its words."""
    tunes = [(c.name, c.title) for c in cues]
    return {
        "cue": tunes,
        "fixed": [(g.value, g.label) for g in slot_steps.FIXED],
        "fill": list(slot_steps.FILLS.items()),
        "topic": [("", "Mọi chủ đề"), *topics.items()],
        "separator": [("", "Không có nhạc"), *tunes],
    }


def reviewed(text: str, version: int | None, refused: str = "") -> ResponseReturnValue:
    """Show what a file would change, to be put into force or not."""
    seen = rotations.apply_rotation(station(), actor(), text, "lịch", agreed=None)
    title = str(read_toml(text, name="lịch")["rotation"]["title"])
    page = render_template(
        "schedule/slots/confirm.html",
        lines=seen.lines,
        news=seen.news,
        never=seen.never,
        text=text,
        title=title,
        version=version,
        refused=refused,
    )
    return page, 422 if refused else 200


def _blank() -> dict[str, Any]:
    return {
        "title": "",
        "start": "",
        "max_minutes": 15,
        "weekdays": list(WEEKDAYS),
        "zones": ["all"],
        "late": "join",
        "item": [],
    }


def _given(slot: dict[str, Any] | None, steps: Steps) -> dict[str, Any]:
    """The slot as the form has it; keys that the form does not show stay as they are."""
    form = request.form
    known = dict.fromkeys(form.getlist("zone"))
    late = form.get("late", "")
    months = {key: typed_days.read(form.get(key, "")[:200]) for key in _MONTHS}
    dates = {key: form.get(key, "").strip()[:10] for key in _DATES}
    kept = {key: value for key, value in (slot or {}).items() if key not in dates | months}
    return (
        kept
        | {key: value for key, value in months.items() if value}
        | {key: value for key, value in dates.items() if value}
        | {
            "title": " ".join(form.get("title", "").split())[:200],
            "start": form.get("start", "").strip()[:8],
            "max_minutes": form.get("minutes", "").strip()[:4],
            "weekdays": [d for d in WEEKDAYS if d in form.getlist("weekday")],
            "zones": ["all"] if "all" in known else list(known),
            "late": late if late in list(LatePolicy) else LatePolicy.SKIP.value,
            "item": steps.items,
        }
    )


def _plain_faults(given: dict[str, Any]) -> dict[str, str]:
    faults = {}
    if not given["title"]:
        faults["title"] = "Hãy đặt tên cho khung phát."
    if not given["start"]:
        faults["start"] = "Hãy điền giờ bắt đầu, ví dụ 17:00."
    faults |= {key: "Hãy chọn ngày trong lịch." for key in _DATES if given.get(key) and a_date(given[key]) is None}
    if a_number(str(given["max_minutes"]), 1, 240) is None:
        faults["max_minutes"] = "Một khung dài từ 1 đến 240 phút."
    if not given["weekdays"]:
        faults["weekdays"] = "Hãy chọn ít nhất một thứ trong tuần."
    if not given["zones"]:
        faults["zones"] = "Hãy chọn ít nhất một cụm loa."
    if not given["item"]:
        faults["item"] = "Hãy thêm ít nhất một mục, thường bắt đầu bằng nhạc hiệu."
    return faults


def _beside(error: RuleError, code: str) -> dict[str, str]:
    """The sentence under the field that it concerns, or under "" when it concerns something else."""
    codes = {part for part in error.field if isinstance(part, Code)}
    names = [str(part) for part in error.field if not isinstance(part, Code)]
    if "item" in names:
        return {"item": error.message}
    ours = code in codes and names[-1] in {"start", "max_minutes", "zones", "valid_to", *_MONTHS}
    return {names[-1] if ours else "": error.message}


def _with(row: RotationRow, slot: dict[str, Any] | None, instead: dict[str, Any] | None) -> str:
    """The file of the rotation with one slot added, put in the place of `slot`, or taken out (None)."""
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


def free_code(title: str, taken: Collection[str], otherwise: str) -> str:
    """A code after a title that nothing has yet; after `otherwise` where the title has no letters."""
    stem = slug(title)[:40].strip("-") or otherwise
    return next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if c not in taken)


def _in_force(code: str) -> RotationRow:
    with station().db.read() as session:
        row = next((r for r in schedule.rotations(session) if r.code == code), None)
    if row is None:
        raise NotFoundError(f"Không có lịch nào mang mã “{code}”.", field="rotation")
    return row


def _version_of(text: str) -> int | None:
    """The version in force of the rotation that a file names."""
    table = read_toml(text, name="lịch").get("rotation")
    code = table.get("code") if isinstance(table, dict) else None
    with station().db.read() as session:
        return next((r.version for r in schedule.rotations(session) if r.code == code), None)
