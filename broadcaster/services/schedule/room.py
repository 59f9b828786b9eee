"""The room that is left: what stands in some days is read once, then any moment is held against it in memory.

Two things take room: an output carries one broadcast at a time, and the Quy chế allows so many sessions to whoever
hears them. Slots that the rotation has on those days count though planning has not written them yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    OPEN_STATES,
    SESSION_KINDS,
    UNHEARD,
    BroadcastKind,
    BroadcastState,
)
from broadcaster.domain.schedule.caps import SHARED_WORDS, HeldSession, require_session
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.errors import RuleError
from broadcaster.services.schedule.planning import unwritten
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class Occupant:
    """What stands somewhere."""

    number: int
    """0 for one that is not written yet."""
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    zones: tuple[str, ...]
    stands: bool = True
    """Whether it still needs its outputs."""
    sounds: bool = False
    session: bool = True
    """Whether it counts in the sense of the Quy chế."""


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in whole weeks."""

    station: Station
    outputs: Outputs
    names: dict[str, str]
    occupants: Sequence[Occupant]

    @classmethod
    def read(cls, station: Station, session: Session, start: dt.datetime, end: dt.datetime | None = None) -> Room:
        """What stands in the weeks in which `start` and `end` lie, and what reaches over midnight into them or out."""
        first, last = station.local(start).date(), station.local(end or start).date()
        monday = first - dt.timedelta(days=first.weekday())
        eve, days = monday - dt.timedelta(days=1), (last - monday).days // 7 * 7 + 9
        begin, known = day_start(eve, station.settings.tz), zone_map(session)
        rows = session.execute(
            select(
                BroadcastRow.id,
                BroadcastRow.title,
                BroadcastRow.starts_at,
                BroadcastRow.ends_at,
                BroadcastRow.zones,
                BroadcastRow.state,
                BroadcastRow.kind,
                BroadcastRow.origin,
            ).where(
                BroadcastRow.starts_at < begin + dt.timedelta(days=days),
                BroadcastRow.ends_at > begin,
                BroadcastRow.kind != BroadcastKind.TRIAL,
                BroadcastRow.state != BroadcastState.CANCELLED,
            )
        )
        found = [
            Occupant(
                number,
                title,
                starts_at,
                ends_at,
                tuple(zones),
                stands=state in OPEN_STATES,
                sounds=state is BroadcastState.AIRING,
                session=kind in SESSION_KINDS and origin not in NO_SESSION and state not in UNHEARD,
            )
            for number, title, starts_at, ends_at, zones, state, kind, origin in rows
        ]
        found += [
            Occupant(0, d.occurrence.slot.title, d.occurrence.starts_at, d.occurrence.ends_at, d.zones)
            for d in unwritten(station, session, eve, days, known)
        ]
        found.sort(key=lambda o: o.starts_at)
        outputs = Outputs.of(known.zones.values(), station.settings.several)
        return cls(station, outputs, {code: zone.name for code, zone in known.zones.items()}, found)

    def standing(self, after: dt.datetime) -> list[Occupant]:
        """What still needs its outputs at some moment after `after`."""
        return [o for o in self.occupants if o.stands and o.ends_at > after]

    def taken_by(
        self,
        zones: Sequence[str],
        start: dt.datetime,
        end: dt.datetime,
        *,
        besides: int | None = None,
        now: dt.datetime | None = None,
    ) -> Occupant | None:
        """What needs the outputs of `zones` from `start` to `end` (aware UTC), but for number `besides`.

        With `now`, what is overdue and does not sound is not in the way: a stop may hold it back.
        """
        for o in self.occupants:
            overdue = now is not None and o.starts_at <= now and not o.sounds
            if not o.stands or overdue or (besides and o.number == besides):
                continue
            if o.starts_at < end and o.ends_at > start and self.outputs.collide(o.zones, zones):
                return o
        return None

    def require_free(
        self,
        zones: Sequence[str],
        start: dt.datetime,
        end: dt.datetime,
        *,
        besides: int | None = None,
        now: dt.datetime | None = None,
    ) -> None:
        """Check that `taken_by` finds nothing.

        Raises:
            RuleError: another broadcast is on then; the sentence names it, and whose amplifier it is that both want.
        """
        if (o := self.taken_by(zones, start, end, besides=besides, now=now)) is not None:
            there = [self.names.get(z, z) for z in self.outputs.meeting(o.zones, zones)]
            shared = "" if set(o.zones) & set(zones) else f" ở cùng âm ly ({names_in_words(there)})"
            at = f"{self.station.local(o.starts_at):%H:%M %d/%m}"
            raise RuleError(
                f"Giờ này đã có buổi “{o.title}” ({at}){shared}. Hãy chọn giờ khác hoặc cụm loa khác.", field="start"
            )

    def require_caps(
        self,
        zones: Sequence[str],
        starts_at: dt.datetime,
        length: dt.timedelta,
        *,
        besides: int | None = None,
        field: str = "start",
    ) -> None:
        """Check that the Quy chế allows one more session to all that hear `zones` then, but for number `besides`.

        Raises:
            RuleError: it does not; the sentence names the limit.
        """
        held: dict[str, list[HeldSession]] = {zone: [] for zone in self.outputs.reach(zones)}
        for o in self.occupants:
            if not o.session or (besides and o.number == besides):
                continue
            local = self.station.local(o.starts_at)
            words = f"“{o.title}” {local:%H:%M}"
            for code in held.keys() & set(self.outputs.reach(o.zones)):
                held[code].append(HeldSession(local.date(), words if code in o.zones else words + SHARED_WORDS))
        day = self.station.local(starts_at).date()
        require_session(self.station.settings.caps, held, day, length, names=self.names, field=field)
