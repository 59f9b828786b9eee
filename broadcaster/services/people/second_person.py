"""What an administrator cannot do alone: it waits until a second person, a leader, agrees.

Made a leader, given a leader's password, a leader's second step turned off: each makes one person two. Four eyes off
and horns in the night are the station's, not the machine keeper's. Whoever sits at the machine itself with the files
in hand needs nobody: a station of one person works by the command line, and the trail names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import GraveProposal
from broadcaster.db.queries import proposals
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, RuleError, StationError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

LASTS: Final = dt.timedelta(days=7)
"""What nobody agreed to in so long is asked anew, if it is still wanted."""


class Deed(StrEnum):
    """What waits for a leader."""

    LEADER = "leader"
    PASSWORD = "password"  # noqa: S105 - no password
    SECOND_STEP_OFF = "second-step-off"
    REOPEN = "reopen"
    SETTINGS = "settings"


class AwaitsLeaderError(StationError):
    """Raised when what was asked waits for a leader's word by now; the rest of it was done."""

    code = "awaits-leader"


def cleared(actor: Actor) -> bool:
    """Whether an actor needs nobody's word: a leader agreed, or it is the machine itself."""
    return actor.user_id is None or actor.agreed_by is not None


def require(
    station: Station, actor: Actor, deed: Deed, subject: str, words: str, wanted: Mapping[str, Any] | None = None
) -> None:
    """Let an actor go on whose deed a leader agreed to; lay that of anybody else before the leaders.

    Raises:
        AwaitsLeaderError: it waits.
    """
    if cleared(actor):
        return
    lay(station, actor, deed, subject, words, wanted)
    raise AwaitsLeaderError(
        f"{words} chỉ có hiệu lực khi một lãnh đạo đồng ý. Đã gửi, đang chờ. "
        "Đài chỉ có một người: chạy “loa agree” trên máy của đài."
    )


def lay(
    station: Station, actor: Actor, deed: Deed, subject: str, words: str, wanted: Mapping[str, Any] | None = None
) -> None:
    """Lay a deed before the leaders; the same is not laid twice."""
    asked = dict(wanted or {})
    with station.db.write() as session:
        for row in waiting(session, station.now()):
            if (row.deed, row.subject, row.wanted) == (deed.value, subject, asked):
                return
        row = GraveProposal(
            deed=deed.value, subject=subject, words=words[:300], wanted=asked, by=actor.username, at=station.now()
        )
        session.add(row)
        session.flush()
        Trail(session, station.now(), actor).record("ask", "agreement", row.id, note=words)


def waiting(session: Session, now: dt.datetime) -> Sequence[GraveProposal]:
    """What waits, the oldest first; what is too old is left out."""
    query = select(GraveProposal).where(GraveProposal.accepted.is_(None), GraveProposal.at > now - LASTS)
    return session.scalars(query.order_by(GraveProposal.id)).all()


def undecided(session: Session, now: dt.datetime, number: int) -> GraveProposal:
    """One that waits.

    Raises:
        NotFoundError: there is none of that number.
        RuleError: it was decided, or waited too long.
    """
    row = proposals.undecided(session, GraveProposal, number)
    if row.at <= now - LASTS:
        raise RuleError("Đề nghị này để quá lâu. Nếu còn cần, hãy làm lại từ đầu.", field="agreement")
    return row


def require_second(actor: Actor, row: GraveProposal, *, accept: bool) -> None:
    """Make sure that whoever decides is a leader and another than who asks; who asks may take it back.

    Raises:
        ForbiddenError: it is not so.
    """
    if actor.user_id is None or (not accept and actor.username == row.by):
        return
    if Role.CHIEF not in actor.roles:
        raise ForbiddenError("Việc này cần một lãnh đạo đồng ý, không ai duyệt thay được.", field="agreement")
    if actor.username == row.by:
        raise ForbiddenError("Hãy nhờ một lãnh đạo khác: không ai tự đồng ý với đề nghị của mình.", field="agreement")
