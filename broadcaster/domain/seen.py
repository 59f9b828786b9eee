"""What a person saw of a thing when opening its form: a mark of its fields, compared before it is written over.

The mark goes with the form (or with the call of a program) and comes back with what is to be written. Where the thing
is another by then, nothing is written, and the answer names the fields that changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from broadcaster.errors import RuleError


class OvertakenError(RuleError):
    """Raised when a thing is no longer what its writer saw; nothing is changed."""

    code = "overtaken"

    def __init__(self, now: Mapping[str, Any], changed: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        named = ", ".join(f"“{labels.get(name, name)}”" for name in changed)
        super().__init__(
            f"Mục này đã được sửa ở nơi khác từ khi bạn mở: {named}. Chưa lưu gì. Hãy so lại; lưu lần nữa là ghi đè.",
            field="version",
        )
        self.mark, self.labels = mark_of(now), dict(labels)
        self.changed = dict(changed)
        """What changed, by field, as it is now."""


def mark_of(facts: Mapping[str, Any]) -> str:
    """The mark of a thing whose fields are `facts`; equal facts have equal marks."""
    return ".".join(f"{name}-{_short(value)}" for name, value in facts.items())


def require_seen(facts: Mapping[str, Any], seen: str, labels: Mapping[str, str] | None = None) -> None:
    """Make sure that a thing is still what was seen; an empty mark says that nobody looked.

    Raises:
        OvertakenError: it is another by now.
    """
    if not seen or seen == mark_of(facts):
        return
    known = dict(part.rpartition("-")[::2] for part in seen.split("."))
    changed = {name: value for name, value in facts.items() if known.get(name) != _short(value)}
    raise OvertakenError(facts, changed or facts, labels or {})


def _short(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:12]
