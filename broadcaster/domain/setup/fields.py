"""The fields of a zone, declared once: form, `zones.toml`, API, export and audit are made from them.

A new field is a line here, a column of `db.models.schedule.ZoneRow` with its migration, and a place in the template.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from broadcaster.domain.scripts.fields import Face, about, about_of, defaults_of
from broadcaster.domain.setup.zones import Device, HornCondition

_FORM = frozenset({Face.FORM})
_ALL = _FORM | {Face.HEAD, Face.EXPORT}
_TUNED = _FORM | {Face.COMMAND}


@dataclass(frozen=True, slots=True)
class ZoneFields:
    """What people say of a zone: volume in percent, place in degrees (WGS 84), corrections of the sound in dB."""

    name: str = field(metadata=about(str, "Tên cụm loa", "", _ALL, most=200))
    place: str = field(default="", metadata=about(str, "Vị trí", "", _ALL, most=300))
    enabled: bool = field(default=True, metadata=about(bool, "Đang sử dụng", "", _ALL))
    volume: int = field(default=100, metadata=about(int, "Âm lượng (%)", "", _ALL, least=0, most=100))
    sink: str = field(default="main", metadata=about(str, "Đường ra", "", _FORM | {Face.HEAD}))
    bands: tuple[str, ...] = field(
        default=(), metadata=about(tuple, "Âm lượng theo khung giờ", "", _FORM, column="volume_bands", most=1000)
    )
    """`05:00-06:00 60` each."""
    latitude: float | None = field(default=None, metadata=about(float, "Vĩ độ", "", _FORM, least=-90, most=90))
    longitude: float | None = field(default=None, metadata=about(float, "Kinh độ", "", _FORM, least=-180, most=180))
    device: Device = field(default=Device.HORN, metadata=about(Device, "Loại loa", "", _FORM))
    condition: HornCondition = field(default=HornCondition.GOOD, metadata=about(HornCondition, "Tình trạng", "", _FORM))
    bass: float = field(default=0.0, metadata=about(float, "Tiếng trầm (dB)", "", _TUNED))
    treble: float = field(default=0.0, metadata=about(float, "Tiếng bổng (dB)", "", _TUNED))
    gain: float = field(default=0.0, metadata=about(float, "Độ to so với cụm khác (dB)", "", _TUNED))


ABOUT, DEFAULTS = about_of(ZoneFields), defaults_of(ZoneFields)
LABELS = {name: about.label for name, about in ABOUT.items()}


def columns_of(zone: ZoneFields) -> dict[str, Any]:
    """The values of a zone by the model's column."""
    values = {about.column or name: getattr(zone, name) for name, about in ABOUT.items()}
    return {column: list(v) if isinstance(v, tuple) else v for column, v in values.items()}
