"""What is confirmed is what was shown: a seal over all that decides, compared at the moment of the act."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from broadcaster.domain.seen import OvertakenError, mark_of, require_seen
from broadcaster.errors import RuleError


class NotAsShownError(RuleError):
    """Raised when what somebody confirms is no longer what was shown; nothing was done."""

    code = "not-as-shown"


def seal_of(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of all the facts, and the mark of each, so that a refusal can name what changed."""
    whole = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return f"{hashlib.sha256(whole.encode()).hexdigest()}.{mark_of(facts)}"


def require_shown(facts: Mapping[str, Any], seal: str | None, labels: Mapping[str, str]) -> None:
    """Make sure that the facts are those that were shown under `seal`; None: whoever acts shows nobody anything.

    Raises:
        NotAsShownError: something is otherwise by now, or nothing was shown.
    """
    if seal is None or seal == seal_of(facts):
        return
    if "." not in seal:
        raise NotAsShownError("Trang xác nhận thiếu dấu của điều đã xem. Hãy mở lại trang, xem rồi xác nhận.")
    try:
        require_seen(facts, seal.partition(".")[2], labels)
    except OvertakenError as error:
        named = ", ".join(f"“{labels.get(name, name)}”" for name in error.changed)
        raise NotAsShownError(
            f"Vừa được người khác sửa: {named}. Chưa làm gì cả. Hãy xem lại rồi xác nhận.", field="seal"
        ) from None
    raise NotAsShownError("Vừa được người khác sửa. Chưa làm gì cả. Hãy xem lại rồi xác nhận.", field="seal")
