"""Airings that an office asked for and that no longer find room: told while there is time to act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from broadcaster.clock import day_start
from broadcaster.scheduling.conflict import Conflict, House, Kind, zones_in_words


@dataclass(frozen=True, slots=True)
class RequestedAiring:
    """What an office asked for, and what each zone will have heard of it."""

    script_id: int
    title: str
    wanted: int
    last_day: dt.date
    by_zone: Mapping[str, int]
    """Airings until the last day, heard and planned; a zone that is missing has none."""


def unmet(wishes: Iterable[RequestedAiring], house: House) -> list[Conflict]:
    """A conflict for each wish that some zone in use will not have had by its last day."""
    found = []
    for wish in wishes:
        short = {zone: wish.by_zone.get(zone, 0) for zone in house.zones if wish.by_zone.get(zone, 0) < wish.wanted}
        if not short:
            continue
        least, most = min(short.values()), max(short.values())
        number = f"{least}" if least == most else f"{least} đến {most}"
        found.append(
            Conflict(
                kind=Kind.ASKED,
                at=day_start(wish.last_day, house.tz).astimezone(dt.UTC),
                what=f"“{wish.title}”: đơn vị yêu cầu phát {wish.wanted} lượt đến hết {wish.last_day:%d/%m/%Y}, nhưng "
                f"tới đó chỉ có {number} lượt ở {zones_in_words(list(short), house)}.",
                remedy="Gia hạn bài, thêm khung phát hoặc buổi riêng có bài này, hoặc bớt số lần phát mong muốn "
                "sau khi hỏi đơn vị.",
                zones=tuple(short),
                script=wish.script_id,
            )
        )
    return found
