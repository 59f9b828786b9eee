"""The whole story through the pages alone: written, read aloud, approved by thumb, scheduled, aired, logged, reported.

The worker, the play-out and the panel are the real ones, as threads of this process; what goes to the loudspeakers is recorded by a file sink.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from broadcaster.clock import UTC
from broadcaster.domain.people.roles import machine
from broadcaster.media.ffmpeg import run
from broadcaster.playout.engine import Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.services.desk import beside
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from broadcaster.worker import consumer
from tests.kit import seed
from tests.kit.browser import faults, opened
from tests.kit.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Tiêm chủng cho trẻ em"
TEXT = "Ngày 12/3/2026, Trạm Y tế xã tiêm chủng cho trẻ em dưới 24 tháng tuổi, từ 7h30 đến 11h00."
START = dt.datetime(2026, 3, 4, 16, 35, tzinfo=seed.TZ)
AT = dt.datetime(2026, 3, 4, 17, 45, tzinfo=seed.TZ)
"""Within the allowed hours that a station is made with."""
BEFORE_CUE = dt.timedelta(seconds=45)
SPEED = 4.0


class StoryClock:
    """Runs four times fast, and can skip the hours in which nothing happens."""

    def __init__(self, start: dt.datetime) -> None:
        self._start, self._origin, self._skipped = start.astimezone(UTC), time.monotonic(), 0.0

    def now(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._origin) * SPEED + self._skipped

    def sleep_until(self, deadline: float, stop: threading.Event | None = None) -> bool:
        stop = stop or threading.Event()
        while (left := deadline - self.monotonic()) > 0:
            if stop.wait(min(left / SPEED, 0.02)):
                return False
        return not stop.is_set()

    def skip_to(self, moment: dt.datetime) -> None:
        self._skipped += max(0.0, (moment - self.now()).total_seconds())


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[tuple[StoryClock, Station, str]]:
    """A new station with its people and nothing in it, all of its processes running."""
    clock = StoryClock(START)
    ways = {"main": {"kind": "pipe", "options": {"command": ["cat"]}}, "aircheck": {"kind": "file"}}
    station = init(
        tmp_path / "home", overrides={"speech": {"voices": ["tone:beep"]}, "playout": {"sinks": ways}}, clock=clock
    )
    for username, name, roles in seed.PEOPLE:
        temporary = accounts.create_user(station, machine("bộ thử"), username, name, roles)
        signing_in.change_password(station, accounts.actor_named(station, username), temporary, seed.PASSWORD)
    stop = threading.Event()
    playout = Playout(*beside(station), alarm=SimulatedAlarm(clock, threaded=True))
    threads = [
        threading.Thread(target=playout.run, args=(stop,)),
        threading.Thread(target=consumer.run, args=(station, stop)),
    ]
    for thread in threads:
        thread.start()
    with served(station, threads=8) as address:
        yield clock, station, address
    stop.set()
    for thread in threads:
        thread.join(30)
    station.close()


def shot(page: Page, tmp_path: Path, name: str) -> None:
    """Keep a picture for the handbook when LOA_SHOTS names a folder."""
    page.screenshot(path=Path(os.environ.get("LOA_SHOTS", str(tmp_path))) / f"story-{name}.png")


def heard_on(page: Page, player: str) -> None:
    """Play by keyboard, as a person does, until sound has moved on."""
    place = f"document.querySelector('{player}').currentTime"
    begun = page.evaluate(place)
    page.locator(player).focus()
    page.keyboard.press("Space")
    for _ in range(100):  # wait_for_function evaluates words, which the page's own policy forbids
        if page.evaluate(place) > begun + 0.3:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{player} stands still")


def test_from_the_first_word_to_the_report(
    chromium: Browser, lived: tuple[StoryClock, Station, str], tmp_path: Path
) -> None:
    clock, station, address = lived
    _written_and_sent(chromium, address, tmp_path)
    _approved_in_two_taps(chromium, address, tmp_path)
    context, page = opened(chromium, address, "vanhanh", "pc")
    _scheduled(page, tmp_path)
    context.close()
    clock.skip_to(AT - BEFORE_CUE)
    context, page = opened(chromium, address, "vanhanh", "pc")  # who did nothing for hours signs in anew
    _aired(page, tmp_path)
    _logged(page, tmp_path)
    _reported(page, tmp_path)
    assert len(list(station.home.airchecks.glob("2026-03-04/174500-*-aircheck.*"))) == 1  # begun on the second
    context.close()


def _written_and_sent(chromium: Browser, address: str, tmp_path: Path) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    page.get_by_role("link", name="Kịch bản", exact=True).click()
    page.get_by_role("link", name="Viết kịch bản").first.click()
    page.get_by_label("Tên bài").fill(TITLE)
    page.get_by_label("Văn bản sẽ đọc").fill(TEXT)
    spoken = page.locator("#preview")
    expect(spoken).to_contain_text("Ngày mười hai tháng ba năm hai ngàn không trăm hai mươi sáu", timeout=15_000)
    expect(spoken).to_contain_text("từ bảy giờ ba mươi phút đến mười một giờ")
    page.get_by_label("Loại").select_option(label="Thông báo")
    shot(page, tmp_path, "1-viet")
    page.get_by_role("button", name="Lưu và tạo bản đọc").click()
    expect(page.locator("#player")).to_be_visible(timeout=30_000)  # the worker has read it
    heard_on(page, "#player")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.locator("main")).to_contain_text("Chờ duyệt")
    assert faults(page) == []
    context.close()


def _approved_in_two_taps(chromium: Browser, address: str, tmp_path: Path) -> None:
    context, page = opened(chromium, address, "lanhdao", "phone")
    page.get_by_role("link", name=re.compile("^Duyệt")).click()
    page.get_by_role("link", name=TITLE).click()
    heard_on(page, "#player")
    shot(page, tmp_path, "2-duyet")
    page.locator(".decide summary", has_text="Duyệt").click()
    page.get_by_role("button", name="Duyệt cho phát").click()
    expect(page.get_by_text("Đã duyệt. Đúng lời này")).to_be_visible()
    context.close()


def _scheduled(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Lịch phát", exact=True).click()
    page.get_by_role("link", name="Thêm buổi phát").click()
    page.get_by_label("Tên buổi phát").fill("Thông báo của Trạm Y tế")
    page.get_by_label("Ngày giờ phát").fill(f"{AT:%Y-%m-%dT20:%M}")
    page.get_by_label("Dài tối đa").fill("10")
    page.get_by_role("button", name="Tiếp: chọn nội dung").click()
    expect(page.get_by_role("alert")).to_be_visible()  # eight in the evening is not allowed
    page.get_by_label("Ngày giờ phát").fill(f"{AT:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Tiếp: chọn nội dung").click()
    page.get_by_role("button", name="Thêm “Chuông").first.click()
    page.get_by_role("button", name=f"Thêm “{TITLE}”").click()
    shot(page, tmp_path, "3-xep")
    page.get_by_role("button", name="Lưu nội dung").click()
    expect(page.get_by_text("Đã lưu nội dung buổi phát")).to_be_visible()


def _aired(page: Page, tmp_path: Path) -> None:
    expect(page.locator("#bar")).to_contain_text("Thông báo của Trạm Y tế", timeout=30_000)
    page.get_by_role("link", name="Đang phát", exact=True).first.click()
    expect(page.locator("main")).to_contain_text(TITLE, timeout=15_000)
    shot(page, tmp_path, "4-dang-phat")


def _logged(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Nhật ký", exact=True).click()
    row = page.locator("tbody tr").filter(has_text=TITLE).first
    for _ in range(60):  # it is logged when it has ended
        if row.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(row).to_contain_text("Phát đủ")
    shot(page, tmp_path, "5-nhat-ky")
    row.get_by_role("link", name="bản ghi").click()
    source = page.locator("main audio").get_attribute("src") or ""
    heard_on(page, "main audio")
    shot(page, tmp_path, "6-nghe-lai")
    first, last = (float(s) for s in source.partition("#t=")[2].split(","))
    kept, raw = tmp_path / "aircheck", tmp_path / "aircheck.raw"
    kept.write_bytes(page.request.get(source.partition("#")[0]).body())
    run(["-i", str(kept), "-f", "s16le", "-ac", "1", "-ar", "16000", str(raw)])
    samples = np.frombuffer(raw.read_bytes(), dtype="<i2")[int(first * 16_000) : int(last * 16_000)] / 32_768
    assert last - first > 5
    assert float(np.sqrt(np.mean(samples**2))) > 0.02  # as loud as a voice, not a silent file


def _reported(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Báo cáo", exact=True).click()
    page.get_by_label("Kỳ báo cáo").select_option("custom")
    page.get_by_label("Từ ngày").fill("2026-03-04")
    page.get_by_label("Đến hết ngày").fill("2026-03-04")
    page.get_by_role("button", name="Lập báo cáo").click()
    page.get_by_role("link", name="Xem báo cáo", exact=True).click(timeout=60_000)  # the worker has drawn it
    full = page.locator(".figures div").filter(has_text="Lượt tin, bài phát đủ")
    expect(full.locator("dd")).to_have_text("1", timeout=30_000)
    shot(page, tmp_path, "7-bao-cao")
    full.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text(TITLE)
