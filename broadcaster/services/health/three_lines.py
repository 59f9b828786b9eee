"""Three short lines to read aloud over a telephone: which station, what ails it most, when a sound was heard last."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from broadcaster import __version__
from broadcaster.db.models import PlayLogEntry
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.outlets import Outlet
from broadcaster.services.air import due_now, ear
from broadcaster.services.air.fitness import Fitness, Organ, fitness
from broadcaster.services.station import Station

_LETTERS: Final = "ACDEFHKLMNPRTUVXY34679"
"""None of them sounds, or looks, like another."""
_LENGTH: Final = 4
_HEARD: Final = [outlet for outlet in Outlet if outlet.heard]


@dataclass(frozen=True, slots=True)
class ThreeLines:
    """What is read aloud; nothing in it is about a person."""

    version: str
    machine: str
    """Stays the same for one station on one machine."""
    worst: Organ | None
    more: int
    """How many further parts are not well."""
    heard: str

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines, without their numbers."""
        if self.worst is None:
            ails = "Không có mã nào: mọi thứ sắp phát sẽ nghe được."
        else:
            ails = f"Mã {self.worst.code}: {self.worst.wrong}{f', và {self.more} mã khác' if self.more else ''}."
        return f"Phiên bản {self.version}, máy {' '.join(self.machine)}.", ails, self.heard


def three_lines(station: Station) -> ThreeLines:
    """Look at the station now; never raises."""
    found = fitness(station)
    organs = sorted({a.organ for a in found.ailments}, key=list(Organ).index)
    worst = organs[0] if organs else None
    return ThreeLines(__version__, machine_code(station), worst, max(0, len(organs) - 1), _last_heard(station, found))


def machine_code(station: Station) -> str:
    """Four letters by which a helper tells stations apart; they tell nothing of it."""
    digest = hashlib.sha256(f"{socket.gethostname()}\n{station.home.root}".encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])


def _last_heard(station: Station, found: Fitness) -> str:
    word = ear.word(station.home)
    if word.said and word.said.get("on_air") and not (found.of(Organ.OUTPUT) or list(due_now.quiet(word.said))):
        return "Đang phát, có tiếng."
    query = (
        select(PlayLogEntry.ended_at)
        .where(PlayLogEntry.heard_ms > 0, PlayLogEntry.outlet.in_(_HEARD) | PlayLogEntry.outlet.is_(None))
        .order_by(PlayLogEntry.seq.desc())
        .limit(1)
    )
    try:
        with station.db.read() as session:
            ended = session.scalar(query)
    except DatabaseUnavailableError:
        return "Chưa biết nghe được tiếng lần cuối lúc nào: cơ sở dữ liệu không trả lời."
    if ended is None:
        return "Chưa lần nào nghe được tiếng."
    return f"Nghe được tiếng lần cuối lúc {station.local(ended):%H:%M ngày %d/%m/%Y}."
