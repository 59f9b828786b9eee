"""The plan of the year: read out of a document, confirmed, changed, put in force, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster import handwritten
from broadcaster.db.models import CampaignRow, Topic, Unit
from broadcaster.db.queries.plans import campaign, campaign_of
from broadcaster.domain.fold import fold
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.reports.plans import (
    LOUDSPEAKER,
    Campaign,
    CampaignState,
    Deadline,
    Form,
    FormGroup,
    PlanTopic,
    PlanUnit,
    matches,
    short_title,
    topic_code,
)
from broadcaster.domain.seen import require_seen
from broadcaster.errors import RuleError
from broadcaster.rooms import room
from broadcaster.services.audit import Trail
from broadcaster.services.scripts.editing import OTHER_TOPIC
from broadcaster.services.station import Station
from broadcaster.text.ingest import read_bytes
from broadcaster.text.plans import PlanReading, ProposalKind, read_plan

_COLUMNS = (
    "title",
    "number",
    "issued_on",
    "first",
    "last",
    "basis",
    "topics",
    "forms",
    "audiences",
    "units",
    "deadlines",
)
_LABELS = {
    "title": "Tên kế hoạch",
    "number": "Số, ký hiệu",
    "issued_on": "Ngày ban hành",
    "first": "Thực hiện từ ngày",
    "last": "Đến hết ngày",
    "basis": "Căn cứ",
    "topics": "Chủ đề",
    "forms": "Hình thức",
    "audiences": "Đối tượng",
    "units": "Đơn vị",
    "deadlines": "Hạn",
}


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """One proposal as a person left it: kept, changed, or made from a line that proposed nothing.

    `value` is as in `Proposal`; `code` is the station's topic or unit that it is, empty for a new one.
    """

    kind: ProposalKind
    text: str
    line: int = 0
    value: str = ""
    code: str = ""
    targets: tuple[tuple[str, int], ...] = ()


def forms(station: Station) -> list[Form]:
    """The forms of communication: those of the home's `scripts/forms.toml`, else the shipped ones.

    Raises:
        RuleError: the home's file is wrong.
    """
    own = station.home.root / "scripts" / "forms.toml"
    path = own if own.is_file() else room("scripts") / "forms.toml"
    try:
        return [
            Form(f["code"], f["title"], FormGroup(f["group"]), tuple(f.get("words", ())))
            for f in handwritten.table(handwritten.text(path), field=str(path))["form"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuleError(f"Danh mục hình thức tuyên truyền viết sai: {error}.", field=str(path)) from None


def form_titles(station: Station) -> dict[str, str]:
    """The title of each form by its code, in order."""
    return {f.code: f.title for f in forms(station)}


def read_file(station: Station, name: str, data: bytes) -> PlanReading:
    """What a plan document seems to say; nothing is kept.

    Raises:
        RuleError: the file is no readable document.
    """
    return read_plan(read_bytes(name, data).text, forms(station))


def choices_of(station: Station, reading: PlanReading) -> list[KeptProposal]:
    """The proposals of a reading as choices, topics and units matched with those of the station."""
    with station.db.read() as session:
        known = {t.code: t.title for t in session.scalars(select(Topic)) if t.code != OTHER_TOPIC}
        units = {u.code: u.name for u in session.scalars(select(Unit))}
    topics = reading.of(ProposalKind.TOPIC)
    codes = dict(zip((id(p) for p in topics), matches([p.text for p in topics], known), strict=True))
    found = []
    for p in reading.proposals:
        code = codes.get(id(p)) or ""
        if p.kind is ProposalKind.UNIT:
            code = _unit_code(p.text, units)
        found.append(KeptProposal(p.kind, p.text, p.line, p.value, code, p.targets))
    return found


def campaign_from(choices: Sequence[KeptProposal], *, year: int, taken: Sequence[str] = ()) -> Campaign:
    """The plan that the choices make; what is missing gets an empty or whole-year value."""

    def texts(kind: ProposalKind) -> list[str]:
        return [c.text.strip() for c in choices if c.kind is kind and c.text.strip()]

    def first_value(kind: ProposalKind) -> str:
        return next((c.value or c.text.strip() for c in choices if c.kind is kind), "")

    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    begin, _, end = first_value(ProposalKind.SPAN).partition("..")
    if (a := _date(begin)) and (b := _date(end)):
        first, last = a, b
    topics: list[PlanTopic] = []
    for c in choices:
        if c.kind is ProposalKind.TOPIC and c.text.strip():
            code = c.code or topic_code(c.text, [*taken, *(t.code for t in topics)])
            topics.append(PlanTopic(code, c.text.strip(), dict(c.targets)))
    chosen_forms = dict.fromkeys(c.value for c in choices if c.kind is ProposalKind.FORM and c.value)
    return Campaign(
        title=" ".join(texts(ProposalKind.TITLE)) or f"Kế hoạch tuyên truyền năm {year}",
        first=first,
        last=last,
        number=first_value(ProposalKind.NUMBER),
        issued_on=_date(first_value(ProposalKind.ISSUED)),
        basis=tuple(texts(ProposalKind.BASIS)),
        topics=tuple(topics),
        forms=tuple(chosen_forms) or (LOUDSPEAKER,),
        audiences=tuple(texts(ProposalKind.AUDIENCE)),
        units=tuple(
            PlanUnit(c.text.strip(), c.value, c.code or None)
            for c in choices
            if c.kind is ProposalKind.UNIT and c.text.strip()
        ),
        deadlines=tuple(
            Deadline(c.text.strip()[:300], day)
            for c in choices
            if c.kind is ProposalKind.DEADLINE and (day := _date(c.value))
        ),
    )


def start_import(station: Station, actor: Actor, name: str, data: bytes) -> int:
    """Keep a plan document as a draft filled with what it seems to say; return the plan's number.

    Raises:
        RuleError: the file is no readable document, or nothing of a plan was found in it. Nothing is kept.
    """
    actor.require(Permission.REPORT)
    text = read_bytes(name, data).text
    reading = read_plan(text, forms(station))
    if not reading.proposals:
        raise RuleError(
            "Không đọc được mục nào của kế hoạch trong tệp này nên chưa lưu gì. Hãy xem có đúng tệp không, hoặc "
            "soạn bằng tay ở trang Kế hoạch.",
            field=name,
        )
    choices = choices_of(station, reading)
    plan = campaign_from(choices, year=station.today().year, taken=_topic_codes(station))
    return _add(station, actor, replace(plan, title=plan.title[:300]), name, text)


def facts_of(plan: Campaign) -> dict[str, Any]:
    """What a plan says, by field; a list of its parts, each in words."""
    return plan.as_json() | {
        "topics": [f"{t.title} {t.targets or ''}".strip() for t in plan.topics],
        "units": [f"{u.name}: {u.task}" for u in plan.units],
        "deadlines": [f"{d.title} ({d.day:%d/%m/%Y})" for d in plan.deadlines],
    }


def confirm_import(
    station: Station, actor: Actor, number: int, choices: Sequence[KeptProposal], *, seen: str = ""
) -> None:
    """Fill a draft with what a person confirmed line by line. `seen` is the mark of what was opened.

    Raises:
        OvertakenError: the draft is no longer what was seen.
        RuleError: a field is wrong, or the plan is no draft any more. Nothing is changed.
    """
    with station.db.read() as session:
        row = campaign(session, number)
    plan = campaign_from(choices, year=station.today().year, taken=_topic_codes(station))
    if row.state is not CampaignState.DRAFT:
        raise RuleError("Kế hoạch này đã được đưa vào thực hiện; hãy sửa ở trang Sửa kế hoạch.", field="state")
    save(station, actor, number, plan, seen=seen)


def add(station: Station, actor: Actor, plan: Campaign) -> int:
    """Add a plan as a draft; return its number.

    Raises:
        RuleError: a field is wrong; nothing is added.
    """
    actor.require(Permission.REPORT)
    return _add(station, actor, plan, "", "")


def save(station: Station, actor: Actor, number: int, plan: Campaign, *, seen: str = "") -> None:
    """Change a plan; topics that the station does not know are made. `seen` is the mark of what was opened.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: a field is wrong, or the plan is closed. Nothing is changed.
    """
    actor.require(Permission.REPORT)
    plan = plan.checked(list(form_titles(station)))
    with station.db.write() as session:
        row = campaign(session, number)
        if row.state is CampaignState.CLOSED:
            raise RuleError("Kế hoạch đã kết thúc nên không sửa được nữa.", field="state")
        was = campaign_of(row)
        require_seen(facts_of(was), seen, _LABELS)
        before = was.as_json()
        _make_topics(session, plan)
        _fill(row, plan)
        row.updated_at = station.now()
        after = plan.as_json()
        changed = [k for k in after if after[k] != before[k]]
        Trail(session, station.now(), actor).record(
            "edit",
            "campaign",
            number,
            before={k: before[k] for k in changed},
            after={k: after[k] for k in changed},
        )


def move(station: Station, actor: Actor, number: int, to: CampaignState) -> None:
    """Put a plan in force, or close it.

    Raises:
        RuleError: it cannot pass there, or another plan in force covers the same days.
    """
    actor.require(Permission.REPORT)
    allowed = {CampaignState.DRAFT: CampaignState.ACTIVE, CampaignState.ACTIVE: CampaignState.CLOSED}
    with station.db.write() as session:
        row = campaign(session, number)
        if allowed.get(row.state) is not to:
            raise RuleError(f"Kế hoạch “{row.state.label}” nên không chuyển sang “{to.label}” được.", field="state")
        if to is CampaignState.ACTIVE:
            other = session.scalars(
                select(CampaignRow).where(
                    CampaignRow.state == CampaignState.ACTIVE,
                    CampaignRow.first <= row.last,
                    CampaignRow.last >= row.first,
                )
            ).first()
            if other is not None:
                raise RuleError(
                    f"Kế hoạch “{other.title}” đang thực hiện trong cùng thời gian. Hãy kết thúc kế hoạch đó trước.",
                    field="first",
                )
        _make_topics(session, campaign_of(row))
        before, row.state, row.updated_at = row.state, to, station.now()
        Trail(session, station.now(), actor).record(
            to.value,
            "campaign",
            number,
            note=row.title,
            before={"state": before.value},
            after={"state": to.value},
        )


def discard(station: Station, actor: Actor, number: int) -> None:
    """Throw a draft away; its audit event keeps what it said.

    Raises:
        RuleError: the plan is no draft.
    """
    actor.require(Permission.REPORT)
    with station.db.write() as session:
        row = campaign(session, number)
        if row.state is not CampaignState.DRAFT:
            raise RuleError("Chỉ bỏ được kế hoạch còn là bản nháp.", field="state")
        Trail(session, station.now(), actor).record(
            "discard",
            "campaign",
            number,
            note=row.title,
            before=campaign_of(row).as_json(),
        )
        session.delete(row)


def _add(station: Station, actor: Actor, plan: Campaign, name: str, text: str) -> int:
    plan = plan.checked(list(form_titles(station)))
    with station.db.write() as session:
        if not text:  # what was only read out of a document makes no topics before a person has confirmed it
            _make_topics(session, plan)
        now = station.now()
        row = CampaignRow(
            state=CampaignState.DRAFT,
            source_name=name[:300],
            source_text=text,
            by=actor.username,
            created_at=now,
            updated_at=now,
        )
        _fill(row, plan)
        session.add(row)
        session.flush()
        Trail(session, now, actor).record("add", "campaign", row.id, note=plan.title, after=plan.as_json())
        return row.id


def _fill(row: CampaignRow, plan: Campaign) -> None:
    values: Mapping[str, Any] = plan.as_json() | {"issued_on": plan.issued_on, "first": plan.first, "last": plan.last}
    for name in _COLUMNS:
        setattr(row, name, values[name])


def _make_topics(session: Session, plan: Campaign) -> None:
    known = set(session.scalars(select(Topic.code)))
    position = session.scalar(select(func.max(Topic.position))) or 0
    for topic in plan.topics:
        if topic.code not in known:
            position += 1
            session.add(Topic(code=topic.code, title=topic.title, short=short_title(topic.title), position=position))


def _topic_codes(station: Station) -> list[str]:
    with station.db.read() as session:
        return list(session.scalars(select(Topic.code)))


def _unit_code(name: str, units: Mapping[str, str]) -> str:
    """The code of the station's unit that a plan's words name, or nothing."""
    plain = fold(name)
    exact = next((c for c, n in units.items() if fold(n) == plain), "")
    near = [c for c, n in units.items() if len(plain) > 6 and (plain in fold(n) or fold(n) in plain)]
    return exact or (near[0] if len(near) == 1 else "")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
