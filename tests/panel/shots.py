"""The handbook's pictures, of the seeded station: `python -m tests.panel.shots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM, opened

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
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        station = seed.build(Path(scratch) / "station", FrozenClock(seed.NOW))
        server = create_server(create_app(station, {"RATELIMIT_ENABLED": False}), host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        address = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, (username, target, size) in PICTURES.items():
            context, page = opened(browser, address, username, size)
            page.goto(target)
            page.evaluate("document.fonts.ready.then(() => 0)")
            page.wait_for_timeout(800)
            page.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()
        server.close()
        station.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
