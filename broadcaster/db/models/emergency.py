"""Emergencies and their review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.air.emergencies import EmergencyState, Interrupted, ReviewFinding, title_of


class Emergency(Base):
    """One emergency: who wanted what said where and why, who confirmed it, how it ended, what the review found."""

    __tablename__ = "emergencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    typed_title: Mapped[str] = mapped_column("title", String(300), default="")
    """As a person or a message gave it; empty when nobody did."""
    text: Mapped[str] = mapped_column(Text, default="")
    spoken: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    """The sentences as they are spoken, each with the pause after it (ms); what is shown, confirmed and said."""
    zones: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text, default="")
    repeat_minutes: Mapped[int | None]
    interrupted: Mapped[Interrupted] = mapped_column(PlainWord(Interrupted), default=Interrupted.RESUME)
    state: Mapped[EmergencyState] = mapped_column(PlainWord(EmergencyState), default=EmergencyState.DRAFT, index=True)
    source: Mapped[dict[str, Any] | None]
    """What a CAP message said, when it came from one."""
    over: Mapped[bool] = mapped_column(default=False)
    """It says that something is over: read once, without the alarm."""
    ends: Mapped[list[int]] = mapped_column(default=list)
    """Numbers of the emergencies that its confirmation ends."""
    expires_at: Mapped[dt.datetime | None]
    """When it ends by itself; a draft without one gets the station's own at its confirmation."""
    cap_identifier: Mapped[str | None] = mapped_column(String(300), index=True)
    recorded: Mapped[bool] = mapped_column(default=False)
    """A person's own recording instead of a text."""
    quick_sha256: Mapped[str | None] = mapped_column(String(64))
    """What the quick voice spoke, for the first sounding; or the recording."""
    quick_ms: Mapped[int] = mapped_column(default=0)
    quick_voice: Mapped[str] = mapped_column(String(80), default="")
    good_sha256: Mapped[str | None] = mapped_column(String(64))
    """What the station's own voice spoke, for the repeats."""
    good_ms: Mapped[int] = mapped_column(default=0)
    good_voice: Mapped[str] = mapped_column(String(80), default="")
    trouble: Mapped[str] = mapped_column(Text, default="")
    """Why no voice could speak it, in a Vietnamese sentence."""
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    confirmed_by: Mapped[str] = mapped_column(String(64), default="")
    confirmed_at: Mapped[dt.datetime | None]
    let_go_at: Mapped[dt.datetime | None]
    """When a person last let it go on after a stop."""
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[dt.datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("emergencies.id"))
    finding: Mapped[ReviewFinding | None] = mapped_column(PlainWord(ReviewFinding))
    review_note: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str] = mapped_column(String(64), default="")
    reviewed_at: Mapped[dt.datetime | None]

    @property
    def title(self) -> str:
        """What it is called, here, on the air and in the log."""
        return title_of(self.typed_title, self.text)

    @property
    def ordered_at(self) -> dt.datetime | None:
        """Since when it wants the horns: the confirmation, or whoever let it go after a stop."""
        return self.let_go_at or self.confirmed_at
