"""A listener that can be asked how likely a word is: the station's own (`broadcaster/sound/viet_asr.py`).

`viet-asr` 0.1.0.dev11 answers with text alone, and computes its features in its own way: on the six clips of real
speech in the `vieneu` wheel it makes 13 % word errors. The same model given the features that such models are trained
on (80 mel bands, Povey window, pre-emphasis .97, samples as 16-bit numbers) and read greedily makes 3 %, so it is the
finer ear, and it gives the likelihood of any sentence, by which two words that differ in a tone alone can be compared.

The model is read out of the wheel's own library at run time; nothing is copied here.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from broadcaster.sound.viet_asr import RATE as EAR
from broadcaster.sound.viet_asr import RecogniserModel

_NEVER = -1e9


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text.lower())).split()


def prepared(sound: np.ndarray) -> np.ndarray:
    """Half full scale, with half a second of silence before and after."""
    silence = np.zeros(EAR // 2)
    return np.concatenate([silence, sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6) * 0.5, silence])


class Ear:
    """The listener of the station, one sentence at a time."""

    def __init__(self, threads: int = 2) -> None:
        self._model = RecogniserModel(threads)
        self._piece = self._model.pieces
        self._number = {piece: number for number, piece in self._piece.items()}

    def likelihoods(self, sound: np.ndarray) -> np.ndarray:
        """Log probability of each piece of a word at each 40 ms; the first piece is the blank."""
        return self._model.likelihoods(prepared(sound))

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

    def weigh(self, likelihoods: np.ndarray, said: list[str], place: int, choices: list[str]) -> dict[str, float]:
        """Log likelihood of each choice for the word at `place`, the other words being as said."""
        return {c: self.score(likelihoods, [*said[:place], c, *said[place + 1 :]]) for c in choices}
