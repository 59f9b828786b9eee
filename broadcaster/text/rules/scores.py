"""Scores of games: two figures said side by side."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.tokens import Context, Left, Reading

_SCORE = re.compile(r"(\d{1,2})\s?[-–:]\s?(\d{1,2})(?!\d|[-–:/.,]\d|[^\W_]|%)")

SCORE_WORDS = (
    "tỷ số",
    "tỉ số",
    "thắng",
    "thua",
    "hòa",
    "hoà",
    "dẫn",
    "dẫn trước",
    "thắng đậm",
    "thắng lợi",
    "cầm hòa",
    "kết quả",
    "chung cuộc",
)


def score(ctx: Context, pos: int, left: Left) -> Reading | None:
    """3-1, 2 - 2, 3:1 after tỷ số, thắng, hòa."""
    m = _SCORE.match(ctx.text, pos)
    if not m or not (left.ends(*SCORE_WORDS) or left.recent("tỷ số", "tỉ số", words=5)):
        return None
    return Reading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} {cardinal(m[2], ctx.profile)}", "score")
