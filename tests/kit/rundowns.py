"""Slots, and candidates to fill them with."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rotations import Slot
from broadcaster.domain.scripts.scripts import Genre, Priority

DAY = dt.date(2026, 3, 2)

START = dt.datetime(2026, 3, 1, 22, tzinfo=dt.UTC)

CUES = {"nhac": CueSound("nhac", "Nhạc hiệu", "c" * 64, 15_000), "ngat": CueSound("ngat", "Ngắt", "d" * 64, 2_000)}


def candidate(
    number: int, seconds: int = 60, topic: str = "t1", genre: Genre = Genre.COLUMN, **more: object
) -> Candidate:
    values: dict[str, object] = {
        "script_id": number,
        "revision": 1,
        "title": f"Bài {number}",
        "topic": topic,
        "unit": "vhxh",
        "genre": genre,
        "priority": Priority.NORMAL,
        "valid_from": None,
        "valid_to": None,
        "approved_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number),
        "spoken_sha256": "a" * 64,
        "audio_sha256": f"{number:064d}",
        "duration_ms": seconds * 1000,
        "voice": "tone:beep",
    }
    return Candidate(**(values | more))  # type: ignore[arg-type]


def slot(minutes: int, *steps: object) -> Slot:
    return Slot(
        code="sang",
        title="Sáng",
        start=dt.time(5),
        max_length=dt.timedelta(minutes=minutes),
        weekdays=frozenset(range(7)),
        zones=("all",),
        steps=steps,
    )  # type: ignore[arg-type]


CANDIDATES = st.lists(
    st.builds(
        lambda n, s, t, p: candidate(n, s, t, priority=p),
        st.integers(1, 40),
        st.integers(5, 400),
        st.sampled_from(["t1", "t2", "t3"]),
        st.sampled_from(Priority),
    ),
    max_size=15,
    unique_by=lambda c: c.script_id,
)
