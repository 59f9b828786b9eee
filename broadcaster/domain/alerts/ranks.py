"""Ranks: how grave a thing is that people are told of."""

from __future__ import annotations

from enum import StrEnum


class Rank(StrEnum):
    """How grave, the least first."""

    NOTE = "note"
    WARNING = "warning"
    URGENT = "urgent"
    """Somebody must come now, by night too."""

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]

    def reaches(self, least: Rank) -> bool:
        """Whether it is as grave as `least`, or graver."""
        order = list(Rank)
        return order.index(self) >= order.index(least)


_LABELS = {Rank.NOTE: "để biết", Rank.WARNING: "cần xem", Rank.URGENT: "khẩn, phải xử lý ngay"}
