"""The panel in a real Chromium, at the sizes of an old office PC and of a phone: no fault that axe-core knows."""

from __future__ import annotations

import gzip
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waitress.server import create_server

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from broadcaster.services.heartbeats import beat
from broadcaster.services.station import Station, open_station
from tests.panel import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = os.environ.get("LOA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"pc": (1366, 768), "phone": (360, 740)}
AXE = gzip.decompress((Path(__file__).parent / "vendor" / "axe-4.14.1.min.js.gz").read_bytes()).decode()
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
    "quantri": ("/users/", "/users/new", "/users/xem/edit", "/audit/", "/password"),
}


@pytest.fixture
def lived(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    root = tmp_path_factory.mktemp("browser") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    yield station
    station.close()


@pytest.fixture
def address(lived: Station) -> Iterator[str]:
    server = create_server(create_app(lived, {"RATELIMIT_ENABLED": False}), host="127.0.0.1", port=0, threads=4)
    runner = threading.Thread(target=server.run, daemon=True)
    runner.start()
    yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
    server.close()
    runner.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def opened(
    chromium: Browser, address: str, username: str, size: str, scheme: str = "light"
) -> tuple[BrowserContext, Page]:
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", color_scheme=scheme, base_url=address
    )
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(seed.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")
    return context, page


def faults(page: Page) -> list[str]:
    """Return what axe-core finds; it is put in through the debugger, for the page's own policy lets nothing in."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE + ";0"})
    return page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap("
        "v => v.nodes.map(n => `${v.id} ${n.target.join(' ')}: ${n.failureSummary}`)))"
    )


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
    expect(page.get_by_text("Đã gửi lệnh dừng phát")).to_be_visible()
    context.close()


def test_the_bar_follows_the_station_without_a_reload(chromium: Browser, address: str, lived: Station) -> None:
    context, page = opened(chromium, address, "xem", "phone")
    page.goto("/log/")
    expect(page.locator("#bar")).to_contain_text("Đang phát")
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
    page.get_by_role("link", name="Duyệt").click()
    page.get_by_role("link", name="Thông báo cắt điện").click()
    page.locator("summary", has_text="Trả lại").click()
    page.get_by_role("button", name="Số liệu cần kiểm tra lại").click()
    page.get_by_role("button", name="Trả lại cho người viết").click()
    expect(page.get_by_text("Đã trả lại cho người viết")).to_be_visible()
    context.close()
