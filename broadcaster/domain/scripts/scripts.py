"""Scripts (kịch bản): what they are, and the states they pass through."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from broadcaster.domain.fold import fold, nfc
from broadcaster.errors import RuleError, Where

MAX_BODY = 100_000
"""Characters in a script's body: over an hour and a half of speech."""
MAX_AIRINGS = 500
"""The most airings that an office may ask for: three a day for half a year."""
RATE_MIN, RATE_MAX = 0.7, 1.4
"""How slow and how fast one script may be read, times the usual speed: outside, horns are not understood."""


class Genre(StrEnum):
    """What a script is for in a broadcast."""

    OPENING = "opening"
    STATION_CALL = "station_call"
    BULLETIN = "bulletin"
    COLUMN = "column"
    NOTICE = "notice"
    SLOGAN = "slogan"
    CLOSING = "closing"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _GENRES[self]


def genre_of_title(title: str) -> Genre:
    """What a title says that a script is for, where nobody chose; a bulletin when it says nothing."""
    folded = fold(title).strip(" .:-–“\"'")
    return next((genre for head, genre in _TITLE_HEADS.items() if folded.startswith(head)), Genre.BULLETIN)


class Priority(StrEnum):
    """The three priorities of Thông tư 39/2020/TT-BTTTT, low to high."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _PRIORITIES[self]

    @property
    def rank(self) -> int:
        """0 for normal, 2 for emergency."""
        return _RANKS[self]


class Decision(StrEnum):
    """What a leader decided on one rendition."""

    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _DECISIONS[self]


_DECISIONS = {
    Decision.APPROVED: "Đã duyệt",
    Decision.RETURNED: "Trả lại",
    Decision.WITHDRAWN: "Phê duyệt hết hiệu lực",
}


class ScriptState(StrEnum):
    """Where a script stands on its way to the air."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _STATES[self]


_RANKS = {p: n for n, p in enumerate(Priority)}
_GENRES = {
    Genre.OPENING: "Lời mở đầu",
    Genre.STATION_CALL: "Lời xướng",
    Genre.BULLETIN: "Bản tin",
    Genre.COLUMN: "Chuyên mục",
    Genre.NOTICE: "Thông báo",
    Genre.SLOGAN: "Khẩu hiệu",
    Genre.CLOSING: "Lời kết",
}
_TITLE_HEADS = {
    "thong bao": Genre.NOTICE,
    "khau hieu": Genre.SLOGAN,
    "chuyen muc": Genre.COLUMN,
    "loi xuong": Genre.STATION_CALL,
    "loi mo dau": Genre.OPENING,
    "loi ket": Genre.CLOSING,
}
_PRIORITIES = {Priority.NORMAL: "Thường", Priority.PRIORITY: "Ưu tiên", Priority.EMERGENCY: "Khẩn cấp"}
_STATES = {
    ScriptState.DRAFT: "Nháp",
    ScriptState.SUBMITTED: "Chờ duyệt",
    ScriptState.RETURNED: "Trả lại",
    ScriptState.APPROVED: "Đã duyệt",
    ScriptState.RETIRED: "Ngừng dùng",
}
_NEXT: dict[ScriptState, frozenset[ScriptState]] = {
    ScriptState.DRAFT: frozenset({ScriptState.SUBMITTED, ScriptState.RETIRED}),
    ScriptState.SUBMITTED: frozenset(
        {ScriptState.APPROVED, ScriptState.RETURNED, ScriptState.DRAFT, ScriptState.RETIRED}
    ),
    ScriptState.RETURNED: frozenset({ScriptState.SUBMITTED, ScriptState.DRAFT, ScriptState.RETIRED}),
    ScriptState.APPROVED: frozenset({ScriptState.DRAFT, ScriptState.SUBMITTED, ScriptState.RETIRED}),
    ScriptState.RETIRED: frozenset({ScriptState.DRAFT}),
}


def move(now: ScriptState, to: ScriptState) -> ScriptState:
    """`to` when a script may pass there from `now`.

    Raises:
        RuleError: it may not.
    """
    if to is now:
        return to
    if to not in _NEXT[now]:
        raise RuleError(
            f"Kịch bản đang ở trạng thái “{now.label}” nên không chuyển sang “{to.label}” được.", field="state"
        )
    return to


def require_body(body: str, *, where: str | Where) -> str:
    """The body in NFC, without outer white space.

    Raises:
        RuleError: it is empty or longer than `MAX_BODY`.
    """
    body = nfc(body).replace("\0", "").strip()
    if not body:
        raise RuleError("Kịch bản chưa có nội dung. Hãy viết ít nhất một câu.", field=where)
    if len(body) > MAX_BODY:
        raise RuleError(
            f"Kịch bản dài {len(body):,} ký tự, quá mức cho phép {MAX_BODY:,} ký tự. Hãy chia thành nhiều bài.".replace(
                ",", "."
            ),
            field=where,
        )
    return body


def text_sha256(text: str) -> str:
    """The SHA-256 of the text's UTF-8 bytes in NFC."""
    return hashlib.sha256(nfc(text).encode()).hexdigest()
