"""The sound card: ALSA, PulseAudio, PipeWire, WASAPI or Core Audio, whatever there is."""

from __future__ import annotations

from pydantic import Field

from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import Feed, Losing, Site
from broadcaster.playout.sinks.cards import Cards, way
from broadcaster.plugins import PluginOptions


class DeviceOptions(PluginOptions):
    """Card âm thanh của máy. Khi không có card thì chỉ ghi ra bản thu, và nhật ký ghi là không ra loa."""

    device: str = Field("", description="Một phần tên của card; bỏ trống: card mặc định của máy.")


class DeviceSink:
    """Plays through a sound card; a recording takes its place on a machine that has none."""

    Options = DeviceOptions
    kind = "device"
    outlet = Outlet.LOUDSPEAKER
    stand_in = "file"
    where = "card âm thanh của máy"
    paced = True
    exclusive = True

    def __init__(self, name: str, options: DeviceOptions, _site: Site) -> None:
        self.name = name
        self._wanted = options.device
        self.latency = way()[0].latency
        """That of the way which finds a card; asked again whenever the sink is."""

    def check(self) -> str:
        """Say whether there is such a card."""
        return self._look()[1]

    def open(self, feed: Feed) -> Losing:
        """Start the card.

        Raises:
            AirError: there is no card, or it refuses.
        """
        del feed
        cards, why = self._look()
        if why:
            raise AirError(why, code="no-device", field=self.name)
        return cards.open(self._wanted)

    def _look(self) -> tuple[Cards, str]:
        """The way to the cards, and why there is none to the one that is wanted."""
        cards, names = way()
        self.latency = cards.latency
        if why := cards.missing():
            return cards, why
        if not names:
            return cards, "Máy này không có card âm thanh (hoặc hệ thống âm thanh chưa chạy)."
        if self._wanted and not any(self._wanted.casefold() in n.casefold() for n in names):
            return cards, f"Không thấy card âm thanh “{self._wanted}”. Các card đang có: {', '.join(names)}."
        return cards, ""
