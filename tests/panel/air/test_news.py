"""Each change of state reaches whom the table of tellings names, and nobody else; nothing that is recorded is in no row."""

from __future__ import annotations

import ast
import datetime as dt
import html
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import broadcaster.services
from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, GraveProposal, Job, Rendition, Revision, User
from broadcaster.db.queries import plans as plans_queries
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.domain.people.roles import Actor, machine
from broadcaster.domain.reports.activities import ActivityDraft, PartState
from broadcaster.domain.reports.plans import Campaign, CampaignState
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.domain.scripts.shaping import HUMAN
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.domain.work.tellings import QUIET, TELLINGS, Reader
from broadcaster.services.air import emergencies, emergency_ending, emergency_soundings
from broadcaster.services.audit import Trail
from broadcaster.services.people.accounts import actor_named
from broadcaster.services.reports import activities, plans
from broadcaster.services.schedule import leaving_out
from broadcaster.services.scripts import editing
from broadcaster.services.scripts.approving import send_back
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup.starter import COMMENT, KIT
from broadcaster.services.station import Station
from tests.kit import program
from tests.kit.panel import SignIn
from tests.kit.scripts import draft

WHO = {Reader.AUTHOR: "bientap", Reader.OWNER: "bientap", Reader.LEADER: "lanhdao", Reader.OPERATOR: "vanhanh"}
ADMIN = machine("người khác")
Act = Callable[[Station], str]
"""Does what a row of the table tells of, as somebody else; returns what the thing is called."""


def person(station: Station, name: str) -> Actor:
    return actor_named(station, name)


def written(station: Station, *, spoken: bool = True) -> int:
    editor = person(station, "bientap")
    number = editing.add_script(station, editor, draft("Bà con nghe tin.", title="Bài của tôi"))
    if spoken:
        speak(station, editor, number)
        editing.submit(station, editor, number)
    return number


def of_script(act: Callable[[Station, int], object]) -> Act:
    def done(station: Station) -> str:
        act(station, written(station))
        return "Bài của tôi"

    return done


def recorded(station: Station, number: int, verb: str) -> None:
    with station.db.write() as session:
        Trail(session, station.now(), ADMIN).record(verb, "script", number)


def corrected(station: Station, number: int) -> None:
    editing.revise(station, ADMIN, number, draft("Bà con nghe tin mới.", title="Bài của tôi"))


def recording_dropped(station: Station, number: int) -> None:
    with station.db.write() as session:
        own = session.scalars(select(Revision.id).where(Revision.script_id == number)).one()
        row = session.scalars(select(Rendition).where(Rendition.revision_id == own)).one()
        fields = {c.name: getattr(row, c.name) for c in Rendition.__table__.columns if c.name != "id"}
        session.add(Rendition(**(fields | {"voice": HUMAN})))
    corrected(station, number)


def withdrawn(station: Station, number: int) -> None:
    approve(station, person(station, "lanhdao"), number)
    corrected(station, number)


def retired_and_back(station: Station, number: int) -> None:
    editing.retire(station, ADMIN, number)
    editing.restore(station, ADMIN, number)


def urgent(act: Callable[[Station, int], object] = lambda *_: None) -> Act:
    def done(station: Station) -> str:
        wish = EmergencyRequest(title="Lũ về", text="Lũ về.", zones=("am01",), reason="Tin báo")
        number = emergencies.draft(station, ADMIN, wish)
        emergencies.confirm(station, ADMIN, number)
        act(station, number)
        return "Lũ về"

    return done


def closed(state: EmergencyState) -> Callable[[Station, int], None]:
    def act(station: Station, number: int) -> None:
        with station.db.write() as session:
            row = emergencies.get(session, number)
            emergency_soundings.close(session, row, state, station.now(), ADMIN, "Hết.")

    return act


def left_out(station: Station, *, back: bool = False) -> str:
    with station.db.read() as session:
        query = (
            select(BroadcastRow)
            .where(BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.kind == BroadcastKind.ROTATION)
            .order_by(BroadcastRow.starts_at)
        )
        row = session.scalars(query.offset(3)).first()
    assert row is not None
    leaving_out.leave_out(station, ADMIN, [row.id])
    if back:
        leaving_out.take_back(station, ADMIN, [row.id])
    return row.title


def activity_removed(station: Station) -> str:
    entered = ActivityDraft(form="zalo", title="Tin Zalo", topic="khac", unit="vhxh", day=station.today())
    number = activities.keep_activity(station, person(station, "bientap"), entered)
    activities.remove_activity(station, ADMIN, number)
    return "Tin Zalo"


def plan(station: Station, to: CampaignState) -> str:
    with station.db.read() as session:
        numbers = [row.id for row in plans_queries.campaigns(session)]
    if not numbers:
        whole = Campaign(title="Kế hoạch năm", first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
        numbers = [plans.add(station, ADMIN, whole)]
    plans.move(station, ADMIN, numbers[0], to)
    return "Kế hoạch năm"


def part(station: Station, to: PartState) -> str:
    with station.db.write() as session:
        session.scalars(select(User).where(User.username == "bientap")).one().unit_code = "vhxh"
    first, last = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
    activities.keep_part(station, ADMIN, "vhxh", first, last, "Đã phát.", submit=True)
    if to is not PartState.SUBMITTED:
        activities.decide_part(station, ADMIN, "vhxh", first, last, to, "Thiếu số liệu.")
    return "Phòng Văn hóa - Xã hội"


def of_account(verb: str) -> Act:
    def done(station: Station) -> str:
        with station.db.write() as session:
            Trail(session, station.now(), ADMIN).record(verb, "user", "bientap")
        return "bientap"

    return done


def of_agreement(verb: str) -> Act:
    def done(station: Station) -> str:
        with station.db.write() as session:
            row = GraveProposal(
                deed="leader", subject="xem", words=f"Việc {verb}", wanted={}, by="bientap", at=station.now()
            )
            session.add(row)
            session.flush()
            Trail(session, station.now(), ADMIN).record(verb, "agreement", row.id)
            return row.words

    return done


ACTS: dict[tuple[str, str], Act] = {
    ("script", "submit"): of_script(lambda s, n: recorded(s, n, "submit")),
    ("script", "returned"): of_script(lambda s, n: send_back(s, ADMIN, n, "Sửa giờ.")),
    ("script", "approved"): of_script(lambda s, n: approve(s, ADMIN, n)),
    ("script", "withdrawn"): of_script(withdrawn),
    ("script", "revise"): of_script(corrected),
    ("script", "retire"): of_script(lambda s, n: editing.retire(s, ADMIN, n)),
    ("script", "restore"): of_script(retired_and_back),
    ("script", "stale"): of_script(lambda s, n: recorded(s, n, "stale")),
    ("script", "record"): of_script(lambda s, n: recorded(s, n, "record")),
    ("script", "drop-recording"): of_script(recording_dropped),
    ("emergency", "confirm"): urgent(),
    ("emergency", "cancel"): urgent(closed(EmergencyState.CANCELLED)),
    ("emergency", "replace"): urgent(closed(EmergencyState.REPLACED)),
    ("emergency", "expire"): urgent(closed(EmergencyState.EXPIRED)),
    ("emergency", "prolong"): urgent(
        lambda s, n: emergency_ending.prolong(s, ADMIN, n, s.now() + dt.timedelta(days=9))
    ),
    ("broadcast", "skip"): left_out,
    ("broadcast", "unskip"): lambda s: left_out(s, back=True),
    ("activity", "remove"): activity_removed,
    ("campaign", "active"): lambda s: plan(s, CampaignState.ACTIVE),
    ("campaign", "closed"): lambda s: plan(s, CampaignState.CLOSED),
    ("unit-part", "submit"): lambda s: part(s, PartState.SUBMITTED),
    ("unit-part", "returned"): lambda s: part(s, PartState.RETURNED),
    ("unit-part", "merged"): lambda s: part(s, PartState.MERGED),
    **{key: of_agreement(key[1]) for key in TELLINGS if key[0] == "agreement"},
    **{key: of_account(key[1]) for key in TELLINGS if key[0] == "user"},
}


@pytest.mark.slow
def test_each_change_of_state_is_told_to_whom_the_table_names_and_to_nobody_else(
    station: Station, sign_in: SignIn, clock: FrozenClock
) -> None:
    assert set(ACTS) == set(TELLINGS)
    people = {who: sign_in(who) for who in (*WHO.values(), "xem")}
    wrong = []
    for key, act in ACTS.items():
        clock.advance(1)  # the newest are told first
        said = TELLINGS[key].words.format(what=act(station))
        meant = {WHO[reader] for reader in TELLINGS[key].readers}
        told = {who for who, client in people.items() if said in html.unescape(client.get("/fragments/news").text)}
        if told != meant:
            wrong.append((key, said, told, meant))
    assert wrong == []


@pytest.mark.medium
def test_what_the_starter_kit_approved_is_one_line_and_each_of_the_station_s_own_stays_its_own(
    station: Station, sign_in: SignIn
) -> None:
    leader = person(station, "lanhdao")
    for n in (1, 2):
        number = editing.add_script(station, KIT, draft("Bà con nghe tin.", title=f"Bài mẫu {n}"))
        speak(station, KIT, number)
        approve(station, KIT, number, COMMENT)
    approve(station, leader, written(station))
    page = html.unescape(sign_in("vanhanh").get("/fragments/news").text)
    assert page.count("Bộ cài đã duyệt sẵn 2 bài mẫu.") == 1
    assert page.count(COMMENT) == 1
    assert "“Bài mẫu" not in page
    assert "“Bài của tôi” đã được duyệt." in page
    assert "Bộ cài" not in html.unescape(sign_in("bientap").get("/fragments/news").text)


def test_work_that_failed_reaches_who_asked_for_it_and_who_runs_the_station(station: Station, sign_in: SignIn) -> None:
    now = station.now()
    with station.db.write() as session:
        session.add(
            Job(
                kind=JobKind.SPEAK,
                key="failed",
                arguments={},
                state=JobState.FAILED,
                run_after=now,
                finished_at=now,
                error="Giọng đọc bị hỏng.",
                by="bientap",
                created_at=now,
            )
        )
    for who, told in {"bientap": True, "vanhanh": True, "xem": False}.items():
        page = sign_in(who).get("/fragments/news").text
        assert ("Giọng đọc bị hỏng." in page) is told, who


def test_every_verb_about_such_a_thing_is_told_of_or_says_why_not() -> None:
    told = {kind: {v for k, v in TELLINGS if k == kind} | set(QUIET.get(kind, ())) for kind, _ in TELLINGS}
    missing = {(kind, verb) for kind, verb in literal_records() if kind in told and verb not in told[kind]}
    assert missing == set()
    assert {d.value for d in Decision} <= told["script"]
    assert {s.value for s in CampaignState} - {CampaignState.DRAFT.value} <= told["campaign"]
    assert {PartState.RETURNED.value, PartState.MERGED.value} <= told["unit-part"]


def literal_records() -> set[tuple[str, str]]:
    found = set()
    for _, tree in program.trees(Path(broadcaster.services.__file__).parent, "record"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                words = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if len(words) == 2:
                    found.add((words[1], words[0]))
    return found
