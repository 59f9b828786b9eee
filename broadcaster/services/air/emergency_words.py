"""The words of an emergency as they are spoken: kept with it when it is written, shown, confirmed and spoken as kept.

They are read by the shipped lexicon and by entries of the station that a leader agreed to, by no other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from broadcaster.db.models import Emergency
from broadcaster.services.lexicon import agreeing, layers
from broadcaster.services.lexicon.reading import filled, profile_of
from broadcaster.services.station import Station
from broadcaster.text import normalize
from broadcaster.text.prepared import prepare

Words = list[dict[str, Any]]


def spoken(station: Station, session: Session, text: str) -> Words:
    """The sentences that are spoken for a text, each with the pause after it (ms)."""
    lexicon = layers.shipped_with(station, agreeing.agreed(session))
    prepared = prepare(filled(station, text), keep_unknown=True)
    found = normalize(prepared.text, profile=profile_of(station), lexicon=lexicon, explain=False)
    return [{"text": s.text, "pause_ms": s.pause_ms} for s in found.sentences]


def words_of(station: Station, session: Session, row: Emergency) -> Words:
    """The sentences of an emergency as they were kept; one that is older than the keeping is read now."""
    return row.spoken or ([] if row.recorded else spoken(station, session, row.text))


def said(words: Words) -> str:
    """Spoken words as one text."""
    return " ".join(str(sentence["text"]) for sentence in words)
