"""Several places of one way: addresses, chats or numbers beside one another, each told by a message of its own."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any, Final

KEYS: Final = ("to", "chat", "phone")
"""The options of a sender that name whom it reaches; such a one may name several, with commas between."""
HINT: Final = "Nhiều nơi: cách nhau bằng dấu phẩy."
_BETWEEN: Final = re.compile(r"\s*[,;]\s*")


def several(pattern: str) -> str:
    """The pattern of one place or of several."""
    one = pattern.removeprefix("^").removesuffix("$")
    return rf"^{one}(?:\s*[,;]\s*{one})*$"


def count(options: Mapping[str, Any]) -> int:
    """How many places the options of a sender name."""
    return max((len(_BETWEEN.split(str(options[key]))) for key in KEYS if key in options), default=1)


def at(options: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The options with the place of that number alone."""
    alone = {key: _BETWEEN.split(str(options[key])) for key in KEYS if key in options}
    return dict(options) | {key: some[min(number, len(some) - 1)] for key, some in alone.items()}


def named(name: str, number: int) -> str:
    """How a place of a way, and whoever is told there, is called: the first one as the way itself."""
    return f"{name}/{number + 1}" if number else name


def parted(name: str, ways: Container[str]) -> tuple[str, int]:
    """The way and the number of its place that `named` made a name of."""
    way, slash, number = name.rpartition("/")
    if name in ways or not slash or not number.isdecimal():
        return name, 0
    return way, int(number) - 1
