"""Scripts on their way to the air."""

from __future__ import annotations

from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from tests.kit.people import EDITOR, LEADER


def draft(body: str = "Kính thưa bà con. Hôm nay trời đẹp.", **more: object) -> ScriptFields:
    values: dict[str, object] = {"title": "Bài thử", "unit": "vhxh", "topic": "khac", "body": body}
    return ScriptFields(**(values | more))  # type: ignore[arg-type]


def approved(station: Station, body: str = "Kính thưa bà con. Hôm nay trời đẹp.", **more: object) -> int:
    """Add, speak and approve a script; return its number."""
    number = add_script(station, EDITOR, draft(body, **more))
    speak(station, EDITOR, number)
    approve(station, LEADER, number)
    return number
