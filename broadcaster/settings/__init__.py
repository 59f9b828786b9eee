"""Every setting of a station: `station.toml` in its home, overridden by `LOA_SECTION__KEY` in the environment."""

from broadcaster.settings.air import PlayoutSettings, RelaySourceSettings, SinkSettings
from broadcaster.settings.alerts import AlertedPersonSettings, SenderSettings
from broadcaster.settings.machine import TargetSettings, WebSettings
from broadcaster.settings.office import StationSettings
from broadcaster.settings.reading import SettingsError, load, remarks
from broadcaster.settings.sound import SoundSettings, SpeechSettings
from broadcaster.settings.whole import AT_START, Settings, brought_up, only_at_start, unoffered

__all__ = [
    "AT_START",
    "AlertedPersonSettings",
    "PlayoutSettings",
    "RelaySourceSettings",
    "SenderSettings",
    "Settings",
    "SettingsError",
    "SinkSettings",
    "SoundSettings",
    "SpeechSettings",
    "StationSettings",
    "TargetSettings",
    "WebSettings",
    "brought_up",
    "load",
    "only_at_start",
    "remarks",
    "unoffered",
]
