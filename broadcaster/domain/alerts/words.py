"""The words of a message to a person's phone: what is wrong since when, or that it is over; the gravest first."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from broadcaster.domain.alerts.book import TO_ALL, Alert, AlertMessage, AlertTelling
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import TroubleKind

NAMED: Final = 8
"""Alerts that one message tells of in full."""
_K = TroubleKind
_OVER: Final = {
    _K.SILENT: "Đầu ra có tiếng lại, hoặc buổi phát đã kết thúc",
    _K.LATE: "Buổi phát đã bắt đầu, hoặc đã qua giờ (xem Nhật ký phát)",
    _K.SOUND: "Không còn thiếu, hoặc buổi phát đã qua giờ",
    _K.APPROVAL: "Không còn thiếu, hoặc buổi phát đã qua giờ",
    _K.TOMORROW: "Đã có buổi để phát, hoặc đã sang ngày khác",
    _K.DECISION: "Đã quyết định, hoặc người gửi đã rút lại",
    _K.ANSWER: "Đã trả lời, hoặc không còn cần",
    _K.REPORT: "Đã lập, hoặc đã qua hạn lâu",
    _K.ATTACK: "Đã lắng",
}
"""How it ended, where that is more than one thing."""


def title_of(message: AlertMessage, station: str) -> str:
    """The title of a message."""
    first, rest = message.alerts[0], len(message.alerts) - 1
    if first.kind in TO_ALL:
        what = first.kind.label
    elif message.tellings[0].over:
        what = f"đã hết: {first.kind.label}"
    else:
        what = f"KHẨN: {first.kind.label}" if first.rank is Rank.URGENT else first.kind.label
    return f"{station}: {what}{f' và {rest} tin nữa' if rest else ''}"


def body_of(message: AlertMessage, tz: ZoneInfo) -> str:
    """The lines of a message."""
    pairs = list(zip(message.tellings, message.alerts, strict=True))
    lines = [_line(t, a, tz) for t, a in pairs[:NAMED]]
    if len(pairs) > NAMED:
        lines.append(f"Còn {len(pairs) - NAMED} tin nữa: xem trang Báo tin.")
    if any(t.doubt for t in message.tellings):
        lines.append("(Gửi lại vì lần trước bị ngắt giữa chừng; có thể bạn đã nhận tin này.)")
    lines.append(f"Mã tin: {', '.join(dict.fromkeys(a.uid[:6] for _, a in pairs[:NAMED]))}")
    return "\n".join(lines)


def _line(telling: AlertTelling, alert: Alert, tz: ZoneInfo) -> str:
    if alert.kind in TO_ALL:
        return alert.sentence
    since = _at(alert.began_at, tz)
    over = _OVER.get(alert.kind, "Đã hết")
    if telling.over and alert.ended_at is not None:
        return f"{over} ({_at(alert.ended_at, tz)}). Tin lúc {since}: “{alert.sentence}”"
    if alert.ended_at is not None:
        return f"[{alert.rank.label}] {since}: {alert.sentence} → {over} ({_at(alert.ended_at, tz)})."
    return f"[{alert.rank.label}] {since}: {alert.sentence}"


def _at(moment: dt.datetime, tz: ZoneInfo) -> str:
    return f"{moment.astimezone(tz):%H:%M %d/%m}"
