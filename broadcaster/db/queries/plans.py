"""Reads of the plan of the year: campaigns, and the one in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import CampaignRow
from broadcaster.db.queries.one import one_of
from broadcaster.domain.reports.plans import Campaign, CampaignState, Deadline, PlanTopic, PlanUnit


def campaign(session: Session, number: int) -> CampaignRow:
    """A plan.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, CampaignRow, number)


def campaigns(session: Session) -> Sequence[CampaignRow]:
    """All plans, the latest first."""
    return session.scalars(select(CampaignRow).order_by(CampaignRow.first.desc(), CampaignRow.id.desc())).all()


def current(session: Session, day: dt.date) -> CampaignRow | None:
    """The plan in force on a day, else the last that was in force before it."""
    known = select(CampaignRow).where(CampaignRow.state != CampaignState.DRAFT)
    query = known.where(CampaignRow.first <= day).order_by((CampaignRow.last >= day).desc(), CampaignRow.first.desc())
    return session.scalars(query).first()


def campaign_of(row: CampaignRow) -> Campaign:
    """What a row says."""
    return Campaign(
        title=row.title,
        first=row.first,
        last=row.last,
        number=row.number,
        issued_on=row.issued_on,
        basis=tuple(row.basis),
        topics=tuple(PlanTopic(**t) for t in row.topics),
        forms=tuple(row.forms),
        audiences=tuple(row.audiences),
        units=tuple(PlanUnit(**u) for u in row.units),
        deadlines=tuple(Deadline(d["title"], dt.date.fromisoformat(d["day"])) for d in row.deadlines),
    )
