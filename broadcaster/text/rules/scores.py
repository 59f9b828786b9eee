"""Scores of games: two figures said side by side."""

from __future__ import annotations

import re

from broadcaster.text.rules.figures import Figure
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_SCORE = re.compile(r"(\d{1,2}(?:,5)?)\s?[-–:]\s?(\d{1,2}(?:,5)?)(?!\d|[-–:/.,]\d|[^\W_]|%)")

SCORE_WORDS = word_list("scores.score_words")


_MATCH = word_list("scores.match")
_AFTER = re.compile(
    r"\s*(?:[,.;:)!?]|$|tối|trong|trước|sau|ở|tại|đầy|để|và|nghiêng|sáng|chiều|trên|hôm|sau đó|nhưng|nhờ|bằng|chung|đã|khi|vào|của|với)"
)


_TEAMS = re.compile(r"đội [^.;:\n]{1,40}:$")


def _in_a_match(ctx: Context, end: int, left: Left) -> bool:
    """Whether a game is spoken of and nothing that is counted follows."""
    if _TEAMS.search(left.lower) and _AFTER.match(ctx.text, end):
        return True
    return left.recent(*_MATCH, words=9) and bool(_AFTER.match(ctx.text, end))


_NAME_BEFORE = re.compile(r"(?:[A-ZĐÂÊÔƠƯ][^\W\d_]*\s){1,2}?([A-ZĐÂÊÔƠƯ][^\W\d_]+)\s+$")
_NAME_AFTER = re.compile(r"\s+(?:[A-ZĐÂÊÔƠƯ][^\W\d_]+\s|U\d\d\s|đội\s)[A-ZĐÂÊÔƠƯ]?")
_NUMBERED = word_list("scores.numbered")


def _between_teams(ctx: Context, m: re.Match[str], left: Left) -> bool:
    """Vĩnh Phong 3-2 Phong Đông: two small figures between two names."""
    before = _NAME_BEFORE.search(left.raw)
    if not before or not _NAME_AFTER.match(ctx.text, m.end()) or max(len(m[1]), len(m[2])) > 1:
        return False
    return before[1].lower() not in _NUMBERED


def teams_beside(ctx: Context, pos: int, left: Left) -> bool:
    """Whether the two figures at `pos` stand between the names of two teams."""
    m = _SCORE.match(ctx.text, pos)
    return m is not None and _between_teams(ctx, m, left)


def score(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """3-1, 2 - 2, 3:1 after tỷ số, thắng, hòa."""
    m = _SCORE.match(ctx.text, pos)
    if not m or not (
        _between_teams(ctx, m, left)
        or left.ends(*SCORE_WORDS)
        or left.recent("tỷ số", "tỉ số", words=5)
        or _in_a_match(ctx, m.end(), left)
    ):
        return None
    first, second = (Figure(part, ctx, left).words for part in m.groups())
    joined = f"{first} đến {second}"
    return RuleReading(pos, m.end(), f"{first} {second}", "score", (joined,))
