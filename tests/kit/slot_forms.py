"""A slot as the panel's form sends it, and what the page that asks for confirmation hides."""

from __future__ import annotations

import html
import re

from werkzeug.test import TestResponse

EVENING = {
    "title": "Chương trình trưa",
    "start": "10:45",
    "minutes": "20",
    "weekday": ["mon", "fri"],
    "zone": ["am01"],
    "late": "skip",
    "item": ['{"kind": "cue", "cue": "nhac-hieu"}', '{"kind": "fill", "genres": ["notice"]}'],
}


def shown(answer: TestResponse) -> dict[str, str]:
    """Return the hidden fields of the page that asks for confirmation."""
    found = dict(re.findall(r'name="(text|over|agreed)" value="([^"]*)"', answer.text))
    return {key: html.unescape(value) for key, value in found.items()}
