"""The words of an emergency as they are spoken: kept with it when it is written, shown, confirmed and spoken as kept.

They are read by the shipped lexicon and by entries of the station that a leader agreed to, by no other.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from broadcaster.db.models import Emergency
from broadcaster.services.lexicon import agreeing, layers
from broadcaster.services.lexicon.reading import filled, profile_of
from broadcaster.services.station import Station
from broadcaster.text import normalize
from broadcaster.text.prepared import prepare

LABELS: Final = {
    "spoken": "Lời đọc",
    "codes": "Cụm loa sẽ kêu",
    "ends": "Bản tin bị thay hoặc kết thúc",
    "lasts": "Số giờ hiệu lực",
}
"""What decides the sound beside what is typed."""


def spoken(station: Station, session: Session, text: str) -> list[list[Any]]:
    """The sentences that are spoken for a text, each with the pause after it (ms)."""
    lexicon = layers.shipped_with(station, agreeing.agreed(session))
    prepared = prepare(filled(station, text), keep_unknown=True)
    found = normalize(prepared.text, profile=profile_of(station), lexicon=lexicon, explain=False)
    return [[s.text, s.pause_ms] for s in found.sentences]


def said(row: Emergency) -> str:
    """The spoken words of an emergency as one text."""
    return " ".join(str(text) for text, _ in row.spoken)
