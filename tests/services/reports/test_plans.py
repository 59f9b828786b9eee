"""The plan from its document into force: nothing is made before it is confirmed, everything is audited."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from broadcaster.db.models import AuditEvent, CampaignRow, Topic
from broadcaster.db.queries import plans as plans_queries
from broadcaster.domain.reports.plans import Campaign, CampaignState, Deadline, PlanTopic, PlanUnit
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError, printed
from broadcaster.services.reports import plans
from broadcaster.services.station import Station
from broadcaster.text.plans import ProposalKind
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.places import FIXTURES
from tests.kit.plans import word_plan

PLAN = Campaign(
    title="Kế hoạch thử",
    first=dt.date(2026, 1, 1),
    last=dt.date(2026, 12, 31),
    number="1/KH-UBND",
    issued_on=dt.date(2026, 1, 5),
    basis=("Quyết định số 2/QĐ-UBND",),
    topics=(PlanTopic("mot-cua", "Một cửa", {"loa": 24, "zalo": 2}),),
    forms=("loa", "zalo"),
    audiences=("Người dân",),
    units=(PlanUnit("Công an xã", "Phối hợp", "cong-an"),),
    deadlines=(Deadline("Báo cáo quý I", dt.date(2026, 3, 14)),),
)


def test_a_plan_goes_to_json_and_back() -> None:
    assert Campaign.from_json(PLAN.as_json()) == PLAN


def test_a_document_becomes_a_draft_and_is_confirmed_line_by_line(station: Station) -> None:
    name = "ke-hoach-2026.txt"
    data = (FIXTURES / name).read_bytes()
    number = plans.start_import(station, OPERATOR, name, data)
    with station.db.read() as session:
        row = plans_queries.campaign(session, number)
        topics = session.scalar(select(func.count()).select_from(Topic))
    assert row.state is CampaignState.DRAFT
    assert len(row.topics) == 10
    assert [u["code"] for u in row.units] == [None, "vhxh"]
    reading = plans.read_file(station, name, data)
    kept = [c for c in plans.choices_of(station, reading) if not (c.kind is ProposalKind.TOPIC and c.line == 51)]
    kept += [plans.KeptProposal(ProposalKind.TOPIC, "Văn hóa công sở", 99)]
    plans.confirm_import(station, OPERATOR, number, kept)
    plans.move(station, OPERATOR, number, CampaignState.ACTIVE)
    with station.db.read() as session:
        now = plans_queries.current(session, station.today())
        assert now is not None
        assert [t["code"] for t in now.topics][-1] == "van-hoa-cong-so"
        assert session.get(Topic, "van-hoa-cong-so") is not None
        assert session.scalar(select(func.count()).select_from(Topic)) == (topics or 0) + 1
        verbs = list(session.scalars(select(AuditEvent.verb).where(AuditEvent.object_kind == "campaign")))
    assert verbs == ["add", "edit", "active"]


def test_what_is_only_read_makes_no_topic(station: Station) -> None:
    with station.db.read() as session:
        before = set(session.scalars(select(Topic.code)))
    number = plans.start_import(station, OPERATOR, "kh.docx", word_plan())
    with station.db.read() as session:
        assert set(session.scalars(select(Topic.code))) == before
        assert [t["code"] for t in plans_queries.campaign(session, number).topics] == [
            "day-boi-cho-tre-em",
            "rao-chan-ao",
        ]
    plans.discard(station, OPERATOR, number)
    with station.db.read() as session:
        assert session.scalar(select(func.count()).select_from(CampaignRow)) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"last": dt.date(2025, 1, 1)}, "last"),
        ({"forms": ("loa", "fax")}, "forms"),
        ({"topics": (PlanTopic("a", "A"), PlanTopic("a", "A"))}, "topics"),
        ({"topics": (PlanTopic("a", "A", {"loa": -1}),)}, "topics"),
        ({"last": dt.date(2040, 1, 1)}, "last"),
    ],
)
def test_a_wrong_field_is_named_and_changes_nothing(station: Station, change: dict[str, object], field: str) -> None:
    number = plans.add(station, OPERATOR, PLAN)
    with pytest.raises(RuleError) as caught:
        plans.save(station, OPERATOR, number, replace(PLAN, **change))  # type: ignore[arg-type]
    assert printed(caught.value.field) == field
    with station.db.read() as session:
        assert plans_queries.campaign_of(plans_queries.campaign(session, number)) == PLAN


def test_one_plan_at_a_time_and_a_closed_one_stays(station: Station) -> None:
    one, two = plans.add(station, OPERATOR, PLAN), plans.add(station, OPERATOR, PLAN)
    plans.move(station, OPERATOR, one, CampaignState.ACTIVE)
    with pytest.raises(RuleError, match="đang thực hiện trong cùng thời gian"):
        plans.move(station, OPERATOR, two, CampaignState.ACTIVE)
    plans.move(station, OPERATOR, one, CampaignState.CLOSED)
    with pytest.raises(RuleError, match="đã kết thúc"):
        plans.save(station, OPERATOR, one, PLAN)
    with pytest.raises(RuleError):
        plans.move(station, OPERATOR, one, CampaignState.ACTIVE)
    with pytest.raises(RuleError):
        plans.discard(station, OPERATOR, one)
    with pytest.raises(NotFoundError):
        plans.move(station, OPERATOR, 99, CampaignState.ACTIVE)


def test_an_editor_may_not_change_the_plan(station: Station) -> None:
    with pytest.raises(ForbiddenError):
        plans.add(station, EDITOR, PLAN)


def test_the_homes_own_list_of_forms_wins(station: Station) -> None:
    path = station.home.root / "scripts" / "forms.toml"
    path.write_text('[[form]]\ncode = "loa"\ntitle = "Loa"\ngroup = "loudspeaker"\n', encoding="utf-8")
    assert plans.form_titles(station) == {"loa": "Loa"}
    path.write_text("[[form]]\ncode = 1", encoding="utf-8")
    with pytest.raises(RuleError, match="viết sai"):
        plans.forms(station)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_plan_as_odt_says_the_same_as_the_word_file_it_was_saved_from(station: Station, tmp_path: Path) -> None:
    (tmp_path / "kh.docx").write_bytes(word_plan())
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/lo",
        "--headless",
        "--convert-to",
        "odt",
        "--outdir",
    ]
    subprocess.run([*command, str(tmp_path), str(tmp_path / "kh.docx")], check=True, capture_output=True, timeout=100)
    number = plans.start_import(station, OPERATOR, "kh.odt", (tmp_path / "kh.odt").read_bytes())
    with station.db.read() as session:
        found = plans_queries.campaign_of(plans_queries.campaign(session, number))
    other = plans.start_import(station, OPERATOR, "kh.docx", word_plan())
    with station.db.read() as session:
        assert plans_queries.campaign_of(plans_queries.campaign(session, other)) == found
    assert [t.code for t in found.topics] == ["day-boi-cho-tre-em", "rao-chan-ao"]
    assert found.basis
