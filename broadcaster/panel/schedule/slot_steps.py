"""The steps of a slot as its form has them: read, their options changed in place, added, ordered, dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from broadcaster.domain.scripts.scripts import Genre
from broadcaster.errors import RuleError
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.paging import reordered
from broadcaster.scheduling.rotation_toml import check_step

MOST_STEPS: Final = 40
FILLS: Final = {
    "bulletin,column": "tin và chuyên mục",
    "notice": "thông báo",
    "slogan": "khẩu hiệu",
    "bulletin,column,notice": "tin, chuyên mục, thông báo",
}
FIXED: Final = (Genre.STATION_CALL, Genre.OPENING, Genre.CLOSING)
KEEP: Final = "="
"""The choice of a list that leaves what the list has no words for."""
_EVERY_FILL = "bulletin,column,notice"
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a form; where an option is wrong the step stays as it was."""

    items: list[dict[str, Any]]
    fault: str = ""
    at: int | None = None
    """The place of the step whose option is wrong."""


def read(form: Form) -> Steps:
    """The steps of a form with the options that were typed for each.

    Raises:
        RuleError: a step is none.
    """
    items, fault, at = [_step(text) for text in form.getlist("item")[:MOST_STEPS]], "", None
    for n, item in enumerate(items):
        try:
            items[n] = _with_options(item, {k: form[f"{k}-{n}"].strip() for k in _OPTIONS if f"{k}-{n}" in form})
        except RuleError as error:
            fault, at = fault or f"Mục {n + 1}: {error.message}", n if at is None else at
    return Steps(items, fault, at)


def acted(items: list[dict[str, Any]], act: str, form: Form) -> list[dict[str, Any]]:
    """The steps after one button: `up:2`, `down:2`, `drop:2` by place, or `cue:chuong` and such."""
    verb, _, rest = act.partition(":")
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
                "kind": "fill",
                "genres": (genres if genres in FILLS else _EVERY_FILL).split(","),
                "topics": [about or "*"],
                "max_items": min(_count(form.get("fill_most"), 6), 50),
            }
            separator = form.get("fill_separator", "")[:64]
            return [*items, fill | ({"separator": separator} if separator else {})]
    return reordered(items, verb, rest)


def options_of(item: Mapping[str, Any]) -> dict[str, str]:
    """The options of a step as its form shows them."""
    if item["kind"] != "fill":
        return {k: str(item.get(k) or "") for k in ("cue", "genre", "max_minutes")}
    genres = ",".join(item.get("genres", _EVERY_FILL.split(",")))
    topics = item.get("topics", ["*"])
    return {
        "genres": genres if genres in FILLS else KEEP,
        "topic": ("" if topics == ["*"] else topics[0]) if len(topics) == 1 else KEEP,
        "most": str(item.get("max_items", 6)),
        "separator": item.get("separator") or "",
        "repeats": str(item.get("repeat_notices", 0)),
        "rest": f"{item.get('separation_hours', 0):g}",
    }


def _with_options(item: dict[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """A step with its options as typed; keys that nobody changed stay as they are."""
    typed = {k: v for k, v in told.items() if v != options_of(item).get(k, v)}
    changed = dict(item)
    for name, text in typed.items():
        match name:
            case "cue" | "genre" if text:
                changed[name] = text[:64]
            case "max_minutes":
                changed[name] = _within(text, 1, 120, "Số phút tiếp âm")
            case "genres" if text in FILLS:
                changed["genres"] = text.split(",")
            case "topic" if text != KEEP:
                changed["topics"] = [text[:64] or "*"]
            case "most":
                changed["max_items"] = _within(text, 1, 50, "Số bài")
            case "repeats":
                changed["repeat_notices"] = _within(text, 0, 5, "Số lần đọc lại thông báo")
            case "rest":
                changed["separation_hours"] = _within(text, 0, 24 * 31, "Số giờ nghỉ giữa hai lần của một bài")
            case "separator":
                changed.pop("separator", None)
                changed |= {"separator": text[:64]} if text else {}
    check_step(changed, name="item")
    return changed


_OPTIONS = ("cue", "genre", "max_minutes", "genres", "topic", "most", "separator", "repeats", "rest")


def _within(text: str, least: int, most: int, what: str) -> int:
    number = a_number(text, least, most)
    if number is None:
        raise RuleError(f"{what} phải là số nguyên từ {least} đến {most}.", field="item")
    return number


def _step(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text[:4000])
    except (json.JSONDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RuleError("Có mục không đọc được. Hãy tải lại trang rồi làm lại.", field="item")
    check_step(found, name="item")
    return found


def _count(written: str | None, otherwise: int) -> int:
    number = a_number(written, most=999)
    return otherwise if number is None else max(1, number)
