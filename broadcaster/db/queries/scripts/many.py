"""Reads of scripts for the panel: the filtered list, one script with all its history, what waits for the leader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Job, Rendition, Revision, Script, Topic, Unit
from broadcaster.db.queries.scripts.one import latest_rendition
from broadcaster.db.queries.scripts.rows import script_filter
from broadcaster.domain.scripts.scripts import Decision, Genre, ScriptState
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import NotFoundError
from broadcaster.text.sentences import PAUSES_MS, syllables


@dataclass(frozen=True, slots=True)
class Listed:
    """A script as a line of a list."""

    script: Script
    topic: str
    unit: str
    author: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A script with its history; lists are newest first."""

    script: Script
    topic: Topic
    unit: Unit
    revisions: Sequence[Revision]
    rendition: Rendition | None
    """The newest of the newest revision."""
    approvals: Sequence[Approval]
    job: Job | None
    """The wish to speak it, while it is not done."""

    @property
    def revision(self) -> Revision:
        """The newest."""
        return self.revisions[0]

    @property
    def standing(self) -> Approval | None:
        """The approval under which the script airs."""
        return self.approvals[0] if self.approvals and self.approvals[0].decision == Decision.APPROVED else None

    @property
    def rereading(self) -> bool:
        """Whether an approved script has a newer sound that nobody has decided on."""
        approval = self.standing
        return (
            approval is not None
            and self.rendition is not None
            and self.script.state is ScriptState.APPROVED
            and approval.rendition_id != self.rendition.id
        )

    @property
    def approved_revision_id(self) -> int | None:
        """The revision that the last approval was given to, though it may have ended."""
        return next((a.revision_id for a in self.approvals if a.decision == Decision.APPROVED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptQuery:
    """What to look for; an empty word means any. `validity` is `now`, `soon` (ends within a week) or `over`."""

    search: str = ""
    state: str = ""
    topic: str = ""
    unit: str = ""
    validity: str = ""
    order: str = ""
    """`title` for the alphabet; else the last changed first."""
    genre: str = ""
    marks: bool = True
    """Whether marks that were typed must be there."""


def find(
    session: Session, wanted: ScriptQuery, today: dt.date, *, limit: int = 40, offset: int = 0
) -> tuple[list[Listed], int]:
    """One page of matching scripts, last changed first, and how many match in all."""
    query = script_filter(
        search=wanted.search,
        state=wanted.state,
        topic=wanted.topic,
        unit=wanted.unit,
        genre=wanted.genre,
        marks=wanted.marks,
    )
    if not wanted.state:
        query = query.where(Script.state != ScriptState.RETIRED)
    query = _valid(query, wanted.validity, today)
    total = session.scalar(query.with_only_columns(func.count(Script.id))) or 0
    order = (Script.title_key, Script.id) if wanted.order == "title" else (Script.updated_at.desc(), Script.id.desc())
    query = query.order_by(*order).limit(limit).offset(offset)
    return _listed(session, session.scalars(query).all()), total


def waiting(session: Session) -> list[Listed]:
    """The scripts that wait for the leader, the longest waiting first.

    Those handed in, and the approved ones that have a newer sound: another reading of the same words.
    """
    query = select(Script).where(_waits()).order_by(Script.updated_at, Script.id)
    return _listed(session, session.scalars(query).all())


def waiting_since(session: Session) -> list[tuple[Script, dt.datetime]]:
    """The scripts that wait for the leader, each with the moment from which it does."""
    newest = (
        select(func.max(Rendition.created_at))
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Revision.script_id == Script.id)
        .scalar_subquery()
    )
    found = session.execute(select(Script, newest).where(_waits()).order_by(Script.id))
    return [(s, at if at and s.state is ScriptState.APPROVED else s.updated_at) for s, at in found]


def returned_to(session: Session, author: str) -> list[tuple[Script, Approval]]:
    """The scripts that a leader gave back to their author, the last first, with the leader's words."""
    last = select(func.max(Approval.id)).where(Approval.decision == Decision.RETURNED).group_by(Approval.script_id)
    query = (
        select(Script, Approval)
        .join(Approval, Approval.script_id == Script.id)
        .join(Revision, Revision.id == Approval.revision_id)
        .where(Script.state == ScriptState.RETURNED, Approval.id.in_(last), Revision.author == author)
        .order_by(Approval.id.desc())
    )
    return [(script, approval) for script, approval in session.execute(query)]


def retired_since(session: Session, moment: dt.datetime) -> list[tuple[Script, Approval]]:
    """The approved scripts that somebody took out of use since a moment and that are out of it, the last first."""
    last = select(func.max(Approval.id)).group_by(Approval.script_id)
    query = (
        select(Script, Approval)
        .join(Approval, Approval.script_id == Script.id)
        .where(Script.state == ScriptState.RETIRED, Approval.decision == Decision.WITHDRAWN, Approval.at > moment)
        .where(Approval.id.in_(last))
        .order_by(Approval.id.desc())
    )
    return [(script, approval) for script, approval in session.execute(query)]


def hand_counts(session: Session) -> tuple[int, dict[str, int]]:
    """How many scripts wait for the leader, and how many lie returned with each author; one question for both."""
    last = select(func.max(Approval.id)).where(Approval.decision == Decision.RETURNED).group_by(Approval.script_id)
    returned = (
        select(Revision.author, func.count())
        .join(Approval, Approval.revision_id == Revision.id)
        .join(Script, Script.id == Approval.script_id)
        .where(Script.state == ScriptState.RETURNED, Approval.id.in_(last))
        .group_by(Revision.author)
    )
    waiting = select(literal(""), func.count(Script.id)).where(_waits())
    found = {row[0]: row[1] for row in session.execute(union_all(waiting, returned))}
    return found.pop("", 0), found


def _waits() -> ColumnElement[bool]:
    newest = (
        select(func.max(Rendition.id))
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Revision.script_id == Script.id)
        .scalar_subquery()
    )
    approved = (
        select(Approval.rendition_id)
        .where(Approval.script_id == Script.id, Approval.decision == Decision.APPROVED)
        .order_by(Approval.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    reread = and_(Script.state == ScriptState.APPROVED, newest != approved)
    return or_(Script.state == ScriptState.SUBMITTED, reread)


def counts(session: Session) -> dict[str, int]:
    """How many scripts there are in each state."""
    rows = session.execute(select(Script.state, func.count()).group_by(Script.state))
    return {row[0].value: row[1] for row in rows}


def whole(session: Session, script_id: int) -> Whole:
    """One script with its history.

    Raises:
        NotFoundError: there is none of that number.
    """
    found = session.execute(
        select(Script, Topic, Unit)
        .join(Topic, Topic.code == Script.topic_code)
        .join(Unit, Unit.code == Script.unit_code)
        .where(Script.id == script_id)
    ).first()
    if found is None:
        raise NotFoundError(f"Không có kịch bản số {script_id}.", field="script")
    script, topic, unit = found
    revisions = session.scalars(
        select(Revision).where(Revision.script_id == script_id).order_by(Revision.number.desc())
    ).all()
    rendition = latest_rendition(session, revisions[0].id)
    approvals = session.scalars(
        select(Approval).where(Approval.script_id == script_id).order_by(Approval.id.desc())
    ).all()
    job = speaking_job(session, script_id)
    if (
        job
        and job.state is JobState.FAILED
        and rendition
        and job.finished_at
        and rendition.created_at > job.finished_at
    ):
        job = None  # it went well since, another way
    return Whole(
        script=script, topic=topic, unit=unit, revisions=revisions, rendition=rendition, approvals=approvals, job=job
    )


@dataclass(frozen=True, slots=True)
class Slogan:
    """A slogan with its words, its sound and how it was decided."""

    script: Script
    body: str
    rendition: Rendition | None
    decision: Approval | None
    """The last one."""

    @property
    def approved(self) -> bool:
        """Whether it may air."""
        return self.script.state is ScriptState.APPROVED


def slogans(session: Session, *, limit: int = 200) -> list[Slogan]:
    """The slogans in use, the approved first, in the order of the alphabet."""
    query = select(Script).where(Script.genre == Genre.SLOGAN, Script.state != ScriptState.RETIRED)
    scripts = session.scalars(query.order_by(Script.title_key, Script.id).limit(limit)).all()
    ids = [s.id for s in scripts]
    newest = select(func.max(Revision.id)).where(Revision.script_id.in_(ids)).group_by(Revision.script_id)
    revisions = {r.script_id: r for r in session.scalars(select(Revision).where(Revision.id.in_(newest)))}
    sounds = select(func.max(Rendition.id)).where(Rendition.revision_id.in_([r.id for r in revisions.values()]))
    heard = select(Rendition).where(Rendition.id.in_(sounds.group_by(Rendition.revision_id)))
    renditions = {r.revision_id: r for r in session.scalars(heard)}
    last = select(func.max(Approval.id)).where(Approval.script_id.in_(ids)).group_by(Approval.script_id)
    decisions = {a.script_id: a for a in session.scalars(select(Approval).where(Approval.id.in_(last)))}
    found = [Slogan(s, revisions[s.id].body, renditions.get(revisions[s.id].id), decisions.get(s.id)) for s in scripts]
    return sorted(found, key=lambda slogan: not slogan.approved)


@dataclass(frozen=True, slots=True)
class Before:
    """What a leader decided on last: the words, and what was heard of them where something was."""

    approval: Approval
    revision: Revision
    rendition: Rendition | None


def decided_before(session: Session, whole: Whole) -> Before | None:
    """What a leader approved or returned last, whether or not an approval has ended since."""
    last = next((a for a in whole.approvals if a.decision != Decision.WITHDRAWN), None)
    if last is None:
        return None
    revision = next(r for r in whole.revisions if r.id == last.revision_id)
    if last.rendition_id is not None:
        return Before(last, revision, session.get_one(Rendition, last.rendition_id))
    heard = select(Rendition).where(Rendition.revision_id == revision.id, Rendition.created_at <= last.at)
    return Before(last, revision, session.scalars(heard.order_by(Rendition.id.desc()).limit(1)).first())


def speaking_job(session: Session, script_id: int) -> Job | None:
    """The wish to speak a script or to make a recording of it ready: what goes on, or failed last."""
    found = session.scalars(
        select(Job).where(Job.kind.in_((JobKind.SPEAK, JobKind.RECORD)), Job.key == str(script_id))
    ).all()
    going = [j for j in found if not j.state.ended]
    if going:
        return max(going, key=lambda j: j.state is JobState.RUNNING)
    ended = [(j.finished_at, j.id, j) for j in found if j.finished_at]
    return max(ended)[2] if ended and max(ended)[2].state is JobState.FAILED else None


def listening_job(session: Session, script_id: int) -> Job | None:
    """The wish to have a script's newest rendition heard by the machine, unless it is done."""
    return session.scalars(
        select(Job).where(
            Job.kind == JobKind.LISTEN, Job.key == str(script_id), Job.state.not_in((JobState.DONE, JobState.CANCELLED))
        )
    ).first()


def rendition(session: Session, script_id: int, rendition_id: int) -> Rendition:
    """A rendition of a script.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = session.scalars(
        select(Rendition)
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Rendition.id == rendition_id, Revision.script_id == script_id)
    ).first()
    if row is None:
        raise NotFoundError("Không có bản đọc này.", field="rendition")
    return row


def pace(session: Session, voice: str) -> float | None:
    """The syllables per second that a voice was measured at, at its usual speed; None when it spoke too little.

    What it speaks inside of a sentence counts, pauses at commas do not.
    """
    rows = session.scalars(
        select(Rendition)
        .where(Rendition.voice == voice, Rendition.cues.is_not(None))
        .order_by(Rendition.id.desc())
        .limit(12)
    ).all()
    said = seconds = 0.0
    for row in rows:
        for cue in row.cues:
            text = str(cue["text"])
            inner = sum(PAUSES_MS[c] for c in text[:-1] if c in ",;:") / 1000
            spoken = (cue["end_ms"] - cue["start_ms"]) / 1000 - inner
            if spoken > 0:
                said += syllables(text)
                seconds += spoken * (row.rate or 1.0)
    return said / seconds if said >= 120 else None


def topics(session: Session) -> Sequence[Topic]:
    """The topics in the order of the plan."""
    return session.scalars(select(Topic).order_by(Topic.position)).all()


def _valid(query: Select[Script], validity: str, today: dt.date) -> Select[Script]:
    if validity == "now":
        started = or_(Script.valid_from.is_(None), Script.valid_from <= today)
        return query.where(started, or_(Script.valid_to.is_(None), Script.valid_to >= today))
    if validity == "soon":
        return query.where(Script.valid_to >= today, Script.valid_to <= today + dt.timedelta(days=7))
    if validity == "over":
        return query.where(Script.valid_to < today)
    return query


def _listed(session: Session, scripts: Sequence[Script]) -> list[Listed]:
    ids = [s.id for s in scripts]
    newest = select(Revision.script_id, func.max(Revision.id).label("id")).where(Revision.script_id.in_(ids))
    newest_ids = newest.group_by(Revision.script_id).subquery()
    authors: dict[int, tuple[int, str]] = {
        script_id: (revision_id, author)
        for script_id, revision_id, author in session.execute(
            select(Revision.script_id, Revision.id, Revision.author).join(newest_ids, newest_ids.c.id == Revision.id)
        )
    }
    revision_ids = [revision_id for revision_id, _ in authors.values()]
    spoken = select(Rendition.revision_id, Rendition.duration_ms).where(Rendition.revision_id.in_(revision_ids))
    lengths = {row.revision_id: row.duration_ms for row in session.execute(spoken.order_by(Rendition.id))}
    topic_names = select(literal("topic"), Topic.code, Topic.short)
    office_names = select(literal("unit"), Unit.code, Unit.name)
    named = {(what, code): name for what, code, name in session.execute(union_all(topic_names, office_names))}
    return [
        Listed(
            s,
            named.get(("topic", s.topic_code), s.topic_code),
            named.get(("unit", s.unit_code), s.unit_code),
            authors[s.id][1],
            lengths.get(authors[s.id][0]),
        )
        for s in scripts
    ]
