"""Kế hoạch, Theo dõi, Hoạt động and Báo cáo in a real Chromium: they fit, they pass axe-core, they work by keyboard."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.roles import machine
from broadcaster.domain.reports.activities import ActivityDraft
from broadcaster.domain.reports.periods import parse
from broadcaster.domain.reports.plans import Campaign, CampaignState, Deadline, PlanTopic, PlanUnit
from broadcaster.services.reports import activities, drawing, plans
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.browser import faults, opened
from tests.kit.places import FIXTURES
from tests.kit.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIXTURE = FIXTURES / "ke-hoach-2026.txt"
PAGES = (
    "/plans/",
    "/plans/1",
    "/plans/1/edit",
    "/plans/2/confirm",
    "/tracker/",
    "/tracker/gap",
    "/activities/",
    "/activities/1",
    "/activities/new",
    "/activities/parts?period=2026-Q1&unit=cong-an",
    "/reports/",
    "/reports/1",
    "/reports/entries?first=2026-03-01&last=2026-03-04&topic=dich-vu-cong",
)


@pytest.fixture(scope="module")
def planned(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """The seeded station with a plan in force, another being read, an activity, a unit's part and a report."""
    root = tmp_path_factory.mktemp("plans") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    kit = machine("bộ thử")
    topics = tuple(
        PlanTopic(code, title, {"loa": target, "zalo": 2})
        for (code, title, _), target in zip(seed.TOPICS[:4], (12, 24, 400, 36), strict=True)
    )
    plan = Campaign(
        title="Thông tin, tuyên truyền về cải cách hành chính năm 2026 trên địa bàn xã Mẫu",
        first=dt.date(2026, 1, 1),
        last=dt.date(2026, 12, 31),
        number="12/KH-UBND",
        issued_on=dt.date(2026, 1, 5),
        basis=("Kế hoạch số 3/KH-UBND của Ủy ban nhân dân tỉnh Mẫu",),
        topics=topics,
        forms=("loa", "zalo", "truc-tiep", "pano"),
        audiences=("Mọi tầng lớp Nhân dân",),
        units=(PlanUnit("Công an xã", "Phối hợp", "cong-an"),),
        deadlines=(Deadline("Báo cáo quý I", dt.date(2026, 3, 17)),),
    )
    plans.move(station, kit, plans.add(station, kit, plan), CampaignState.ACTIVE)
    plans.start_import(station, kit, FIXTURE.name, FIXTURE.read_bytes())
    number = activities.keep_activity(
        station,
        kit,
        ActivityDraft(
            form="truc-tiep",
            title="Họp tổ nhân dân tự quản ấp Mẫu 1",
            topic="dich-vu-cong",
            unit="vhxh",
            day=dt.date(2026, 3, 2),
            attendance=45,
        ),
    )
    activities.add_proof(station, kit, number, "anh-hop.png", b"\x89PNG\r\n\x1a\n" + b"x" * 2000)
    activities.keep_part(
        station, kit, "cong-an", parse("2026-Q1").first, parse("2026-Q1").last, "Đã hướng dẫn 12 hộ.", submit=True
    )
    drawing.draw(station, kit, parse("2026-Q1"))
    yield station
    station.close()


@pytest.fixture(scope="module")
def place(planned: Station) -> Iterator[str]:
    with served(planned) as address:
        yield address


@pytest.mark.parametrize(("size", "scheme"), [("pc", "light"), ("phone", "light"), ("pc", "dark")])
def test_pages_fit_and_pass_axe(chromium: Browser, place: str, tmp_path: Path, size: str, scheme: str) -> None:
    context, page = opened(chromium, place, "vanhanh", size, scheme)
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    shots = Path(os.environ.get("LOA_SHOTS", str(tmp_path)))
    for target in PAGES:
        page.goto(target)
        page.evaluate("document.fonts.ready.then(() => 0)")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{target} is {wider} px too wide"
        assert faults(page) == [], target
        name = target.strip("/").replace("/", "-").partition("?")[0]
        page.screenshot(path=shots / f"{name}-{size}-{scheme}.png", full_page=True)
    assert said == []
    context.close()


def test_a_report_is_held_against_the_log_by_keyboard(chromium: Browser, place: str) -> None:
    context, page = opened(chromium, place, "vanhanh", "pc")
    page.goto("/reports/1")
    page.get_by_role("link", name="Đối chiếu với nhật ký").press("Enter")
    expect(page.locator("#check")).to_contain_text("khớp với nhật ký lúc lập", timeout=10_000)
    page.get_by_role("row", name=re.compile("[Dd]ịch vụ công")).get_by_role("link").first.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Đứng sau số liệu: [1-9]"))).to_be_visible()
    context.close()
