"""The sound cards through miniaudio from its wheel: ALSA, PulseAudio, WASAPI or Core Audio, whatever there is."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from typing import Any

import miniaudio

from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import RATE, Pcm

_BUFFER_MS = 40
_AHEAD_S = 0.06
"""Sound taken but not handed to the card: short, so that a stop is heard at once."""
_STALLED_S = 2.0
_ALSA_NULL = "Discard all samples"
"""How ALSA describes its `null` device, which it offers on machines without a card."""
_BACKENDS = tuple(b for b in miniaudio.Backend if b is not miniaudio.Backend.NULL)


class MiniaudioCards:
    """What miniaudio finds."""

    latency = _BUFFER_MS / 1000

    def missing(self) -> str:
        """Nothing: all of it came in the wheel."""
        return ""

    def names(self) -> list[str]:
        """The cards by name. Null devices do not count: nobody hears them."""
        return [str(d["name"]) for d in self._found()]

    def open(self, wanted: str) -> CardStream:
        """Start a card; it plays silence until samples come.

        Raises:
            AirError: it refuses.
        """
        ids = [d["id"] for d in self._found() if wanted.casefold() in str(d["name"]).casefold()]
        try:
            return CardStream(ids[0] if wanted and ids else None)
        except miniaudio.MiniaudioError as error:
            raise AirError(f"Card âm thanh không mở được: {error}.") from None

    def _found(self) -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = miniaudio.Devices(backends=list(_BACKENDS)).get_playbacks()
        except miniaudio.MiniaudioError:
            return []
        return [d for d in found if not str(d["name"]).startswith(_ALSA_NULL)]


class CardStream:
    """An open card; its own thread asks for samples, `write` blocks while enough of them wait."""

    def __init__(self, device_id: Any | None, backends: tuple[miniaudio.Backend, ...] = _BACKENDS) -> None:
        self._waiting: deque[memoryview] = deque()
        self._samples = 0
        self.lost = 0
        """Samples that were taken and never reached the card."""
        self._room = threading.Condition()
        self._device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE,
            buffersize_msec=_BUFFER_MS,
            device_id=device_id,
            backends=list(backends),
            app_name="loa-xa",
        )
        feeder = self._feed()
        next(feeder)
        self._device.start(feeder)

    def write(self, pcm: Pcm) -> None:
        """Hand samples to the card, waiting until it has room.

        Raises:
            AirError: the card stopped asking for samples: it was unplugged.
        """
        view = memoryview(bytes(pcm))
        with self._room:
            self._waiting.append(view)
            self._samples += len(view) // 2
            if not self._room.wait_for(lambda: self._samples <= RATE * _AHEAD_S, _STALLED_S):
                self.lost += max(0, self._samples - len(view) // 2)  # this piece is refused, not lost
                raise AirError("Card âm thanh không nhận âm thanh nữa (có thể đã bị rút).", code="stalled")

    def drop(self) -> None:
        """Forget what waits."""
        with self._room:
            self.lost += self._samples
            self._waiting.clear()
            self._samples = 0

    def close(self) -> None:
        """Let the rest sound, then close the card."""
        with self._room:
            self._room.wait_for(lambda: self._samples == 0, _STALLED_S)
        threading.Event().wait(_BUFFER_MS / 1000)
        self._device.close()

    def _feed(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            parts: list[bytes] = []
            with self._room:
                wanted = frames
                while wanted and self._waiting:
                    view = self._waiting.popleft()
                    if len(view) > wanted * 2:
                        self._waiting.appendleft(view[wanted * 2 :])
                        view = view[: wanted * 2]
                    parts.append(bytes(view))
                    wanted -= len(view) // 2
                self._samples -= frames - wanted
                self._room.notify_all()
            frames = yield b"".join(parts) + bytes(wanted * 2)


CARDS = MiniaudioCards()
