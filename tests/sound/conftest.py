import wave
from pathlib import Path

import numpy as np
import pytest

from broadcaster.sound.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def wav(tmp_path):
    """Write samples (floats, channels last) as a 16-bit WAV and return its path."""
    count = 0

    def make(samples, rate=48_000) -> Path:
        nonlocal count
        count += 1
        path = tmp_path / f"made{count}.wav"
        data = np.atleast_2d(np.asarray(samples, dtype=float).T).T
        with wave.open(str(path), "wb") as out:
            out.setnchannels(data.shape[1])
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(data, -1, 1) * 32767).round().astype("<i2").tobytes())
        return path

    return make


@pytest.fixture
def fake_ffmpeg(tmp_path, monkeypatch):
    """Put a shell script in front of PATH under ffmpeg's name."""

    def make(body: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "ffmpeg"
        script.write_text("#!/bin/sh\n" + body)
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return make
