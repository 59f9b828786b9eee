"""What people see of the alerts: each with who was told of it when and how; and a message to try that it works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from broadcaster.db.queries import alerts as rows
from broadcaster.domain.alerts.book import Alert, AlertTelling, TellingState
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.alerts.watching import news, recipients
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert as it is shown."""

    kind: TroubleKind
    rank: Rank
    sentence: str
    began_at: dt.datetime
    ended_at: dt.datetime | None
    told: tuple[str, ...]
    """Who was told when and how, or why not yet, a Vietnamese sentence each."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "kind": self.kind.value,
            "rank": self.rank.value,
            "sentence": self.sentence,
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
            "told": list(self.told),
        }


def shown(station: Station, limit: int, offset: int = 0) -> tuple[list[AlertLine], int]:
    """One page of the alerts, those that are open first, and how many there are."""
    with station.db.read() as session:
        found, count = rows.page(session, limit, offset)
    return [_line(station, alert, told) for alert, told in found], count


def send_trial(station: Station, actor: Actor) -> Sequence[str]:
    """Have everybody of the settings sent a message by the way that a real one goes; return their names.

    Raises:
        RuleError: nobody is told of anything.
        ForbiddenError: the actor may not.
    """
    actor.require(Permission.MANAGE)
    people = [p.name for p in recipients(station.settings)]
    if not people:
        raise RuleError(
            "Chưa có ai trong danh sách được báo tin. Hãy thêm người ở trang Báo tin.", field="alerts.people"
        )
    now = station.now()
    words = (
        f"Tin thử do {actor.username} gửi lúc {station.local(now):%H:%M:%S %d/%m/%Y}. Nhận được là báo tin chạy tốt."
    )
    with station.db.write() as session:
        Trail(session, now, actor).record("try", "alerted", "all", note=", ".join(people))
    news(station, Trouble(TroubleKind.TRIAL, f"{now:%Y%m%d%H%M%S%f}", Rank.NOTE, words))
    return people


def _line(station: Station, alert: Alert, told: Sequence[AlertTelling]) -> AlertLine:
    words = tuple(_telling(station, one) for one in told)
    return AlertLine(alert.kind, alert.rank, alert.sentence, alert.began_at, alert.ended_at, words)


def _telling(station: Station, one: AlertTelling) -> str:
    what = f"{one.person} (hết)" if one.over else one.person
    if one.state is TellingState.TOLD and one.told_at is not None:
        return f"{what}: {station.local(one.told_at):%H:%M:%S %d/%m} qua {one.via}"
    tried = f" sau {one.attempts} lần" if one.attempts else ""
    return f"{what}: {one.state.label}{tried}{f'. {one.error}' if one.error else ''}"
