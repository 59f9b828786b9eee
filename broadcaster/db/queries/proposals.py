"""What somebody proposed and a leader decides: those that wait, one that nobody decided yet, and the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import CueOffer, GraveProposal, LexiconProposal
from broadcaster.db.queries.one import one_of
from broadcaster.errors import RuleError

Proposed = TypeVar("Proposed", CueOffer, GraveProposal, LexiconProposal)
_DECIDED: Final = {
    CueOffer: ("offer", "Âm thanh này đã được quyết định."),
    GraveProposal: ("agreement", "Việc này đã được quyết định."),
    LexiconProposal: ("proposal", "Đề nghị này đã được quyết định."),
}


def waiting(session: Session, kind: type[Proposed]) -> Sequence[Proposed]:
    """Those that wait, the oldest first."""
    return session.scalars(select(kind).where(kind.accepted.is_(None)).order_by(kind.id)).all()


def undecided(session: Session, kind: type[Proposed], number: int) -> Proposed:
    """One that waits.

    Raises:
        NotFoundError: there is none of that number.
        RuleError: it was decided before.
    """
    row = one_of(session, kind, number)
    if row.accepted is not None:
        field, sentence = _DECIDED[kind]
        raise RuleError(sentence, field=field)
    return row


def settle(row: CueOffer | GraveProposal | LexiconProposal, by: str, at: dt.datetime, *, accept: bool) -> None:
    """Write down who decided what, and when."""
    row.accepted, row.decided_by, row.decided_at = accept, by, at
