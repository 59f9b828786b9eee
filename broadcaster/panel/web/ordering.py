"""Lists that a person orders by buttons: up, down, drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from broadcaster.panel.web.fields import a_number

T = TypeVar("T")


def reordered(items: Sequence[T], verb: str, place: str) -> list[T]:
    """The list after `up`, `down` or `drop` of the one at `place`; what fits no item changes nothing."""
    found = list(items)
    at = a_number(place, most=len(found) - 1)
    if at is None:
        return found
    if verb == "drop":
        del found[at]
        return found
    other = at - 1 if verb == "up" else at + 1
    if verb in {"up", "down"} and 0 <= other < len(found):
        found[at], found[other] = found[other], found[at]
    return found
