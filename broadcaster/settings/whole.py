"""All sections together, what follows from them in the domain's words, and what waits for a start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from broadcaster.domain.air.relays import RelaySource
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.errors import Where
from broadcaster.plugins import ALERTS, ENGINES, RECOGNISERS, SINKS, TARGETS
from broadcaster.settings.air import EmergencySettings, PlayoutSettings, RelaySettings
from broadcaster.settings.alerts import AlertSettings, WatchSettings
from broadcaster.settings.machine import BackupSettings, DatabaseSettings, LogSettings, WebSettings
from broadcaster.settings.office import ApprovalSettings, HoursSettings, ReportSettings, StationSettings
from broadcaster.settings.sound import SoundSettings, SpeechSettings


class Settings(BaseModel):
    """The whole of `station.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    station: StationSettings = StationSettings()
    hours: HoursSettings = HoursSettings()
    approval: ApprovalSettings = ApprovalSettings()
    speech: SpeechSettings = SpeechSettings()
    sound: SoundSettings = SoundSettings()
    playout: PlayoutSettings = PlayoutSettings()
    relay: RelaySettings = RelaySettings()
    emergency: EmergencySettings = EmergencySettings()
    alerts: AlertSettings = AlertSettings()
    watch: WatchSettings = WatchSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    backup: BackupSettings = BackupSettings()
    log: LogSettings = LogSettings()
    report: ReportSettings = ReportSettings()

    @property
    def tz(self) -> ZoneInfo:
        """The station's time zone."""
        return ZoneInfo(self.station.timezone)

    @property
    def station_hours(self) -> StationHours:
        """The allowed windows."""
        return StationHours(tuple(Window.parse(w) for w in self.hours.windows))

    @property
    def relays(self) -> dict[str, RelaySource]:
        """The programmes that may be relayed, by name."""
        return {
            name: RelaySource(
                name, r.title, tuple(map(Window.parse, r.windows)), r.url, tuple(r.capture), float(r.silence_seconds)
            )
            for name, r in self.relay.sources.items()
        }

    @property
    def several(self) -> dict[str, tuple[str, ...]]:
        """The names that stand for more than one sink, with those sinks."""
        groups = {n: s.options for n, s in self.playout.sinks.items() if s.kind == "fan_out"}
        named = {
            n: tuple(dict.fromkeys(map(str, o["sinks"]))) for n, o in groups.items() if isinstance(o.get("sinks"), list)
        }
        return {name: members for name, members in named.items() if len(members) > 1}

    @property
    def issuer(self) -> Issuer:
        """Who issues the station's papers."""
        return Issuer(commune=self.station.commune, name=self.station.name)

    @property
    def paper_form(self) -> PaperForm:
        """What the office decides of its papers."""
        form = self.report
        return PaperForm(
            superior=form.superior,
            place=form.place,
            signer_mode=form.signer_mode,
            signer_title=form.signer_title,
            recipients=tuple(form.recipients),
            self_score=form.self_score,
        )

    @property
    def caps(self) -> Caps:
        """The limits of the Quy chế."""
        return Caps(self.hours.sessions_per_day, self.hours.minutes_per_session, self.hours.days_per_week)


def unoffered(settings: Settings) -> Iterator[tuple[Where, str]]:
    """The place and the words of each plug-in that the settings name and no installed package offers.

    It keeps no station from starting: what it names is broken, and the rest works.
    """
    named = [
        *((("playout", "sinks", name, "kind"), SINKS, sink.kind) for name, sink in settings.playout.sinks.items()),
        *((("speech", "engines", name), ENGINES, name) for name in settings.speech.engines),
        (("speech", "recogniser"), RECOGNISERS, settings.speech.recogniser),
        *((("alerts", "senders", name, "kind"), ALERTS, one.kind) for name, one in settings.alerts.senders.items()),
        *((("backup", "targets", name, "kind"), TARGETS, one.kind) for name, one in settings.backup.targets.items()),
    ]
    return ((place, why) for place, door, name in named if (why := door.check(name)))


AT_START: Final = frozenset(
    {
        ("station", "timezone"),
        ("speech", "engines"),
        ("playout", "sinks"),
        ("playout", "lease_seconds"),
        ("playout", "floor_gigabytes"),
        ("relay", "sources"),
        ("database", "url"),
        ("web", "host"),
        ("web", "port"),
        ("web", "threads"),
        ("web", "certificate"),
        ("web", "key"),
        ("web", "plain_http"),
        ("web", "trusted_proxy"),
    }
)
"""What a process takes when it starts and keeps until it ends; every other setting works in all at once."""


def brought_up(started: Settings, fresh: Settings) -> Settings:
    """What works in a process that began with `started`, now that the file says `fresh`."""
    kept: dict[str, dict[str, Any]] = {}
    for section, key in AT_START:
        kept.setdefault(section, {})[key] = getattr(getattr(started, section), key)
    sections = {name: getattr(fresh, name).model_copy(update=values) for name, values in kept.items()}
    return fresh.model_copy(update=sections)


def only_at_start(section: str, key: str) -> str:
    """The words that a key's explanation ends with where it waits for a start, else none."""
    return " Có hiệu lực khi đài khởi động lại." if (section, key) in AT_START else ""
