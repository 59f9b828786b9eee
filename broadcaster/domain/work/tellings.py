"""Who is told of which change of state: one table, from which the news of everybody's first page are made.

Each row is a verb of the audit trail about a thing. Who did it himself is not told. What waits for somebody (a script
to approve, one that was returned) stands on pages of its own besides, until it is done.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reader(StrEnum):
    """Whom a change concerns."""

    AUTHOR = "author"
    """Whoever wrote it: of a script its writers, of an activity who entered it, of a unit's part its unit."""
    OWNER = "owner"
    """Whose account it is."""
    LEADER = "leader"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said of a change, and to whom; `{what}` is the name of the thing."""

    words: str
    readers: tuple[Reader, ...]


_ALL: Final = (Reader.AUTHOR, Reader.LEADER, Reader.OPERATOR)
_OWN: Final = (Reader.OWNER,)
_AIR: Final = (Reader.LEADER, Reader.OPERATOR)
FOR: Final = dt.timedelta(days=3)
"""So long is a change news."""
TELLINGS: Final = {
    ("script", "submit"): Telling("“{what}” được gửi duyệt.", (Reader.LEADER,)),
    ("script", "returned"): Telling("“{what}” bị trả lại.", (Reader.AUTHOR,)),
    ("script", "approved"): Telling("“{what}” đã được duyệt.", (Reader.AUTHOR, Reader.OPERATOR)),
    ("script", "withdrawn"): Telling("“{what}” thôi được duyệt, không phát nữa.", _ALL),
    ("script", "revise"): Telling("“{what}” đã được người khác sửa.", (Reader.AUTHOR,)),
    ("script", "retire"): Telling("“{what}” thôi dùng.", _ALL),
    ("script", "restore"): Telling("“{what}” được dùng lại.", (Reader.AUTHOR,)),
    ("script", "stale"): Telling("Lời đọc của “{what}” khác với khi duyệt.", (Reader.AUTHOR, Reader.LEADER)),
    ("script", "record"): Telling("“{what}” có bản thu giọng người.", (Reader.AUTHOR, Reader.LEADER)),
    ("script", "drop-recording"): Telling("Bản thu của “{what}” thôi dùng vì lời đã đổi.", _ALL),
    ("emergency", "confirm"): Telling("Đã phát khẩn cấp “{what}”.", _AIR),
    ("emergency", "cancel"): Telling("Bản tin khẩn cấp “{what}” đã kết thúc.", _AIR),
    ("emergency", "replace"): Telling("Bản tin khẩn cấp “{what}” đã được thay.", _AIR),
    ("emergency", "expire"): Telling("Bản tin khẩn cấp “{what}” đã hết hiệu lực.", _AIR),
    ("emergency", "prolong"): Telling("Bản tin khẩn cấp “{what}” được kéo dài.", _AIR),
    ("broadcast", "skip"): Telling("Buổi “{what}” bị bỏ.", _AIR),
    ("broadcast", "unskip"): Telling("Buổi “{what}” được xếp lại.", _AIR),
    ("activity", "remove"): Telling("Hoạt động “{what}” bị bỏ khỏi số liệu.", (Reader.AUTHOR,)),
    ("campaign", "active"): Telling("Kế hoạch “{what}” được đưa vào thực hiện.", _AIR),
    ("campaign", "closed"): Telling("Kế hoạch “{what}” đã kết thúc.", _AIR),
    ("unit-part", "submit"): Telling("{what} gửi phần báo cáo.", _AIR),
    ("unit-part", "returned"): Telling("Phần báo cáo của {what} bị trả lại.", (Reader.AUTHOR,)),
    ("unit-part", "merged"): Telling("Phần báo cáo của {what} đã được ghép.", (Reader.AUTHOR,)),
    ("agreement", "ask"): Telling("Chờ lãnh đạo đồng ý: {what}.", (Reader.LEADER,)),
    ("agreement", "accept"): Telling("Lãnh đạo đã đồng ý: {what}.", (Reader.AUTHOR,)),
    ("agreement", "refuse"): Telling("Lãnh đạo không đồng ý: {what}.", (Reader.AUTHOR,)),
    ("user", "reset-password"): Telling("Mật khẩu của bạn vừa được cấp lại.", _OWN),
    ("user", "second-step-off"): Telling("Bước đăng nhập thứ hai của bạn đã bị tắt.", _OWN),
    ("user", "edit"): Telling("Tài khoản của bạn (họ tên, vai trò hoặc đơn vị) đã được sửa.", _OWN),
    ("user", "new-browser"): Telling("Tài khoản của bạn vừa đăng nhập từ một trình duyệt mới.", _OWN),
    ("user", "enable"): Telling("Tài khoản của bạn đã được mở lại.", _OWN),
    ("user", "delegate"): Telling("Bạn được giao duyệt thay.", _OWN),
    ("user", "revoke-delegation"): Telling("Bạn thôi được duyệt thay.", _OWN),
    ("user", "sign-out-everywhere"): Telling("Mọi phiên đăng nhập của bạn đã bị kết thúc.", _OWN),
}
QUIET: Final = {
    "user": {
        "add": "there is nobody yet who could be told",
        "sign-in": "a new browser is told by itself",
        "sign-out": "by the person",
        "change-password": "by the person",
        "second-step-on": "by the person",
        "disable": "nobody signs in who could be told; the sign-in page refuses",
    },
    "script": {
        "add": "its writer alone has it",
        "speak": "a step of who asked for it, who sees it on its page",
        "fresh": "what was told before is over",
        "listen": "the machine's own look at a recording",
        "make-anew": "each script that it touches is told of by itself",
    },
    "emergency": {
        "draft": "nothing sounds",
        "change": "nothing sounds",
        "dismiss": "nothing sounded",
        "review": "closes what the leader opened",
        "again": "the log and the bar tell it",
        "let-go": "the bar tells it",
    },
    "broadcast": {
        "plan": "the schedule shows it",
        "move": "the schedule shows it",
        "rundown": "the schedule shows it",
        "release": "the schedule shows it",
        "undo": "the schedule shows it",
        "resume": "the bar tells it",
        "talk": "the bar tells it",
        "let-go": "the bar tells it",
    },
    "activity": {
        "add": "its unit's own",
        "edit": "its unit's own",
        "restore": "counted as before",
        "prove": "its unit's own",
    },
    "campaign": {"add": "a draft", "edit": "the plan's page shows it", "discard": "a draft that nobody works by"},
    "unit-part": {"edit": "a draft of its unit"},
}
"""The other verbs about these things, and why nobody else is told."""
