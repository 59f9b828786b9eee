"""Why a rule reads as it does: one Vietnamese sentence for each rule's name."""

from __future__ import annotations

from broadcaster.text.word_lists import word_map

REASONS = word_map("reasons.reasons")


def reason_of(rule: str) -> str:
    """The Vietnamese sentence for a rule's name."""
    return REASONS.get(rule, rule)
