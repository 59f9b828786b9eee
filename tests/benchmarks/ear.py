"""A listener that can be asked how likely a word is: the Vietnamese model inside `viet-asr`, heard through Kaldi features.

`viet-asr` 0.1.0.dev11 answers with text alone, and computes its features in its own way: on the six clips of real
speech in the `vieneu` wheel it makes 13 % word errors. The same model given the features that such models are trained
on (80 mel bands, Povey window, pre-emphasis .97, samples as 16-bit numbers) and read greedily makes 3 %, so it is the
finer ear, and it gives the likelihood of any sentence, by which two words that differ in a tone alone can be compared.

The model is read out of the wheel's own library at run time; nothing is copied here.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import vietasr

EAR = 16_000
_WINDOW, _HOP, _FFT, _BANDS = 400, 160, 512, 80
_CHUNK, _STEP, _FRAMES_OUT = 43, 40, 10
_NEVER = -1e9


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text.lower())).split()


def prepared(sound: np.ndarray) -> np.ndarray:
    """Half full scale, with half a second of silence before and after."""
    silence = np.zeros(EAR // 2)
    return np.concatenate([silence, sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6) * 0.5, silence])


@cache
def _bank() -> np.ndarray:
    def mel(hertz: np.ndarray | float) -> np.ndarray:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    edges = np.linspace(mel(20.0), mel(EAR / 2), _BANDS + 2)
    bins = mel(np.arange(_FFT // 2 + 1) * EAR / _FFT)
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def features(sound: np.ndarray) -> np.ndarray:
    """Log mel energies (frames of 10 ms, 80), as Kaldi computes them, without dither."""
    count = 1 + (sound.size - _WINDOW) // _HOP
    frames = sound[np.arange(_WINDOW) + _HOP * np.arange(count)[:, None]] * 32768.0
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW) ** 0.85, _FFT)) ** 2
    return np.log(np.maximum(power @ _bank(), np.finfo(np.float32).eps)).astype(np.float32)


class Ear:
    """The model, one sentence at a time."""

    def __init__(self, threads: int = 2) -> None:
        folder = Path(vietasr.__file__).parent / "_native"
        ctypes.CDLL(str(folder / "libonnxruntime.so.1"), mode=ctypes.RTLD_GLOBAL)
        library = ctypes.CDLL(str(folder / "libvietasr.so"))

        def held(name: str) -> bytes:
            size = ctypes.c_uint64.in_dll(library, f"{name}_size").value
            return ctypes.string_at(ctypes.addressof((ctypes.c_ubyte * 1).in_dll(library, name)), size)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            held("vietasr_asr_model_onnx"), options, providers=["CPUExecutionProvider"]
        )
        rows = [line.rsplit(" ", 1) for line in held("vietasr_asr_vocab").decode().splitlines()]
        self._piece = {int(number): piece for piece, number in rows}
        self._number = {piece: number for number, piece in self._piece.items()}

    def likelihoods(self, sound: np.ndarray) -> np.ndarray:
        """Log probability of each piece of a word at each 40 ms; the first piece is the blank."""
        mels = features(prepared(sound))
        steps = max(1, -(-(len(mels) - _CHUNK + _STEP) // _STEP))
        missing = _STEP * steps + _CHUNK - _STEP - len(mels)
        if missing > 0:
            mels = np.concatenate([mels, np.repeat(features(np.zeros(_WINDOW)), missing, axis=0)])
        attention, convolution = np.zeros((1, 12, 4, 40, 224), np.float32), np.zeros((1, 12, 448, 30), np.float32)
        found = []
        for step in range(steps):
            logits, attention, convolution = self._session.run(
                None,
                {
                    self._session.get_inputs()[0].name: mels[None, _STEP * step : _STEP * step + _CHUNK],
                    self._session.get_inputs()[1].name: np.array([[_FRAMES_OUT * step]], np.int64),
                    self._session.get_inputs()[2].name: attention,
                    self._session.get_inputs()[3].name: convolution,
                },
            )
            found.append(logits[0])
        return np.concatenate(found)

    def text(self, likelihoods: np.ndarray) -> list[str]:
        """The likeliest piece of each moment, repeats and blanks left out."""
        best = likelihoods.argmax(axis=1)
        kept = [int(b) for b, before in zip(best, [-1, *best[:-1]], strict=True) if b not in {0, before}]
        return words("".join(self._piece[k] for k in kept).replace("▁", " "))

    def hear(self, sound: np.ndarray) -> list[str]:
        return self.text(self.likelihoods(sound))

    def pieces(self, word: str) -> list[int]:
        """The pieces of a word, the longest first."""
        rest, found = "▁" + word, []
        while rest:
            size = next((n for n in range(len(rest), 0, -1) if rest[:n] in self._number), 0)
            found.append(self._number[rest[:size]] if size else 1)
            rest = rest[max(size, 1) :]
        return found

    def whole(self, word: str) -> bool:
        """Whether the model knows the word as one piece: only then are two words compared fairly."""
        return "▁" + word in self._number

    def score(self, likelihoods: np.ndarray, said: list[str]) -> float:
        """Log probability that these words were said (CTC, summed over every alignment)."""
        wanted = [piece for word in said for piece in self.pieces(word)]
        line = np.array([0, *(x for piece in wanted for x in (piece, 0))])
        leap = np.zeros(line.size, bool)
        leap[3::2] = line[3::2] != line[1:-2:2]
        row = np.full(line.size, _NEVER)
        row[:2] = likelihoods[0, line[:2]]
        for moment in likelihoods[1:, line]:
            one = np.concatenate([[_NEVER], row[:-1]])
            two = np.where(leap, np.concatenate([[_NEVER, _NEVER], row[:-2]]), _NEVER)
            row = np.logaddexp(np.logaddexp(row, one), two) + moment
        return float(np.logaddexp(row[-1], row[-2]))

    def choose(self, likelihoods: np.ndarray, said: list[str], place: int, choices: list[str]) -> dict[str, float]:
        """Probability of each choice for the word at `place`, the other words being as said."""
        scores = np.array([self.score(likelihoods, [*said[:place], c, *said[place + 1 :]]) for c in choices])
        chances = np.exp(scores - np.logaddexp.reduce(scores))
        return dict(zip(choices, chances.tolist(), strict=True))
