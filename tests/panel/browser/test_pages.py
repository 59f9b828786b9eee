"""The panel in a real Chromium, at the sizes of an old office PC and of a phone: no fault that axe-core knows."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from broadcaster.clock import FrozenClock
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.browser import SIZES, faults, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ALERTS = ("/alerts/", "/alerts/told/", "/alerts/senders/new", "/alerts/senders/new/email", "/alerts/people/new")
PAGES = {
    "vanhanh": (
        "/",
        "/stop",
        "/scripts/",
        "/scripts/7",
        "/scripts/7/revisions/2",
        "/schedule/",
        "/schedule/?view=zones",
        "/schedule/5",
        "/schedule/7/skip",
        "/schedule/rotations",
        "/emergency/",
        "/live/",
        "/schedule/conflicts",
        "/schedule/preview",
        "/log/1-1-am01/correct",
        "/log/",
        "/log/book",
        "/reports/",
        "/zones/",
        "/zones/am01",
        "/sounds/",
        "/settings/",
        "/khong-co",
    ),
    "bientap": ("/scripts/new", "/scripts/2/edit"),
    "lanhdao": ("/approve/", "/approve/7"),
    "quantri": ("/users/", "/users/new", "/users/xem/edit", "/audit/", "/password", *ALERTS, "/support/", "/phone/"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("username", PAGES)
def test_pages_fit_run_clean_and_pass_axe(
    chromium: Browser, address: str, tmp_path: Path, username: str, size: str, scheme: str
) -> None:
    context, page = opened(chromium, address, username, size, scheme)
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    shots = Path(os.environ.get("LOA_SHOTS", str(tmp_path)))
    for target in PAGES[username]:
        page.goto(target)
        page.evaluate("document.fonts.ready.then(() => 0)")
        expect(page.locator("main .htmx-request")).to_have_count(0)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{target} is {wider} px too wide"
        assert faults(page) == [], target
        name = target.strip("/").replace("/", "-").replace("?", "-") or "index"
        page.screenshot(path=shots / f"{name}-{size}-{scheme}.png", full_page=True)
    assert said == []
    context.close()


def test_the_operator_stops_by_keyboard_alone_after_reading_what_stops(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "vanhanh", "pc")
    page.goto("/scripts/")
    page.get_by_role("link", name="DỪNG PHÁT").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Chương trình buổi chiều")
    expect(dialog).to_contain_text("Tất cả 12 cụm loa")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="DỪNG PHÁT").click()
    page.get_by_role("button", name="Dừng phát ngay").press("Enter")
    expect(page.get_by_text("Máy phát chưa trả lời")).to_be_visible()
    context.close()


def test_the_bar_follows_the_station_without_a_reload(chromium: Browser, address: str, lived: Station) -> None:
    context, page = opened(chromium, address, "xem", "phone")
    page.goto("/log/")
    expect(page.locator("#bar")).to_contain_text("Đang phát")
    assert isinstance(lived.clock, FrozenClock)
    lived.clock.advance(60)
    expect(page.locator("#bar")).to_contain_text("Có sự cố", timeout=10_000)
    lived.clock.advance(-60)
    beat(lived, "playout", {"on_air": None})
    expect(page.locator("#bar")).to_contain_text("Đang phát", timeout=10_000)
    context.close()


def test_an_editor_sees_the_spoken_words_while_writing(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    page.goto("/scripts/new")
    page.get_by_label("Văn bản sẽ đọc").press_sequentially("UBND xã tiếp dân lúc 7h30.")
    expect(page.locator("#preview")).to_contain_text("Ủy ban nhân dân xã tiếp dân lúc bảy giờ ba mươi", timeout=10_000)
    expect(page.locator("#preview")).to_contain_text("Khoảng")
    context.close()


def test_the_leader_returns_a_script_on_a_phone(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "lanhdao", "phone")
    page.get_by_role("link", name=re.compile("^Duyệt")).click()
    page.get_by_role("main").get_by_role("link", name="Thông báo cắt điện").click()
    page.locator("summary", has_text="Trả lại").click()
    page.get_by_role("button", name="Số liệu cần kiểm tra lại").click()
    page.get_by_role("button", name="Trả lại cho người viết").click()
    expect(page.get_by_text("Đã trả lại cho người viết")).to_be_visible()
    context.close()


def test_what_is_typed_as_a_password_is_shown_while_one_wants_to(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="vi-VN", base_url=address)
    page = context.new_page()
    page.goto("/login")
    field, button = page.get_by_label("Mật khẩu"), page.get_by_role("button", name="Hiện chữ đã gõ")
    field.fill("bốn con vịt")
    for pressed, kind in ((False, "password"), (True, "text"), (False, "password")):
        expect(button).to_have_attribute("aria-pressed", str(pressed).lower())
        expect(field).to_have_attribute("type", kind)
        button.click()
    expect(field).to_have_attribute("type", "text")
    context.close()
