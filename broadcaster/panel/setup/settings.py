"""Cài đặt: each value with its explanation, changed here or in `station.toml`; backups taken, fetched, brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from broadcaster.db.queries import people, work
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.web import agreeing, seeing
from broadcaster.panel.web.access import actor, leave_to, needs, polled, station
from broadcaster.panel.web.filters import number
from broadcaster.panel.web.forms import PassphraseForm
from broadcaster.panel.web.promising import promise
from broadcaster.panel.web.proving import grave
from broadcaster.services.schedule.air import SilencesError
from broadcaster.services.setup import (
    backup,
    carrying,
    certificates,
    restarting,
    restoring,
    settings_check,
    settings_editor,
)
from broadcaster.services.setup.settings_editor import Written
from broadcaster.settings import only_at_start

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
_WORDS = {
    "south": "Miền Nam: lẻ, ngàn",
    "north": "Miền Bắc: linh, nghìn",
    "horn": "Loa nén ngoài trời",
    "studio": "Giữ tự nhiên",
    "air": "Vẫn phát bản đã duyệt",
    "hold": "Giữ lại chờ đọc lại",
    "TM": "TM. (thay mặt)",
    "KT": "KT. (ký thay)",
    "TL": "TL. (thừa lệnh)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One setting: in words, and as a form takes it."""

    key: str
    words: str
    explanation: str
    kind: Written
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    limit: bool = False
    """Whether it may be lifted altogether."""
    lifted: bool = False
    wrong: bool = False

    @property
    def is_yes(self) -> bool:
        """Whether it is on or off."""
        return self.kind is Written.YES

    @property
    def is_choice(self) -> bool:
        """Whether one of a few is chosen."""
        return self.kind is Written.CHOICE

    @property
    def is_lines(self) -> bool:
        """Whether it is a list, a line each."""
        return self.kind is Written.LINES

    @property
    def is_number(self) -> bool:
        """Whether a number is typed."""
        return self.kind is Written.NUMBER

    def typed(self, form: Mapping[str, str], error: RuleError) -> Value:
        """The setting as it was typed in a form that was refused."""
        lifted = bool(form.get(f"{self.key}-none"))
        return replace(self, text=form.get(self.key, ""), lifted=lifted, wrong=self.key in error.field)


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All settings, and the backups."""
    here = station()
    settings = here.home.settings_in_use()
    sections = [
        (name, *_title(type(section)), _values(name, section))
        for name in type(settings).model_fields
        if name not in settings_editor.HIDDEN and isinstance(section := getattr(settings, name), BaseModel)
    ]
    with here.db.read() as session:
        job = work.job(session, JobKind.BACKUP)
    return render_template(
        "setup/settings/index.html",
        sections=sections,
        file=here.home.settings_file,
        wrong=settings_check.in_settings(here),
        network=certificates.told(here, here.settings.web.host, here.settings.web.port),
        authority=certificates.authority(here),
        **_waiting(),
        job=job,
        backups=backup.backups(here.home),
        may_change=set(settings_editor.sections()),
    )


@blueprint.route("/<section>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def edit(section: str) -> ResponseReturnValue:
    """Change one section."""
    here = station()
    model = settings_editor.sections().get(section)
    if model is None:
        raise NotFoundError("Không có nhóm cài đặt này.", field="section")
    refused: RuleError | None = None
    if request.method == "POST":
        try:
            changed = settings_editor.change(
                here, actor(), section, request.form, agreed=agreeing.agreed(), seen=seeing.opened()
            )
        except SilencesError:
            raise
        except RuleError as error:
            refused = seeing.noted(error)
        else:
            if changed:
                later = [k for k in changed if only_at_start(section, k)]
                flash(
                    f"Đã lưu {len(changed)} cài đặt, có hiệu lực ngay."
                    if not later
                    else f"Đã lưu {len(changed)} cài đặt; {len(later)} cài đặt chờ khởi động lại đài."
                )
            return leave_to(url_for("settings.index"))
    title, explanation = _title(model)
    values = [v for v in _values(section, getattr(here.home.settings_in_use(), section)) if v.kind]
    if refused is not None:
        values = [v.typed(request.form, refused) for v in values]
    page = render_template(
        "setup/settings/edit.html",
        section=section,
        title=title,
        explanation=explanation,
        values=values,
        facts=settings_editor.facts_of(here, section),
        refused=refused,
    )
    return page, 422 if refused else 200


@blueprint.post("/restart")
@needs(Permission.MANAGE)
def restart() -> ResponseReturnValue:
    """Ask for a restart at a quiet moment, or take the wish back."""
    if request.form.get("do") == "withdraw":
        restarting.withdraw(station(), actor())
        flash("Đã thôi khởi động lại.")
    else:
        restarting.ask(station(), actor())
        flash("Đã ghi nhận. Đài tự khởi động lại vào lúc yên rồi trở lại ngay.")
    return leave_to(url_for("settings.index"))


@blueprint.get("/waiting")
@needs(Permission.VIEW)
@polled
def waiting() -> ResponseReturnValue:
    """The settings that wait for a start, and how far the restart is."""
    return render_template("setup/settings/_waiting.html", **_waiting())


@blueprint.post("/backups")
@needs(Permission.MANAGE)
def back_up() -> ResponseReturnValue:
    """Ask the worker for a backup now."""
    backup.want_backup(station(), actor(), whole=bool(request.form.get("whole")))
    promise("Đã yêu cầu sao lưu.", "Việc này chạy nền; tải lại trang sau một phút để thấy bản mới.")
    return leave_to(url_for("settings.index"))


@blueprint.route("/backups/<name>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def backup_file(name: str) -> ResponseReturnValue:
    """One backup under a passphrase, to be kept elsewhere."""
    here = station()
    found = backup.find(here.home, name)
    form = PassphraseForm()
    if form.validate_on_submit():
        try:
            passphrase = carrying.good(form.passphrase.data, form.again.data)
        except RuleError as error:
            form.take(error)
        else:
            pieces = carrying.handed_out(here, actor(), name, passphrase)
            answer = flask.Response(pieces, mimetype="application/octet-stream")
            answer.headers.set("Content-Disposition", "attachment", filename=f"{found.name}{carrying.SUFFIX}")
            answer.headers["Cache-Control"] = "no-store"
            return answer
    page = render_template("setup/settings/carry.html", found=found, form=form, shortest=carrying.SHORTEST)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/backups/<name>/restore", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def restore(name: str) -> ResponseReturnValue:
    """Bring a backup back beside the living station; asks once, and overwrites nothing."""
    here = station()
    found = backup.find(here.home, name)
    made = None
    if request.method == "POST":
        made = restoring.restore_beside(here, actor(), name, seal=seeing.sealed())
    shown = {} if made else restoring.deciding(found)
    return render_template("setup/settings/restore.html", found=found, made=made, shown=shown)


def _waiting() -> dict[str, Any]:
    here = station()
    with here.db.read() as session:
        return {
            "waiting": settings_editor.waiting(here),
            "wish": restarting.wish(here),
            "in_the_way": restarting.in_the_way(here, session),
            "supervised": restarting.supervised(),
            "people": people.names_by_username(session),
        }


def _title(model: type[BaseModel]) -> tuple[str, str]:
    words = (model.__doc__ or model.__name__).strip()
    head, _, rest = words.partition(". ")
    return head.rstrip("."), rest


def _values(name: str, section: BaseModel) -> list[Value]:
    found = []
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        kind = settings_editor.kind_of(field)
        choices = (
            tuple((str(c), _WORDS.get(str(c), str(c))) for c in get_args(field.annotation))
            if kind is Written.CHOICE
            else ()
        )
        text = "\n".join(value) if kind is Written.LINES else "" if value is None else str(value)
        if kind is Written.YES:
            text = "yes" if value else ""
        words = _WORDS.get(str(value), "") if kind is Written.CHOICE else ""
        limit = settings_editor.is_limit(field)
        words = words or ("Không giới hạn" if limit and value is None else _words(value))
        found.append(
            Value(
                key=key,
                words=words,
                explanation=(field.description or "") + only_at_start(name, key),
                kind=kind,
                text=text,
                choices=choices,
                limit=limit,
                lifted=not text,
            )
        )
    return found


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if value is None or value == "":
        return "(bỏ trống)"
    if isinstance(value, float):
        return number(value, 1)
    if isinstance(value, BaseModel):
        return str(getattr(value, "kind", getattr(value, "title", "")))
    if isinstance(value, Mapping):  # what no form of ours declares is named and not shown: it may be a password
        told = [f"{k}: {_words(v)}" if isinstance(v, BaseModel | Mapping) else str(k) for k, v in value.items()]
        return "; ".join(told) or "(bỏ trống)"
    if isinstance(value, list):
        return "; ".join(_words(v) for v in value) or "(bỏ trống)"
    return str(value)
