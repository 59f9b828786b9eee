"""Make `broadcaster/speech/vi_neural/styles.npz`: how our speakers sound, blended from the voices of Kokoro-82M v1.0.

    python tests/benchmarks/voice_styles.py FOLDER

FOLDER is `voices` of the npm package `kokoro-js` 1.2.1 (Apache-2.0, as the model itself), which carries the style
vectors of all the model's voices: 510 rows of 256 numbers, one row for each count of symbols. A blend is the mean of
its voices. Which voices, and what it is worth: docs/adr/0012. Prints the hash that `model.py` must hold.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[2] / "broadcaster/speech/vi_neural/styles.npz"
ROWS = 256
"""The longest piece has fewer symbols; longer ones would take the last row."""
WOMEN = ("ef_dora", "hf_beta", "if_sara", "jf_gongitsune", "jf_nezumi", "jf_tebukuro")
MEN = ("am_onyx", "bm_daniel", "em_alex")
BLENDS = {"female": WOMEN, "male": (*WOMEN, *MEN, *MEN)}
"""The male speaker is halfway between the two: a longer throat (`engine.py`) makes a man of him."""


def main() -> None:
    """Blend and write."""
    folder = Path(sys.argv[1])
    blends = {}
    for speaker, names in BLENDS.items():
        voices = [np.fromfile(folder / f"{name}.bin", "<f4").reshape(510, 256) for name in names]
        blends[speaker] = np.mean(voices, axis=0, dtype=np.float64)[:ROWS].astype(np.float16)
    np.savez(TARGET, **blends)
    print(hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
