"""The handbook's pictures, of the seeded station: `python -m tests.panel.shots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from broadcaster.clock import FrozenClock
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM, opened
from tests.kit.serving import served

PICTURES = {
    "dang-phat": ("vanhanh", "/", "pc"),
    "dang-phat-dien-thoai": ("vanhanh", "/", "phone"),
    "bat-dau": ("quantri", "/start/", "pc"),
    "lich-phat": ("vanhanh", "/schedule/?view=day&week=2026-03-05", "pc"),
    "xep-noi-dung": ("vanhanh", "/schedule/8/rundown", "pc"),
    "cum-loa": ("vanhanh", "/zones/am01", "pc"),
    "nhat-ky": ("vanhanh", "/log/", "pc"),
    "cai-dat": ("quantri", "/settings/hours", "pc"),
}


def main(folder: Path) -> None:
    """Take every picture, at the size of its screen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright, ExitStack() as closing:
        station = seed.build(Path(scratch) / "station", FrozenClock(seed.NOW))
        closing.callback(station.close)
        address = closing.enter_context(served(station))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, (username, target, size) in PICTURES.items():
            context, page = opened(browser, address, username, size)
            page.goto(target)
            page.evaluate("document.fonts.ready.then(() => 0)")
            page.wait_for_timeout(800)
            page.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
