"""The vendored files are what their makers published, and the first view is light."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from broadcaster.rooms import room
from tests.kit.panel import SignIn
from tests.kit.places import ROOT

STATIC = room("web") / "static"
TEMPLATES = room("web") / "templates"


def test_every_vendored_file_is_locked_by_name_version_licence_and_hash() -> None:
    locked = {v["path"]: v for v in json.loads((STATIC / "vendor.lock.json").read_text())["vendored"]}
    fonts = {".woff2", ".ttf"}
    present = {p.relative_to(STATIC).as_posix() for p in STATIC.rglob("*") if p.suffix in fonts or ".min." in p.name}
    assert present | {"icons.svg"} == set(locked)
    for path, entry in locked.items():
        assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest() == entry["sha256"], path
        assert entry["licence"] in {"0BSD", "MIT", "OFL-1.1"}
    for licence in (
        "fonts/OFL.txt",
        "fonts/tinos-OFL.txt",
        "vendor/htmx-LICENSE.txt",
        "vendor/event-calendar-LICENSE.txt",
        "icons-LICENSE.txt",
    ):
        assert (STATIC / licence).stat().st_size > 300


def test_every_icon_that_is_used_is_in_the_sprite_and_none_is_spare() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    text = "".join(p.read_text() for p in TEMPLATES.rglob("*.html"))
    panel = ROOT / "broadcaster" / "panel"
    text += "".join((panel / name).read_text() for name in ("web/navigation.py", "web/looks.py", "setup/guide.py"))
    used = {name for name in sprite if re.search(rf'"{re.escape(name)}"', text)}
    named = set(re.findall(r'icon\("([a-z0-9-]+)"', text))
    assert named <= sprite
    assert sprite == used


def test_templates_have_no_inline_styles_scripts_or_handlers() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\s(style|on[a-z]+)=", text), path
        assert not re.search(r"<script(?![^>]*nonce=)", text), path
        assert "| safe" not in text, path


def weight(html: str) -> int:
    """Return the bytes of a page on the wire with all that it names: styles, scripts, icons, every font."""
    named = set(re.findall(r"/static/([\w./-]+\.(?:css|js|svg|woff2))", html))
    for sheet in sorted(n for n in named if n.endswith(".css")):
        found = re.findall(r'url\("([^"]+)"\)', (STATIC / sheet).read_text())
        named |= {((STATIC / sheet).parent / f).resolve().relative_to(STATIC.resolve()).as_posix() for f in found}
    sizes = ((STATIC / name).read_bytes() for name in named)
    packed = {".css", ".js", ".svg"}
    kept = [len(gzip.compress(b, 9)) if Path(n).suffix in packed else len(b) for n, b in zip(named, sizes, strict=True)]
    return len(html.encode()) + sum(kept)


@pytest.mark.parametrize("page", ["/", "/scripts/", "/log/", "/zones/", "/settings/"])
def test_the_first_view_weighs_less_than_250_kb(sign_in: SignIn, page: str) -> None:
    assert 100_000 < weight(sign_in("vanhanh").get(page).text) < 250_000


def test_styles_and_scripts_travel_packed_and_unpacked_alike(sign_in: SignIn) -> None:
    client = sign_in("xem")
    plain = client.get("/static/app.css")
    packed = client.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (STATIC / "app.css").read_bytes()
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in client.get("/log/", headers={"Accept-Encoding": "gzip"}).headers
    same = client.get("/static/app.css", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert same.status_code == 304
