"""The operator's and admin's screens in a real Chromium: axe-core clean at both sizes, by mouse and by keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from broadcaster.clock import FrozenClock
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.browser import faults, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCREENS = {
    "vanhanh": (
        "/stop?zone=am02",
        "/schedule/?view=day",
        "/schedule/8",
        "/schedule/8/rundown",
        "/schedule/8/move",
        "/schedule/new",
        "/schedule/rotations/ngay-thuong/versions",
        "/schedule/rotations/upload",
        "/schedule/rotations/ngay-thuong/slots/sang",
        "/log/5",
        "/zones/am03",
        "/zones/new",
        "/zones/groups/new",
        "/sounds/new",
        "/start/",
        "/account",
    ),
    "quantri": ("/settings/hours", "/audit/", "/users/vanhanh/edit"),
}


@pytest.fixture
def lived(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    root = tmp_path_factory.mktemp("desk") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    yield station
    station.close()


@pytest.mark.parametrize(("size", "scheme"), [("pc", "light"), ("phone", "dark")])
@pytest.mark.parametrize("username", SCREENS)
def test_screens_fit_run_clean_and_pass_axe(
    chromium: Browser,
    address: str,
    tmp_path: Path,
    username: str,
    size: str,
    scheme: str,
) -> None:
    context, page = opened(chromium, address, username, size, scheme)
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    shots = Path(os.environ.get("LOA_SHOTS", str(tmp_path)))
    for target in SCREENS[username]:
        page.goto(target)
        page.evaluate("document.fonts.ready.then(() => 0)")
        if "view=day" in target:
            expect(page.locator(".ec-event").first).to_be_visible()
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{target} is {wider} px too wide"
        assert faults(page) == [], target
        name = target.strip("/").replace("/", "-").replace("?", "-")
        page.screenshot(path=shots / f"{name}-{size}-{scheme}.png", full_page=True)
    assert said == []
    context.close()


def drop(page: Page, by: float) -> None:
    """Drag the afternoon broadcast of the first zone by a number of half hours."""
    event = page.locator(".ec-event", has_text="17:00").first
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    x, y = box["x"] + 6, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y, steps=4)
    page.mouse.move(x + by * 26, y, steps=8)
    page.mouse.up()


def test_a_broadcast_is_dragged_refused_confirmed_and_undone(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "vanhanh", "pc")
    page.goto("/schedule/?view=day&week=2026-03-05")
    drop(page, -3)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("khung giờ được phép")
    page.keyboard.press("Escape")
    drop(page, 1)
    expect(dialog).to_contain_text("sẽ phát lúc 17:30 thứ năm, 05/03/2026")
    dialog.get_by_role("button", name="Dời").click()
    expect(page.get_by_text("Đã dời “Chương trình buổi chiều”")).to_be_visible()
    expect(page.locator(".ec-event", has_text="17:30").first).to_be_visible()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("Đã hoàn tác: buổi phát lại như trước việc vừa rồi.")).to_be_visible()
    context.close()


def test_a_rundown_is_ordered_by_keyboard_alone_with_a_running_total(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "vanhanh", "pc")
    page.goto("/schedule/10/rundown")
    expect(page.locator("[data-verdict]")).to_have_text("còn trống 26 phút 4 giây")
    page.get_by_role("button", name="Bỏ “Nhạc kết”").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-verdict]")).to_have_text("còn trống 26 phút 14 giây")
    page.get_by_role("button", name="Đưa “Nhạc hiệu” xuống sau").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Thêm “Chuông báo”").focus()
    page.keyboard.press("Enter")
    titles = [t.split("\n")[0] for t in page.locator("[data-list] .what").all_inner_texts()]
    assert titles[2] == "Nhạc hiệu"
    assert titles[-1] == "Chuông báo"
    page.get_by_label("Tìm bài").fill("de an 06")
    expect(page.locator("[data-stock] li:visible")).to_have_count(1)
    page.get_by_role("button", name="Lưu nội dung").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã lưu nội dung buổi phát")).to_be_visible()
    context.close()


def test_a_slot_is_written_on_a_phone_and_seen_as_a_difference_first(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    context, page = opened(chromium, address, "vanhanh", "phone", "dark")
    page.goto("/schedule/rotations")
    page.get_by_role("link", name="Thêm khung phát").click()
    page.get_by_label("Tên khung").fill("Buổi trưa")
    page.get_by_label("Giờ bắt đầu").fill("13:00")
    for words in ("Thêm “Nhạc hiệu", "Thêm bài máy chọn", "Thêm “Chuông"):
        page.get_by_role("button", name=words).first.click()
    steps = page.locator(".pieces-list li")
    expect(steps).to_have_count(3)
    page.get_by_role("button", name="Đưa mục 3 lên trước").press("Enter")
    expect(steps.nth(1)).to_contain_text("Chuông")
    page.get_by_role("button", name="Tiếp: xem thay đổi").click()
    expect(page.locator("#start-error")).to_contain_text("nằm ngoài khung giờ được phép")
    assert faults(page) == []
    page.get_by_label("Giờ bắt đầu").fill("11:00")
    page.screenshot(path=Path(os.environ.get("LOA_SHOTS", str(tmp_path))) / "handbook-khung-lich.png", full_page=True)
    page.get_by_role("button", name="Tiếp: xem thay đổi").click()
    expect(page.locator("ins")).to_contain_text("“Buổi trưa” lúc 11:00")
    assert faults(page) == []
    page.get_by_role("button", name="Áp dụng").click()
    expect(page.get_by_text("Đã áp dụng khung lịch mới")).to_be_visible()
    expect(page.get_by_role("link", name="Buổi trưa")).to_be_visible()
    context.close()


def test_a_whole_broadcast_is_heard_beforehand_from_where_one_points(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "vanhanh", "pc")
    page.goto("/schedule/8")
    place = page.locator("[data-at]")
    expect(place).to_have_text("0:00 / 3:56")
    page.get_by_role("button", name="Nghe thử cả buổi").press("Enter")
    expect(place).to_contain_text("0:01", timeout=15_000)
    expect(page.locator(".rundown li.is-heard")).to_contain_text("Nhạc hiệu")
    page.get_by_label("Vị trí trong buổi phát").fill("100000")
    expect(place).to_contain_text("1:41", timeout=15_000)
    expect(page.locator(".rundown li.is-heard .no")).to_have_text("4")
    page.get_by_role("button", name="Tạm dừng").press("Enter")
    expect(page.locator(".rundown li.is-heard")).to_have_count(0)
    context.close()
