"""The menu: what each role sees, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

from broadcaster.domain.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the menu."""

    title: str
    icon: str
    url: str
    current: bool
    main: bool
    """Among the few at the bottom of a phone."""
    count: int = 0
    counted: str = ""
    """What is counted, in words."""


_P = Permission
_LINKS = (
    ("Đang phát", "broadcast", "onair.index", _P.VIEW, True),
    ("Kịch bản", "file-text", "scripts.index", _P.VIEW, True),
    ("Duyệt", "checks", "approving.index", _P.APPROVE, True),
    ("Lịch phát", "calendar-week", "calendar.index", _P.VIEW, True),
    ("Khẩn cấp", "urgent", "emergency.index", _P.EMERGENCY, False),
    ("Nhật ký", "notebook", "journal.index", _P.VIEW, False),
    ("Kế hoạch", "list-check", "plans.index", _P.VIEW, False),
    ("Theo dõi", "progress", "tracker.index", _P.VIEW, False),
    ("Hoạt động", "users", "activities.index", _P.VIEW, False),
    ("Báo cáo", "report-analytics", "reports.index", _P.REPORT, False),
    ("Cụm loa", "speakerphone", "zones.index", _P.VIEW, False),
    ("Âm thanh", "music", "sounds.index", _P.VIEW, False),
    ("Khẩu hiệu", "quote", "slogans.index", _P.VIEW, False),
    ("Từ điển đọc", "vocabulary", "lexicon.index", _P.VIEW, False),
    ("Người dùng", "users", "users.index", _P.MANAGE, False),
    ("Nhật ký hệ thống", "history", "audit.index", _P.AUDIT, False),
    ("Báo tin", "send", "alerting.index", _P.MANAGE, False),
    ("Cài đặt", "settings", "settings.index", _P.VIEW, False),
)


_PART_OF = {"guide": "onair", "timetable": "calendar", "told": "alerting"}
"""Blueprints that belong to the page of another."""


_ROOMS = {"editor": "scripts", "preview": "scripts", "recordings": "scripts"}
"""Pages that belong to an entry of another name."""


def links(actor: Actor, waiting: int, returned: int = 0) -> list[MenuEntry]:
    """The entries that `actor` may open; `waiting` scripts are counted beside Duyệt, `returned` beside Kịch bản."""
    counts = {"approving.index": (waiting, "bài chờ duyệt"), "scripts.index": (returned, "bài bị trả lại")}
    here = (request.endpoint or "").partition(".")[0]
    here = _ROOMS.get(here, here)
    here = _PART_OF.get(here, here)
    return [
        MenuEntry(title, icon, url_for(name), name.partition(".")[0] == here, main, *counts.get(name, (0, "")))
        for title, icon, name, permission, main in _LINKS
        if actor.may(permission)
    ]
