"""Security events: what happened at the door that its owner and the station's leaders should know."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

TOGETHER: Final = dt.timedelta(minutes=10)
"""The same from the same place within so long is one event with a count."""
MANY: Final = 20
"""So many within that time are an incident."""
KEPT: Final = dt.timedelta(days=180)
MOST: Final = 5000
"""Events kept at most: a flood must not fill the disk."""


class SecurityKind(StrEnum):
    """One thing that happened at the door."""

    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - no password
    UNKNOWN_NAME = "unknown-name"
    WRONG_CODE = "wrong-code"
    WRONG_PROOF = "wrong-proof"
    RESTED = "rested"
    ENDED_PASSWORD = "ended-password"  # noqa: S105 - no password
    WRONG_TOKEN = "wrong-token"  # noqa: S105 - no token
    REFUSED = "refused"
    FORGED = "forged"
    TOO_OFTEN = "too-often"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_K = SecurityKind
_LABELS: Final = {
    _K.WRONG_PASSWORD: "Sai mật khẩu khi đăng nhập",
    _K.UNKNOWN_NAME: "Đăng nhập bằng tên không có",
    _K.WRONG_CODE: "Sai mã của bước thứ hai",
    _K.WRONG_PROOF: "Sai mật khẩu hoặc mã khi được hỏi lại",
    _K.RESTED: "Thử tiếp trong lúc tạm nghỉ vì sai nhiều lần",
    _K.ENDED_PASSWORD: "Dùng mật khẩu tạm đã hết hạn",
    _K.WRONG_TOKEN: "Mã kết nối sai, hết hạn hoặc đã thu hồi",
    _K.REFUSED: "Bị từ chối vì không có quyền",
    _K.FORGED: "Yêu cầu không mang dấu của trang (CSRF)",
    _K.TOO_OFTEN: "Gửi quá nhiều yêu cầu",
}
