"""A real Chromium at the panel."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.kit import seed

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
