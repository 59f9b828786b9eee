"""The audit trail: every change of state, written in the transaction that makes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from broadcaster.db.models import AuditEvent
from broadcaster.domain.people.roles import Actor


@dataclass(frozen=True, slots=True)
class Trail:
    """Who changes something when, in which transaction."""

    session: Session
    now: dt.datetime
    actor: Actor

    def record(
        self,
        verb: str,
        kind: str,
        object_id: object,
        *,
        note: str = "",
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Add one event to the trail."""
        self.session.add(
            AuditEvent(
                at=self.now,
                actor=self.actor.username,
                verb=verb,
                object_kind=kind,
                object_id=str(object_id),
                note=f"{note} (đồng ý: {self.actor.agreed_by})".strip() if self.actor.agreed_by else note,
                before=before,
                after=after,
            )
        )
