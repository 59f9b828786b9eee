"""Whether something grows: the least squares' line through many looks at it, and how surely."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
STRETCHES = 12
"""Looks close to each other say nearly the same: the line goes through the means of so many stretches, or its error lies."""
SURE = 4.0
"""A slope of so many standard errors is none by chance, with as few stretches as these."""


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much something grows in a unit of time."""

    slope: float
    error: float
    """The slope's standard error."""

    def beyond(self, allowed: float) -> bool:
        """Whether it surely grows by more than `allowed`."""
        return self.slope - SURE * self.error > allowed

    def __str__(self) -> str:
        return f"{self.slope:+.2f} ± {self.error:.2f}"


def growth(moments: Sequence[float], values: Sequence[float]) -> Growth:
    """The growth of `values` in one unit of `moments`, of which there are at least four."""
    each = max(1, len(moments) // STRETCHES)
    at, level = _means(moments, each), _means(values, each)
    middle, mean = statistics.fmean(at), statistics.fmean(level)
    square = sum((a - middle) ** 2 for a in at)
    slope = sum((a - middle) * (v - mean) for a, v in zip(at, level, strict=True)) / square
    left = sum((v - mean - slope * (a - middle)) ** 2 for a, v in zip(at, level, strict=True))
    return Growth(slope, (left / (len(at) - 2) / square) ** 0.5)


def settled(looks: Sequence[T]) -> Sequence[T]:
    """The last two thirds: what a start loads is no growth."""
    return looks[len(looks) // 3 :]


def _means(values: Sequence[float], each: int) -> list[float]:
    return [statistics.fmean(values[n : n + each]) for n in range(0, len(values) - each + 1, each)]
