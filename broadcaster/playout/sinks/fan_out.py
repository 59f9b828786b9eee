"""One name for several sinks: a zone that points to it sounds through each of them, and each fails on its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from broadcaster.playout.sinks.base import Site
from broadcaster.plugins import PluginOptions


def _different(names: list[str]) -> list[str]:
    if len(set(names)) < 2:
        raise ValueError("phải ghi ít nhất hai đường ra khác nhau")
    return names


class FanOutOptions(PluginOptions):
    """Một cụm loa nghe nhiều đường ra cùng lúc; mỗi đường ra hỏng hay tốt riêng."""

    sinks: Annotated[list[str], AfterValidator(_different)] = Field(
        description='Tên các đường ra đã có, ví dụ ["main", "mang"].'
    )


class FanOut:
    """A group of sinks. Play-out opens its members and never the group."""

    Options = FanOutOptions
    kind = "fan_out"

    def __init__(self, name: str, options: FanOutOptions, _site: Site) -> None:
        self.name = name
        self.members = tuple(dict.fromkeys(options.sinks))
