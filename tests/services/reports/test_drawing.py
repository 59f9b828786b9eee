"""Reports over a real station: drawn, frozen, verified, due; activities, proofs, slogans and parts behind them."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, Report, Script
from broadcaster.db.queries.log import Narrowed
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.reports.activities import ActivityDraft, PartState
from broadcaster.domain.reports.periods import parse
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.errors import ForbiddenError, MediaError, NotFoundError, RuleError, printed
from broadcaster.reporting.frozen import digest
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts
from broadcaster.services.reports import activities, checking, content, drawing, due, tracing
from broadcaster.services.scripts.editing import add_script, revise
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.starter import prepare
from broadcaster.services.station import Station
from tests.kit.entries import entry
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.scripts import approved
from tests.kit.scripts import draft as script

Q1 = parse("2026-Q1")
DRAFT = ActivityDraft(
    form="zalo",
    title="Bài viết",
    topic="mot-cua",
    unit="vhxh",
    day=dt.date(2026, 3, 1),
    views=12,
    link="https://zalo.me/mau",
)


def aired(station: Station, many: int = 3) -> None:
    at = dt.datetime(2026, 2, 1, 22, tzinfo=dt.UTC)
    log = [
        entry(n, 1, z, topic="mot-cua", planned_at=at + dt.timedelta(days=n))
        for n in range(many)
        for z in ("am01", "am02")
    ]
    with station.db.write() as session:
        playlog.append(session, log, at)


@pytest.mark.slow
def test_a_report_is_frozen_and_proves_itself(station: Station) -> None:
    aired(station)
    activities.keep_activity(station, EDITOR, DRAFT)
    drawn = drawing.draw(station, OPERATOR, Q1)
    assert {p.suffix for p in drawn.files} == {".docx", ".pdf", ".xlsx", ".csv"}
    assert len(drawn.files) == 9
    found = checking.check(station, drawn.id)
    assert found.ok
    assert found.changed_since == ()
    with station.db.read() as session:
        row = session.get_one(Report, drawn.id)
        assert (row.entries_from, row.entries_to) == (1, 6)
    csv = next(p for p in drawn.files if p.name.startswith("so-lieu") and p.suffix == ".csv")
    before = csv.read_bytes()
    with station.db.write() as session:
        playlog.append(
            session,
            [entry(77, 1, "am01", topic="mot-cua", planned_at=dt.datetime(2026, 2, 20, tzinfo=dt.UTC))],
            station.now(),
        )
    activities.keep_activity(station, EDITOR, DRAFT)
    later = checking.check(station, drawn.id)
    assert later.ok
    assert any(line.startswith("figures.total.full: 3 → 4") for line in later.changed_since)
    assert any(line.startswith("activities") for line in later.changed_since)
    again = drawing.redraw(station, OPERATOR, drawn.id)
    assert next(p for p in again if p.name.startswith("so-lieu") and p.suffix == ".csv").read_bytes() == before


def test_a_report_from_before_there_was_a_version_still_proves_itself_and_is_drawn(station: Station) -> None:
    aired(station)
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    with station.db.write() as session:
        row = session.get_one(Report, drawn.id)
        old = {k: v for k, v in row.content.items() if k != "v"}
        old["station"] = old["station"] | {"province": "tỉnh Mẫu", "a-setting-that-went": 1}
        old["form"] = old["form"] | {"due_day": 17, "remind_days": 7}
        row.content, row.content_sha256 = old, digest(old)
    found = checking.check(station, drawn.id)
    assert found.ok
    assert found.changed_since == ()
    before = [p.read_bytes() for p in drawn.files]
    assert [p.read_bytes() for p in drawing.redraw(station, OPERATOR, drawn.id) if p.suffix == ".csv"] == before


def test_a_changed_row_or_report_is_found_out(station: Station) -> None:
    aired(station)
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    with station.db.write() as session:
        row = session.get_one(Report, drawn.id)
        row.content = row.content | {"scripts_written": 99}
    assert not checking.check(station, drawn.id).ok
    with station.db.write() as session:
        row = session.get_one(Report, drawn.id)
        row.content = row.content | {"scripts_written": 0}
        row.last_hash = "0" * 64
    assert not checking.check(station, drawn.id).log_whole


def test_a_correction_afterwards_changes_today_and_not_the_report(station: Station) -> None:
    aired(station, 1)
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    playlog.correct(station, OPERATOR, "b0-1-am01", outcome=Outcome.MISSED, heard_ms=0, reason="Loa hỏng.")
    playlog.correct(station, OPERATOR, "b0-1-am02", outcome=Outcome.MISSED, heard_ms=0, reason="Loa hỏng.")
    found = checking.check(station, drawn.id)
    assert found.ok
    assert "figures.total.full: 1 → 0" in found.changed_since


@pytest.mark.slow
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(station: Station) -> None:
    for period, formats, shapes, field in (
        (parse("2027-Q1"), ["csv"], ["full"], "period"),
        (Q1, ["doc"], ["full"], "format"),
        (Q1, ["csv"], ["poster"], "shape"),
    ):
        with pytest.raises(RuleError) as caught:
            drawing.draw(station, OPERATOR, period, formats=formats, shapes=shapes)
        assert printed(caught.value.field) == field
    own = station.home.root / "scripts" / "templates"
    own.mkdir(parents=True)
    (own / "phu-luc.docx").write_bytes(b"broken")
    with pytest.raises(RuleError, match="mẫu"):
        drawing.draw(station, OPERATOR, Q1)
    assert list(station.home.reports.iterdir()) == []
    with station.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 0
    with pytest.raises(ForbiddenError):
        drawing.draw(station, EDITOR, Q1)
    with pytest.raises(NotFoundError):
        checking.check(station, 99)


def test_an_empty_period_is_a_report_too(station: Station) -> None:
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    assert "không ghi nhận buổi phát nào" in drawn.document.sentences()[0]
    assert checking.check(station, drawn.id).ok


def test_a_report_is_issued_once(station: Station, clock: FrozenClock) -> None:
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    day = station.today()
    with pytest.raises(RuleError):
        drawing.issue(station, OPERATOR, drawn.id, " ", day)
    with pytest.raises(RuleError):
        drawing.issue(station, OPERATOR, drawn.id, "5/BC-UBND", day + dt.timedelta(days=1))
    drawing.issue(station, OPERATOR, drawn.id, "5/BC-UBND", day)
    with pytest.raises(RuleError, match="đã ban hành"):
        drawing.issue(station, OPERATOR, drawn.id, "6/BC-UBND", day)


def test_the_day_of_handing_in_is_told_before_it_comes(station: Station, clock: FrozenClock) -> None:
    assert due.due(station) == []  # 2 March: the day is the 17th, a week ahead is asked for
    clock.advance(9 * 86400)
    near = due.due(station)
    assert [(d.written, d.day, d.left, d.report) for d in near] == [("2026-Q1", dt.date(2026, 3, 17), 6, None)]
    clock.advance(5 * 86400)
    drawn = drawing.draw(station, OPERATOR, Q1, formats=["csv"])
    assert due.due(station)[0].report == drawn.id
    clock.advance(4 * 86400)
    assert due.due(station) == []


def test_figures_lead_to_the_entries_behind_them(station: Station) -> None:
    aired(station)

    def behind(**narrowed: str) -> int:
        return tracing.trace(station, "entries", tracing.FigureRef(Q1, Narrowed(**narrowed)), 100).total  # type: ignore[arg-type]

    assert behind() == 6
    assert behind(topic="mot-cua", zone="am01") == 3
    assert behind(topic="chi-so") == 0
    assert behind(outcome="partial") == 0
    assert tracing.trace(station, "airings", tracing.FigureRef(Q1, Narrowed()), 100).total == 3
    assert tracing.narrow(Q1, "2025-12").first == dt.date(2025, 12, 15)
    assert tracing.narrow(Q1, "2026-03").last == dt.date(2026, 3, 14)
    for wrong in ("2026-04", "2026-13", "x"):
        with pytest.raises(RuleError):
            tracing.narrow(Q1, wrong)
    with pytest.raises(RuleError):
        tracing.trace(station, "airings", tracing.FigureRef(Q1, Narrowed(outcome="x")), 1)


def test_an_activity_is_kept_changed_taken_out_and_brought_back(station: Station) -> None:
    number = activities.keep_activity(station, EDITOR, DRAFT)
    activities.keep_activity(station, EDITOR, replace(DRAFT, views=20), number=number)
    with pytest.raises(RuleError):
        activities.keep_activity(station, EDITOR, replace(DRAFT, topic="không có"))
    with pytest.raises(RuleError):
        activities.keep_activity(station, EDITOR, replace(DRAFT, unit="không có"))
    assert content.document_of(station, Q1).activities[0].views == 20
    activities.remove_activity(station, EDITOR, number)
    assert content.document_of(station, Q1).activities == ()
    with pytest.raises(RuleError, match="bỏ ra khỏi"):
        activities.keep_activity(station, EDITOR, DRAFT, number=number)
    activities.restore_activity(station, EDITOR, number)
    assert len(content.document_of(station, Q1).activities) == 1
    with station.db.read() as session:
        verbs = list(session.scalars(select(AuditEvent.verb).where(AuditEvent.object_kind == "activity")))
    assert verbs == ["add", "edit", "remove", "restore"]


def test_proofs_are_kept_by_hash_checked_by_content_and_backed_up(station: Station) -> None:
    number = activities.keep_activity(station, EDITOR, DRAFT)
    data = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    sha = activities.add_proof(station, EDITOR, number, "C:\\anh\\họp.png", data)
    assert activities.add_proof(station, EDITOR, number, "lại.png", data) == sha
    path, row = activities.proof_file(station, number, sha)
    assert path.read_bytes() == data
    assert (row.name, row.media_type) == ("họp.png", "image/png")
    for wrong in (b"", b"<svg onload=alert(1)>", b"MZ\x90", b"PK\x03\x04 just a zip"):
        with pytest.raises(RuleError):
            activities.add_proof(station, EDITOR, number, "x.png", wrong)
    with pytest.raises(RuleError):
        activities.add_proof(station, EDITOR, number, "to.pdf", b"%PDF-" + b"0" * activities.MAX_PROOF)
    with pytest.raises(NotFoundError):
        activities.proof_file(station, number, "0" * 64)
    with zipfile.ZipFile(backup(station)) as kept:
        assert f"proofs/{sha[:2]}/{sha}" in kept.namelist()
    path.chmod(0o644)
    path.write_bytes(b"changed")
    with pytest.raises(MediaError, match="thay đổi"):
        activities.proof_file(station, number, sha)
    document = station.home.run / "bai.docx"
    with zipfile.ZipFile(document, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    assert "word" in activities.media_type(document)


def test_only_approved_slogans_are_counted(station: Station) -> None:
    approved(station, title="Dân hiểu, dân tin", genre=Genre.SLOGAN)
    add_script(station, EDITOR, script("Chưa ai duyệt.", title="Nháp", genre=Genre.SLOGAN))
    assert content.document_of(station, Q1).slogans == ("Dân hiểu, dân tin",)
    assert content.document_of(station, parse("2025-Q4")).slogans == ()


def test_a_unit_hands_in_its_part_and_the_office_merges_it(station: Station) -> None:
    accounts.create_user(station, OPERATOR_ADMIN, "canbo", "Cán bộ", [Role.EDITOR], unit="cong-an")
    clerk = accounts.actor_named(station, "canbo")
    span = (Q1.first, Q1.last)
    with pytest.raises(ForbiddenError, match="đơn vị mình"):
        activities.keep_part(station, clerk, "vhxh", *span, "Việc của người khác", submit=True)
    with pytest.raises(RuleError, match="chưa có nội dung"):
        activities.keep_part(station, clerk, "cong-an", *span, " ", submit=True)
    activities.keep_part(station, clerk, "cong-an", *span, "Nháp", submit=False)
    with pytest.raises(RuleError):
        activities.decide_part(station, OPERATOR, "cong-an", *span, PartState.MERGED)
    activities.keep_part(station, clerk, "cong-an", *span, "Đã hướng dẫn 12 hộ.", submit=True)
    with pytest.raises(RuleError, match="lý do"):
        activities.decide_part(station, OPERATOR, "cong-an", *span, PartState.RETURNED)
    activities.decide_part(station, OPERATOR, "cong-an", *span, PartState.RETURNED, "Thiếu số liệu")
    activities.keep_part(station, clerk, "cong-an", *span, "Đã hướng dẫn 15 hộ.", submit=True)
    assert content.document_of(station, Q1).parts == ()
    activities.decide_part(station, OPERATOR, "cong-an", *span, PartState.MERGED)
    assert [(p.unit, p.body) for p in content.document_of(station, Q1).parts] == [("Công an xã", "Đã hướng dẫn 15 hộ.")]
    with pytest.raises(RuleError, match="đã được ghép"):
        activities.keep_part(station, clerk, "cong-an", *span, "Sửa", submit=True)


OPERATOR_ADMIN = Actor("quantri", "Quản trị", frozenset({Role.ADMIN}))


def test_the_index_of_time_is_what_a_period_is_read_by(station: Station) -> None:
    """The cost follows the period: the database's own plan says which index it goes through."""
    if not station.db.is_sqlite:
        pytest.skip("the planner of a small PostgreSQL table reads it whole")
    from broadcaster.db.queries import figures

    seen: list[tuple[str, Any]] = []
    from sqlalchemy import event

    with station.db.read() as session:
        event.listen(
            session.connection(), "before_cursor_execute", lambda c, cur, stmt, par, ctx, many: seen.append((stmt, par))
        )  # type: ignore[arg-type]
        figures.figures(session, content.stretch_of(station, Q1), station.settings.tz)
        # as a frozen report asks: an old one must not walk the whole log either
        figures.figures(session, content.stretch_of(station, Q1, up_to=10**6), station.settings.tz)
        plans = [
            row[3]
            for stmt, par in list(seen)
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {stmt}", par)
        ]  # type: ignore[misc]
    reads = [p for p in plans if "play_log" in p]
    assert len(reads) > 11
    assert all("ix_play_log_planned_at" in p or "COVERING INDEX ix_play_log_corrects" in p for p in reads), reads


@pytest.mark.medium
def test_scripts_of_the_starter_kit_are_not_newly_written(station: Station) -> None:
    """The kit's are there from the start; what an editor then writes is counted once, however often it is changed."""
    period = parse(f"{station.today():%Y}")
    before = content.document_of(station, period).scripts_written
    assert prepare(station) == []
    with station.db.read() as session:
        kit = session.scalar(select(func.count()).select_from(Script))
    assert kit > before, "the kit has scripts"
    assert content.document_of(station, period).scripts_written == before
    number = add_script(station, EDITOR, script("Bài của xã."))
    revise(station, EDITOR, number, script("Bài của xã, sửa lại."))
    document = content.document_of(station, period)
    assert document.scripts_written == before + 1
    aired(station)
    period = parse("2026")
    assert f"biên soạn mới {before + 1:02d} kịch bản" in " ".join(content.document_of(station, period).sentences())
