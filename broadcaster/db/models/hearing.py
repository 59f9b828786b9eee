"""What a listener understood of a rendition."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base


class Hearing(Base):
    """One listening: behind the horn, to a person's recording, or to an air-check."""

    __tablename__ = "hearings"
    __table_args__ = (
        Index("ix_hearings_rendition", "rendition_id"),
        CheckConstraint("kind IN ('rendition', 'recording', 'aircheck')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rendition_id: Mapped[int] = mapped_column(ForeignKey("renditions.id"))
    kind: Mapped[str] = mapped_column(String(16))
    file: Mapped[str] = mapped_column(String(300), default="")
    """Name of the air-check."""
    share: Mapped[float]
    """Of all words, those understood (0 to 1)."""
    summary: Mapped[str] = mapped_column(Text)
    """A Vietnamese sentence."""
    sentences: Mapped[list[dict[str, Any]]]
    """said, heard, share, verdict, advice of each."""
    at: Mapped[dt.datetime]
