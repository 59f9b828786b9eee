"""Lịch mới: a rotation begun on the panel, empty (its first slot comes next) or as a copy of one in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import tomlkit
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import RotationRow
from broadcaster.db.queries import schedule
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.errors import RuleError
from broadcaster.panel.schedule import slots
from broadcaster.panel.web.access import needs, station
from broadcaster.panel.web.fields import a_date

JOINS = "joins"
"""The use of a rotation whose slots stand beside those of the others."""
blueprint = Blueprint("new_rotation", __name__, url_prefix="/schedule/rotations/new")


@blueprint.route("", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new() -> ResponseReturnValue:
    """Name a rotation and choose what it starts from; nothing is kept before its difference was seen."""
    rows = _in_force()
    given: Mapping[str, str] = request.form
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _faults(given, rows)
        if not faults and not given.get("source"):
            next_page = url_for(
                "new_rotation.first_slot",
                title=given["title"],
                days=given["days"],
                first=given["first"],
                last=given.get("last", ""),
                use=given.get("use", ""),
            )
            return redirect(next_page, code=303)
        if not faults:
            source = rows[given["source"]]
            try:
                return slots.reviewed(tomlkit.dumps({**source.definition, "rotation": _header(given, rows)}), None)
            except RuleError as error:
                faults = {"": error.message}
    else:
        source_code = request.args.get("source", "")
        given = {"first": station().today().isoformat(), "source": source_code if source_code in rows else ""}
    page = render_template(
        "schedule/slots/new_rotation.html", rows=rows, given=given, faults=faults, kinds=list(DayKind), joins=JOINS
    )
    return page, 422 if faults else 200


@blueprint.route("/slot", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def first_slot() -> ResponseReturnValue:
    """The first slot of a rotation that is not kept yet: its name and days are in the address."""
    rows = _in_force()
    if _faults(request.args, rows):
        return redirect(url_for("new_rotation.new"), code=303)
    header = _header(request.args, rows)
    unsaved = RotationRow(
        code=header["code"], version=0, title=header["title"], definition={"rotation": header, "slot": []}
    )
    return slots.edited(unsaved, None)


def _in_force() -> dict[str, RotationRow]:
    with station().db.read() as session:
        return {row.code: row for row in schedule.rotations(session)}


def _faults(given: Mapping[str, str], rows: Mapping[str, RotationRow]) -> dict[str, str]:
    faults = {}
    if not 0 < len(_title(given)) <= 200:
        faults["title"] = "Hãy đặt tên cho lịch, không quá 200 ký tự."
    if given.get("days") not in list(DayKind):
        faults["days"] = "Hãy chọn loại ngày dùng lịch này."
    first, last = a_date(given.get("first")), a_date(given.get("last"))
    if first is None:
        faults["first"] = "Hãy chọn ngày bắt đầu dùng lịch."
    if given.get("last") and (last is None or (first is not None and last < first)):
        faults["last"] = "Ngày kết thúc phải từ ngày bắt đầu trở đi; bỏ trống nếu dùng lâu dài."
    if given.get("source") and given["source"] not in rows:
        faults["source"] = "Lịch mẫu này không còn dùng nữa. Hãy chọn lịch khác."
    return faults


def _header(given: Mapping[str, str], rows: Mapping[str, RotationRow]) -> dict[str, Any]:
    """The head of the new rotation's file; while it is valid it rules over others of its kind of day, or joins them."""
    ahead = [
        r.definition["rotation"].get("priority", 0)
        for r in rows.values()
        if r.definition["rotation"].get("days", DayKind.ORDINARY) == given["days"]
    ]
    code = slots.free_code(_title(given), rows, "lich")
    header = {"code": code, "title": _title(given), "days": given["days"], "valid_from": _day(given["first"])}
    if given.get("last"):
        header["valid_to"] = _day(given["last"])
    if given.get("use") == JOINS:
        return header | {"joins": True}
    return header | {"priority": max(ahead, default=-1) + 1}


def _day(text: str) -> str:
    return dt.date.fromisoformat(text[:10]).isoformat()


def _title(given: Mapping[str, str]) -> str:
    return one_line(given.get("title", ""))
