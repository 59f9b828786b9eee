"""Long lists in pages, and lists that a person orders by buttons: up, down, drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import request, url_for

from broadcaster.panel.web.fields import a_number

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of `total` lines; `number` counts from 1."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_line(self) -> int:
        """The first line shown, from 1."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last_line(self) -> int:
        """The last line shown."""
        return min(self.total, self.number * self.size)

    def url(self, number: int) -> str:
        """The address of another page with the same filter."""
        arguments = {**request.view_args, **request.args.to_dict(), "page": number}  # type: ignore[dict-item]
        return url_for(str(request.endpoint), **arguments)


def wanted_page() -> int:
    """The page that the address asks for; nonsense means the first."""
    return min(max(a_number(request.args.get("page"), most=9_999_999) or 1, 1), 1_000_000)


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
