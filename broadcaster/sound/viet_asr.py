"""The Vietnamese model inside `viet-asr`, heard through the features that it was trained on.

`viet-asr` 0.1.0.dev11 computes its features in its own way: on the six clips of real speech in the `vieneu` wheel it
makes 13 % word errors. The same model given Kaldi's (80 mel bands, Povey window, pre-emphasis .97, samples as 16-bit
numbers) and read greedily makes 3 %. The model is read out of the wheel's own library at run time; nothing is copied.

For the listener's process alone: the library that it loads is not meant to share a process with others.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from broadcaster.errors import MediaError
from broadcaster.sound.recogniser import RATE, Recogniser, Wave

_WINDOW: Final = 400
_HOP: Final = 160
_FFT: Final = 512
_BANDS: Final = 80
_CHUNK: Final = 43
_STEP: Final = 40
_OUT: Final = 10
"""Moments that one step of the model answers with."""
_LAYERS: Final = 12

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _bank() -> Wave:
    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    edges = np.linspace(mel(20.0), mel(RATE / 2), _BANDS + 2)
    bins = mel(np.arange(_FFT // 2 + 1) * RATE / _FFT)
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    bank: Wave = np.maximum(0.0, np.minimum(rising, falling))
    return bank


def features(sound: Wave) -> Floats:
    """Log mel energies (frames of 10 ms x 80) as Kaldi does, without dither; `sound` is within ±1."""
    count = 1 + max(0, sound.size - _WINDOW) // _HOP
    padded = np.pad(sound, (0, max(0, _WINDOW - sound.size)))
    frames = padded[np.arange(_WINDOW) + _HOP * np.arange(count)[:, None]] * 32768.0
    frames -= frames.mean(axis=1, keepdims=True)
    frames -= 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW) ** 0.85, _FFT)) ** 2
    return np.log(np.maximum(power @ _bank(), np.finfo(np.float32).eps)).astype(np.float32)


class VietAsr(Recogniser):
    """The recogniser `viet-asr` (extra `listen`), with a release that hides its model in the library's own way."""

    def __init__(self) -> None:
        try:
            self._understand: Callable[[Wave], str] = RecogniserModel().text
        except MediaError:
            library = import_module("vietasr").Pipeline.new().add("vietasr").build()
            self._understand = lambda sound: str(library.transcribe((sound * 32767).astype(np.int16)).text)

    @classmethod
    def missing(cls) -> str | None:
        """Tell what to install."""
        if find_spec("vietasr") is None:
            return "Chưa cài bộ nghe thử. Hãy chạy: pip install 'loa-xa[listen]'."
        return None

    def text(self, sound: Wave) -> str:
        """What was understood."""
        return self._understand(sound)


class RecogniserModel:
    """The model, one stretch at a time.

    Raises:
        MediaError: the installed `viet-asr` does not hold the model as this one knows it.
    """

    def __init__(self, threads: int = 2) -> None:
        found = find_spec("vietasr")
        if found is None or found.origin is None:
            raise _unknown()
        folder = Path(found.origin).parent / "_native"
        try:
            ctypes.CDLL(str(folder / "libonnxruntime.so.1"), mode=ctypes.RTLD_GLOBAL)
            library = ctypes.CDLL(str(folder / "libvietasr.so"))
            model, words = _held(library, "vietasr_asr_model_onnx"), _held(library, "vietasr_asr_vocab").decode()
        except (OSError, ValueError):
            raise _unknown() from None
        import onnxruntime  # noqa: PLC0415 - after the library above, which brings a runtime of its own

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self._names = [one.name for one in self._session.get_inputs()]
            self._piece = {int(number): piece for piece, number in (row.rsplit(" ", 1) for row in words.splitlines())}
        except Exception:  # noqa: BLE001 - the runtime raises classes of its own that it does not name
            raise _unknown() from None
        if len(self._names) != 4:
            raise _unknown()

    @property
    def pieces(self) -> dict[int, str]:
        """The pieces of words by their number; the first is the blank."""
        return self._piece

    def likelihoods(self, sound: Wave) -> Floats:
        """The log probability of each piece at each 40 ms of a sound at `RATE`, within -1 to 1."""
        mels = features(sound)
        steps = max(1, -(-(len(mels) - _CHUNK + _STEP) // _STEP))
        missing = _STEP * steps + _CHUNK - _STEP - len(mels)
        if missing > 0:
            mels = np.concatenate([mels, np.repeat(features(np.zeros(_WINDOW)), missing, axis=0)])
        attention = np.zeros((1, _LAYERS, 4, 40, 224), np.float32)
        convolution = np.zeros((1, _LAYERS, 448, 30), np.float32)
        found = []
        for step in range(steps):
            given = mels[None, _STEP * step : _STEP * step + _CHUNK], np.array([[_OUT * step]], np.int64)
            fed = dict(zip(self._names, (*given, attention, convolution), strict=True))
            logits, attention, convolution = self._session.run(None, fed)
            found.append(logits[0])
        return np.concatenate(found)

    def text(self, sound: Wave) -> str:
        """What was understood: the likeliest piece of each moment, repeats and blanks left out."""
        best = self.likelihoods(sound).argmax(axis=1)
        kept = [int(b) for b, before in zip(best, [-1, *best[:-1]], strict=True) if b not in {0, before}]
        return " ".join("".join(self._piece[k] for k in kept).replace("\u2581", " ").split())


def _held(library: ctypes.CDLL, name: str) -> bytes:
    size = ctypes.c_uint64.in_dll(library, f"{name}_size").value
    return ctypes.string_at(ctypes.addressof((ctypes.c_ubyte * 1).in_dll(library, name)), size)


def _unknown() -> MediaError:
    return MediaError("Bản viet-asr đã cài không đúng bản mà đài biết dùng.", code="listener-unknown")
