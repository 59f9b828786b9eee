"""The microphone and an emergency in a real Chromium with a fake device, through the panel and the real play-out."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.desk import beside
from broadcaster.services.station import Station, open_station
from broadcaster.sound.store import Store
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM, faults, opened
from tests.kit.serving import served
from tests.kit.waiting import until
from tests.needs import where

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "may-loa.test"
"""What another machine of the network calls this one: no name that a browser trusts by itself."""
FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


class Ear(SimulatedHorn):
    loud = 0

    def write(self, pcm: bytes | bytearray | memoryview) -> None:
        super().write(pcm)
        self.loud += int((np.abs(np.frombuffer(pcm, dtype="<i2").astype(int)) > 500).sum())


@pytest.fixture(scope="module")
def lively(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, Ear, str]]:
    """The seeded station by the machine's clock, allowed all day, with its play-out and its panel."""
    root = tmp_path_factory.mktemp("live") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    file = root / "station.toml"
    text = file.read_text(encoding="utf-8")
    before = 'windows = ["05:00-07:30", "10:30-12:00", "16:30-19:00"]'
    assert before in text
    text = text.replace(before, 'windows = ["00:00-23:59"]').replace("names = []", f'names = ["{NAME}"]')
    file.write_text(text, encoding="utf-8")
    station = open_station(root, clock=SystemClock())
    ear = Ear("main")
    playout = Playout(*beside(station), sinks={"main": ear, "aircheck": SimulatedHorn("aircheck")})
    stop = threading.Event()
    player = threading.Thread(target=playout.run, args=(stop,))
    player.start()
    with served(station, threads=8) as address:
        until((station.home.run / "playout.port").exists)
        yield station, ear, address
    stop.set()
    player.join(20)
    station.close()


@pytest.fixture(scope="module")
def fake(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *FAKE])
    yield browser
    browser.close()


def talk_row(station: Station) -> BroadcastRow:
    with station.db.read() as session:
        query = select(BroadcastRow).where(BroadcastRow.origin == Origin.TALK).order_by(BroadcastRow.id.desc())
        return session.scalars(query).first()  # type: ignore[return-value]


def to_the_talk(page: Page) -> None:
    page.goto("/live/")
    page.get_by_label("Nói về việc gì").fill("Mời họp dân")
    page.get_by_label("Cụm loa ấp Mẫu 1", exact=True).check()
    page.get_by_role("button", name="Tiếp: thử micro").click()
    expect(page.get_by_role("heading", name="Nói ra 1 cụm loa")).to_be_visible()


@pytest.mark.parametrize("size", ["pc", "phone"])
def test_what_is_said_into_the_browser_is_heard_logged_and_kept(
    fake: Browser, lively: tuple[Station, Ear, str], tmp_path: Path, size: str
) -> None:
    station, ear, address = lively
    context, page = opened(fake, address, "vanhanh", size)
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    shots = Path(os.environ.get("LOA_SHOTS", str(tmp_path)))
    page.goto("/live/")
    assert faults(page) == []
    page.screenshot(path=shots / f"live-{size}.png", full_page=True)
    to_the_talk(page)
    quiet = ear.loud
    page.get_by_role("button", name="Thử micro").click()
    expect(page.get_by_text("Micro đang chạy, chưa ra loa")).to_be_visible()
    until(lambda: page.evaluate("document.querySelector('meter').value") > -60)
    assert ear.loud == quiet  # nothing leaves before the speaker says so
    page.get_by_role("button", name="Bắt đầu nói ra loa").click()
    expect(page.get_by_text("ĐANG RA LOA")).to_be_visible()
    assert faults(page) == []
    page.screenshot(path=shots / f"live-talk-{size}.png", full_page=True)
    until(lambda: ear.loud > quiet + 2000)  # the fake device beeps
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Kết thúc").click()
    expect(page.get_by_text("Đã kết thúc")).to_be_visible()
    row = until(lambda: (r := talk_row(station)) and r.state.terminal and r)
    assert row.state is BroadcastState.AIRED, row.verdict  # type: ignore[attr-defined]
    with station.db.read() as session:
        query = select(PlayLogEntry).where(PlayLogEntry.broadcast_id == row.id)  # type: ignore[attr-defined]
        entry = session.scalars(query).one()
    assert (entry.zone, entry.outcome, entry.title) == ("am01", Outcome.FULL, "Mời họp dân")
    assert Store(station.home.store).verify(entry.audio_sha256 or "").is_file()
    assert said == []
    context.close()


def trust(home: Path, authority: Path) -> bool:
    """Install an authority for the browsers of this home, as a person does by their settings; False: nothing can here."""
    if (certutil := where("certutil")) is None:
        return False
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for words in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "loa", "-i", str(authority)]):
        subprocess.run([certutil, "-d", f"sql:{store}", *words], check=True, timeout=60, capture_output=True)
    return True


def test_another_machine_of_the_network_speaks_live_over_https(
    lively: tuple[Station, Ear, str], playwright: Playwright, tmp_path: Path
) -> None:
    """With the authority installed as its page says; without it the same browser warns, and in clear it has no microphone."""
    station, ear, _ = lively
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.2"
    look: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "locale": "vi-VN"}
    with served(station, threads=8, name=NAME) as address:
        start = functools.partial(
            playwright.chromium.launch,
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *FAKE, rules],
            env={**os.environ, "HOME": str(tmp_path)},
        )
        strange = start()
        page = strange.new_context(base_url=address, **look).new_page()
        page.goto("/certificate/")
        assert not page.evaluate("isSecureContext")
        secure = str(page.get_by_role("link", name="Đã cài, mở trang quản lý").get_attribute("href"))
        with page.expect_download() as given:
            page.get_by_role("link", name="Tải chứng chỉ").click()
        with pytest.raises(PlaywrightError, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(secure)
        trusting = trust(tmp_path, given.value.path())
        strange.close()
        phone = start()
        page = phone.new_context(base_url=address, ignore_https_errors=not trusting, **look).new_page()
        page.goto("/certificate/")
        assert faults(page) == []
        page.get_by_role("link", name="Đã cài, mở trang quản lý").click()
        page.wait_for_url("https://**/login*")
        assert page.evaluate("isSecureContext")
        page.get_by_label("Tên đăng nhập").fill("vanhanh")
        page.get_by_label("Mật khẩu").fill(seed.PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("https://*/")
        page.get_by_role("link", name="Nói qua micro").first.click()
        page.get_by_label("Nói về việc gì").fill("Mời họp dân")
        page.get_by_label("Cụm loa ấp Mẫu 1", exact=True).check()
        page.get_by_role("button", name="Tiếp: thử micro").click()
        page.get_by_role("button", name="Thử micro").click()
        page.get_by_role("button", name="Bắt đầu nói ra loa").click(timeout=10_000)
        before = ear.loud
        until(lambda: ear.loud > before + 2000)
        kept = [c for c in page.context.cookies() if str(c.get("name")).startswith("__Host-loa-")]
        assert [c.get("secure") for c in kept] == [True, True], "the session and the mark of the browser"
        page.get_by_role("button", name="Kết thúc").click()
        expect(page.get_by_text("Đã kết thúc")).to_be_visible()
        phone.close()
    row = until(lambda: (r := talk_row(station)) and r.state.terminal and r)
    assert row.state is BroadcastState.AIRED, row.verdict  # type: ignore[attr-defined]


def test_closing_the_browser_ends_the_talk(fake: Browser, lively: tuple[Station, Ear, str]) -> None:
    station, ear, address = lively
    context, page = opened(fake, address, "vanhanh", "pc")
    to_the_talk(page)
    page.get_by_role("button", name="Thử micro").click()
    page.get_by_role("button", name="Bắt đầu nói ra loa").click(timeout=10_000)
    before = ear.loud
    until(lambda: ear.loud > before + 2000)
    context.close()
    row = until(lambda: (r := talk_row(station)) and r.state.terminal and r)
    assert row.state in {BroadcastState.AIRED, BroadcastState.PARTIAL}  # type: ignore[attr-defined]


def test_an_emergency_by_phone_in_two_steps(fake: Browser, lively: tuple[Station, Ear, str], tmp_path: Path) -> None:
    station, ear, address = lively
    context, page = opened(fake, address, "vanhanh", "phone")
    shots = Path(os.environ.get("LOA_SHOTS", str(tmp_path)))
    page.goto("/emergency/")
    page.get_by_label("Nội dung sẽ đọc").fill("Nước lũ đang lên nhanh. Bà con di dời ngay.")
    page.get_by_label("Lý do").fill("Công điện của tỉnh")
    page.get_by_label("Lặp lại sau mỗi").fill("30")
    page.get_by_label("Cụm loa ấp Mẫu 2", exact=True).check()
    page.get_by_role("button", name="Tiếp: xem lại rồi mới phát").click()
    expect(page.get_by_text("1 cụm loa:")).to_be_visible()
    assert faults(page) == []
    page.screenshot(path=shots / "emergency-confirm-phone.png", full_page=True)
    before = ear.loud
    page.get_by_role("button", name="PHÁT KHẨN CẤP").click()
    expect(page.get_by_text("Đã xác nhận phát khẩn cấp")).to_be_visible()
    until(lambda: ear.loud > before + 2000)
    expect(page.locator("#bar")).to_contain_text("ĐANG PHÁT KHẨN CẤP")
    page.get_by_role("link", name="Kết thúc").click()
    page.get_by_label("Lý do kết thúc").fill("Nước đã rút")
    page.get_by_role("button", name="Kết thúc").click()
    expect(page.get_by_text("Đã kết thúc bản tin khẩn cấp")).to_be_visible()
    with station.db.read() as session:
        row = session.scalars(select(Emergency)).one()
    assert (row.state, row.end_reason) == (EmergencyState.CANCELLED, "Nước đã rút")
    context.close()
