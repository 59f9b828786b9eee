"""The form of a script as the editor's page sends it."""

from __future__ import annotations

import re

BODY = "Ngày 12/3, gặp HXĐT.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT."
FORM = {
    "title": "Hẹn gặp",
    "unit": "vhxh",
    "topic": "khac",
    "genre": "bulletin",
    "priority": "normal",
    "voice": "",
    "rate": "",
    "body": BODY,
    "own": "[]",
    "kept": "[]",
}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1].replace("&#34;", '"').replace("&amp;", "&")


def opened(page: str) -> dict[str, str]:
    return {n: hidden(page, n) for n in ("draft", "tab", "seen", "base", "script_id", "version")}
