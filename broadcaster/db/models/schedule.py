"""Zones, station sounds, rotations, exception days and the broadcasts planned from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord, Words
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin, Overrun, RundownItem
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.schedule.matters import Matter
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.domain.schedule.rundown import Reason
from broadcaster.domain.setup.zones import Device, HornCondition


class ZoneRow(Base):
    """A cluster of horns."""

    __tablename__ = "zones"
    __table_args__ = (CheckConstraint("volume BETWEEN 0 AND 100", name="volume"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(300), default="")
    sink: Mapped[str] = mapped_column(String(64), default="main")
    volume: Mapped[int] = mapped_column(default=100)
    enabled: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    device: Mapped[Device] = mapped_column(PlainWord(Device), default=Device.HORN, server_default=Device.HORN.value)
    condition: Mapped[HornCondition] = mapped_column(
        PlainWord(HornCondition), default=HornCondition.GOOD, server_default=HornCondition.GOOD.value
    )
    volume_bands: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """`05:00-06:00 60` each: a volume (percent) of its own for a stretch of the day, station time."""
    bass: Mapped[float] = mapped_column(default=0.0, server_default="0")
    treble: Mapped[float] = mapped_column(default=0.0, server_default="0")
    gain: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Correction of the sound (dB)."""


class ZoneNote(Base):
    """What people said of a zone: a repair, or a complaint about noise at some hour. Closed, never removed."""

    __tablename__ = "zone_notes"
    __table_args__ = (CheckConstraint("kind IN ('repair', 'noise')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[dt.datetime]
    """When it happened: the hour of the noise, the day of the repair."""
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")


class ZoneGroup(Base):
    """A named set of zones."""

    __tablename__ = "zone_groups"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    members: Mapped[list[str]]


class CueRow(Base):
    """A station sound: chime, tune, separator, alert."""

    __tablename__ = "cues"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    audio_sha256: Mapped[str] = mapped_column(String(64))
    duration_ms: Mapped[int]
    licence: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200), default="")
    lost_sha256: Mapped[str | None] = mapped_column(String(64))
    """The station's own sound whose file is gone, while a shipped one stands in; nobody has decided yet."""
    lost_ms: Mapped[int | None]


class CueOffer(Base):
    """A sound that somebody would have the station use, as it waits for a leader's listening and was decided.

    What was let in is let in by its hash: no other bytes are a sound of the station.
    """

    __tablename__ = "cue_offers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    """Of the sound that it takes the place of, or that it becomes."""
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    audio_sha256: Mapped[str] = mapped_column(String(64), index=True)
    duration_ms: Mapped[int]
    licence: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    decided_at: Mapped[dt.datetime | None]


class RotationRow(Base):
    """One version of a rotation; the newest version of a code is the one in force."""

    __tablename__ = "rotations"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    definition: Mapped[dict[str, Any]]
    """The validated rotation in its TOML file's shape."""
    sha256: Mapped[str] = mapped_column(String(64))
    applied_by: Mapped[str] = mapped_column(String(64))
    applied_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class DayException(Base):
    """A day that is not ordinary, or on which some slots do not air."""

    __tablename__ = "day_exceptions"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column(PlainWord(DayKind))
    title: Mapped[str] = mapped_column(String(200))
    left_out: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Codes of the slots that do not air on it."""


class BroadcastRow(Base):
    """One dated airing. The row, not an alarm, is the truth about what should air; `origins` makes them."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        UniqueConstraint("slot_key", "starts_at"),
        Index("ix_broadcasts_state_starts_at", "state", "starts_at"),
        Index("ix_broadcasts_starts_at", "starts_at"),
        Index("ix_broadcasts_origin", "origin", "origin_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_key: Mapped[str] = mapped_column(String(140))
    """A name that is unique at its start; only the database reads it."""
    origin: Mapped[Origin] = mapped_column(PlainWord(Origin))
    origin_id: Mapped[int | None]
    """The broadcast that it was moved, copied or left over from, or the emergency that it sounds for."""
    rotation_code: Mapped[str | None] = mapped_column(String(64))
    slot_code: Mapped[str | None] = mapped_column(String(64))
    """Of the rotation alone: by these and the start, planning finds its rows again."""
    attempt: Mapped[int | None]
    """Which sounding of an emergency, or which rest after one."""
    kind: Mapped[BroadcastKind] = mapped_column(PlainWord(BroadcastKind), default=BroadcastKind.ROTATION)
    title: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    zones: Mapped[list[str]]
    rundown: Mapped[tuple[RundownItem, ...]]
    reasons: Mapped[tuple[Reason, ...]]
    sound_ms: Mapped[int] = mapped_column(default=0)
    late: Mapped[LatePolicy] = mapped_column(PlainWord(LatePolicy, 8), default=LatePolicy.SKIP)
    grace_s: Mapped[int] = mapped_column(default=120)
    overrun: Mapped[Overrun] = mapped_column(PlainWord(Overrun, 8), default=Overrun.CUT)
    state: Mapped[BroadcastState] = mapped_column(PlainWord(BroadcastState), default=BroadcastState.PLANNED)
    verdict: Mapped[str] = mapped_column(Text, default="")
    """How it ended, in a Vietnamese sentence."""
    causes: Mapped[tuple[Cause, ...]] = mapped_column(Words(Cause), default=(), server_default="[]")
    """Why it was not heard whole and at its time; what the verdict tells a person."""
    joined_late: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it began in the middle because it was late."""
    cut_by_emergency_id: Mapped[int | None]
    """The emergency that took the horns from it."""
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A person changed it: planning leaves it alone from then on."""
    owner: Mapped[str | None] = mapped_column(String(120))
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    emergency_id: Mapped[int | None] = mapped_column(index=True)
    """The emergency that this sounds for, or whose interruption it makes good."""
    ordered_at: Mapped[dt.datetime | None]
    """When a person ordered it, or let it go after a stop; for what goes on with something earlier, since when that
    wanted the horns. None where the rotation did."""
    confirmed_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Who confirmed that it may pass the quiet hours; only an emergency has it."""


class BroadcastChange(Base):
    """One act of a person on broadcasts, with what it changed: kept a while, so that it can be undone exactly."""

    __tablename__ = "broadcast_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(64))
    verb: Mapped[str] = mapped_column(String(64))
    images: Mapped[list[dict[str, Any]]]
    """For each row its columns before, as far as they changed, and a mark of how it stood afterwards."""


class LetBe(Base):
    """Something that is not as it should be, and that a person saw and lets be."""

    __tablename__ = "let_be"

    mark: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of what exactly: as soon as it is otherwise, it is asked anew."""
    what: Mapped[Matter] = mapped_column(PlainWord(Matter))
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(String(64))
