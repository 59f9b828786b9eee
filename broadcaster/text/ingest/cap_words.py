"""The words for people in a CAP message, without the markup of the web page that many senders paste there."""

from __future__ import annotations

import re
from typing import Final

from broadcaster.domain.fold import nfc
from broadcaster.text.ingest.html import to_text

TAGS: Final = frozenset(
    "a abbr address article b big blockquote body br center code dd div dl dt em font footer h1 h2 h3 h4 h5 h6 head header hr "  # noqa: SIM905
    "html i iframe img li link main mark meta nav ol p pre s script section small span strike strong style sub sup table tbody "
    "td tfoot th thead title tr tt u ul".split()
)
"""Elements of a web page that are found in such messages; anything else between < and > may be meant."""
_MARKUP: Final = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b[^<>]*>|<!--|&#?\w{{1,30}};", re.IGNORECASE)
_MOST_LAYERS: Final = 4
"""Markup that was escaped again on its way."""
_BLANKS: Final = re.compile(r"[^\S\n]+")
_EDGES: Final = re.compile(r" ?\n ?")
_LINES: Final = re.compile(r"\n{2,}")


def plain(text: str) -> str:
    """Words as a browser would show them; text without markup only loses the blanks around it."""
    found = nfc(text).strip()
    for _ in range(_MOST_LAYERS):
        if not _MARKUP.search(found):
            break
        shown, _notes = to_text(found)
        found = _LINES.sub("\n\n", _EDGES.sub("\n", _BLANKS.sub(" ", shown))).strip()
    return nfc(found)
