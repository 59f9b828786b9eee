"""Rotation tables in words: one step of a slot, and what changes between two versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from broadcaster.domain.schedule.recurrence import LAST, parse_month_days
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS, WEEKDAYS, DayKind
from broadcaster.domain.scripts.scripts import Genre

LATE_WORDS = {"skip": "bỏ, không phát muộn", "air": "vẫn phát từ đầu", "join": "phát tiếp từ chỗ đang tới"}
_KEYS = {
    "title": "tên",
    "days": "loại ngày",
    "valid_from": "ngày bắt đầu",
    "valid_to": "ngày kết thúc",
    "priority": "thứ tự ưu tiên",
    "start": "giờ bắt đầu",
    "max_minutes": "số phút tối đa",
    "weekdays": "các thứ",
    "monthdays": "ngày trong tháng",
    "lunardays": "ngày âm lịch",
    "joins": "cách dùng",
    "zones": "cụm loa",
    "late": "khi trễ",
    "grace_seconds": "số giây trễ cho phép",
    "overrun": "khi dài quá khung",
    "item": "danh sách mục",
}
_VALUES = {
    "late": LATE_WORDS,
    "overrun": {"cut": "cắt khi hết khung", "finish": "phát cho hết"},
    "days": {k.value: k.inline for k in DayKind},
    "weekdays": dict(zip(WEEKDAYS, (w.lower() for w in WEEKDAY_LABELS), strict=True)),
    "zones": {"all": "tất cả"},
    "monthdays": {LAST: "cuối tháng"},
    "lunardays": {LAST: "cuối tháng", "1": "mùng một", "15": "rằm"},
    "joins": {"True": "phát thêm, không thay lịch nào", "False": "thay các lịch cùng loại ngày"},
}


def step_words(item: Mapping[str, Any], cues: Mapping[str, str], topics: Mapping[str, str]) -> str:
    """What one step airs; `cues` and `topics` give titles to names."""
    genres = {g.value: g.label.lower() for g in Genre}
    match item.get("kind"):
        case "cue":
            return f"Âm thanh: {cues.get(item.get('cue', ''), item.get('cue', ''))}"
        case "script" if item.get("script"):
            return f"Kịch bản số {item['script']}"
        case "script":
            return f"Bài cố định: {genres.get(item.get('genre', ''), item.get('genre', ''))}"
        case "relay":
            return f"Tiếp âm {item.get('title') or item.get('relay', '')}, tối đa {item.get('max_minutes')} phút"
        case _:
            chosen = ", ".join(genres.get(g, g) for g in item.get("genres", ("bulletin", "column", "notice")))
            about = [topics.get(t, t) for t in item.get("topics", ()) if t != "*"]
            words = f"Máy chọn tối đa {item.get('max_items', 6)} bài: {chosen}"
            return words + (f"; chủ đề {', '.join(about)}" if about else "")


def no_rotation(kind: DayKind) -> str:
    """What becomes of days of a kind that no rotation in force rules."""
    if kind is DayKind.MOURNING:
        return "Chưa có khung lịch riêng cho ngày Quốc tang, nên ngày đó loa im."
    return f"Chưa có khung lịch riêng cho loại ngày “{kind.label}”, nên ngày đó phát theo khung lịch ngày thường."


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """What changes between two tables in the form of rotation files, a Vietnamese line for each change."""
    title = after["rotation"]["title"]
    if before is None:
        joins = ", phát thêm bên lịch đang dùng" if after["rotation"].get("joins") else ""
        return [f"+ Lịch mới “{title}”{joins}", *(_new(s) for s in after["slot"])]
    lines = _changes("", before["rotation"], after["rotation"], missing="(chưa có)")
    old, new = ({s["code"]: s for s in table["slot"]} for table in (before, after))
    lines += [f"- Bỏ khung {code} “{old[code]['title']}”" for code in old if code not in new]
    lines += [_new(slot) for code, slot in new.items() if code not in old]
    for code in (c for c in new if c in old):
        lines += _changes(f"Khung {code}, ", old[code], new[code], missing="(mặc định)")
    return lines


def _new(slot: Mapping[str, Any]) -> str:
    span = "".join(
        f", {words} {_value(key, slot[key])}"
        for key, words in (("valid_from", "từ"), ("valid_to", "đến hết"))
        if slot.get(key)
    )
    head = f"+ Khung {slot['code']} “{slot['title']}” lúc {slot['start']}, tối đa {slot['max_minutes']} phút"
    return f"{head}{span}{_month_days(slot)}"


def _month_days(slot: Mapping[str, Any]) -> str:
    words = parse_month_days(slot.get("monthdays", ()), slot.get("lunardays", ()), field="slot").words()
    return f", chỉ {words}" if words else ""


def _changes(where: str, old: Mapping[str, Any], new: Mapping[str, Any], *, missing: str) -> list[str]:
    lines = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        told = _steps(old[key], new[key]) if key == "item" else _pair(key, old, new, missing)
        words = f"{where}{_KEYS.get(key, key)} thay đổi: {told}"
        lines.append(f"~ {words if where else words[0].upper() + words[1:]}")
    return lines


def _pair(key: str, old: Mapping[str, Any], new: Mapping[str, Any], missing: str) -> str:
    return f"{_value(key, old[key]) if key in old else missing} → {_value(key, new[key]) if key in new else missing}"


def _value(key: str, value: Any) -> str:
    words = _VALUES.get(key, {})
    if key in {"valid_from", "valid_to"}:
        return f"{dt.date.fromisoformat(str(value)):%d/%m/%Y}"
    if isinstance(value, list):
        return ", ".join(words.get(str(v), str(v)) for v in value)
    return words.get(str(value), str(value))


def _steps(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> str:
    gone, come = [[repr(sorted(i.items())) for i in items] for items in (old, new)]
    said: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes():
        if tag != "equal":
            said += [f"bỏ mục {n} ({step_words(old[n - 1], {}, {})})" for n in range(a + 1, b + 1)]
            said += [f"thêm ở mục {n} ({step_words(new[n - 1], {}, {})})" for n in range(c + 1, d + 1)]
    return "; ".join(said)
