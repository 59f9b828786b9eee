"""What the settings name, asked for: found on the day when somebody looks, not on the day when it is needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from broadcaster.db.models import CueRow
from broadcaster.domain.air.relays import RelaySource
from broadcaster.errors import StationError
from broadcaster.media import ffmpeg
from broadcaster.services.lexicon.layers import own_faults
from broadcaster.services.station import Station
from broadcaster.settings import remarks, unoffered
from broadcaster.sound.store import Store
from broadcaster.speech.registry import engine_of, voice_of

_RELAY_S = 12.0


def in_settings(station: Station) -> list[str]:
    """A sentence for each setting that is in the wrong place or names what there is not."""
    return [
        *in_file(station),
        *own_faults(station),
        *filter(None, (_alert(station), _quick_voice(station), _days(station))),
    ]


def in_file(station: Station) -> Iterator[str]:
    """What is wrong in the file itself: it is not read at all, or names what no package offers."""
    if fault := station.home.settings_fault():
        yield fault
        return
    fresh = station.home.settings()
    yield from remarks(station.home.settings_file)
    for place, why in unoffered(fresh):
        if place[0] != "playout":  # an output tells of itself
            yield f"{'.'.join(map(str, place))}: {why}"


def relays(station: Station) -> dict[str, str]:
    """What is wrong with each source that may be relayed; empty words where it can be received now."""
    return {name: _received(source) for name, source in station.settings.relays.items()}


def _alert(station: Station) -> str:
    name = station.settings.emergency.alert
    with station.db.read() as session:
        row = session.get(CueRow, name)
    if row is None:
        return f"[emergency] alert: không có âm thanh “{name}” trong mục Âm thanh, nên phát khẩn cấp không có báo động."
    if row.audio_sha256 not in Store(station.home.store):
        return f"[emergency] alert: tệp của âm thanh “{name}” không còn trong kho, nên phát khẩn cấp không có báo động."
    return ""


def _quick_voice(station: Station) -> str:
    name = station.settings.emergency.quick_voice
    try:
        fault = engine_of(voice_of(name).name).check()
    except StationError as error:
        fault = error.message
    return f"[emergency] quick_voice “{name}”: {fault}" if fault else ""


def _days(station: Station) -> str:
    form = station.settings.report
    if form.due_day > form.cutoff_day:
        return ""
    return f"[report] due_day ({form.due_day}) phải sau ngày chốt số liệu cutoff_day ({form.cutoff_day})."


def _received(source: RelaySource) -> str:
    if source.capture:
        return "" if shutil.which(source.capture[0]) else f"máy này không có lệnh “{source.capture[0]}”."
    open_only = ["-protocol_whitelist", "http,https,tcp,tls,crypto"]
    try:
        ffmpeg.run(
            ["-v", "error", *open_only, "-i", source.url.reveal(), "-map", "0:a:0", "-t", "0.5", "-f", "null", "-"],
            timeout_s=_RELAY_S,
        )
    except StationError:
        return f"không nhận được tiếng từ {source.url}."
    return ""
