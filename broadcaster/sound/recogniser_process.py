"""A speech recogniser in a process of its own: files in, what was understood of each stretch out.

The model of `viet-asr` takes 240 MB and native code; whatever happens to it, the station goes on. The child reads one
JSON object on standard input (which recogniser, the file, the stretches to hear, how the street is) and writes one line
of JSON for each stretch.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from broadcaster import private
from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import MediaError, StationError
from broadcaster.later import Later
from broadcaster.media import ffmpeg
from broadcaster.plugins import RECOGNISERS
from broadcaster.sound import street

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

log = logging.getLogger(__name__)

SNR_DB: Final = 10.0
"""Noise of an ordinary street under the horn (dB)."""
TIMEOUT_S: Final = 900.0

_STRETCH_S: Final = 14.0
"""Without cues a long sound is heard in stretches of about this length, cut at quiet moments."""
_AROUND: Final = street.RATE // 2
_NICE: Final = 10

Stretch = tuple[int, int]
"""Start and end in ms."""


def missing(recogniser: str) -> str | None:
    """None when a recogniser can be used, else what to do, in Vietnamese."""
    try:
        found: str | None = RECOGNISERS.guarded(recogniser, RECOGNISERS.load(recogniser).missing)
    except StationError as error:
        return error.message
    return found


def hear(
    path: Path,
    stretches: Sequence[Stretch] | None,
    *,
    recogniser: str,
    snr_db: float | None = SNR_DB,
    progress: Callable[[float], None] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> list[str]:
    """What was understood of each stretch of a sound file; None: of the whole, cut where it is quiet.

    Args:
        path: any sound file.
        stretches: start and end (ms).
        recogniser: the name of an entry point.
        snr_db: noise behind the horn; None: the file as it is, without horn and street.
        progress: told the share that is done, 0 to 1.
        timeout_s: the child is killed after this many seconds.

    Raises:
        MediaError: there is no listener, it died, hung or answered rubbish.
    """
    if fault := missing(recogniser):
        raise MediaError(fault, code="no-listener")
    question = json.dumps({"recogniser": recogniser, "path": str(path), "stretches": stretches, "snr_db": snr_db})
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "broadcaster.sound.recogniser_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        alarm = threading.Timer(timeout_s, child.kill)
        alarm.start()
        try:
            return _listen(child, question, progress or (lambda _share: None))
        except MediaError:
            errors.seek(0)
            log.warning("recogniser %s: %s", recogniser, errors.read()[-4000:].decode("utf-8", "replace"))
            raise
        finally:
            alarm.cancel()
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


def _listen(child: subprocess.Popen[bytes], question: str, tell: Callable[[float], None]) -> list[str]:
    heard: list[str] = []
    total = -1
    if child.stdin is None or child.stdout is None:
        raise _broken()
    with contextlib.suppress(OSError):
        child.stdin.write(question.encode())
        child.stdin.close()
    for line in child.stdout:
        try:
            said = json.loads(line)
            if "error" in said:
                raise MediaError(str(said["error"]), code=str(said.get("code", "listener")))
            total = int(said["of"])
            if total:
                heard.append(str(said["text"]))
        except (ValueError, KeyError, TypeError):
            raise _broken() from None
        tell(len(heard) / max(1, total))
    child.wait()
    if child.returncode != 0 or len(heard) != total:
        raise _broken()
    return heard


def _broken() -> MediaError:
    return MediaError(
        "Bộ nghe thử bị dừng giữa chừng (có thể thiếu bộ nhớ). Bài vẫn dùng được; hãy thử nghe lại sau.",
        code="listener-died",
    )


def main() -> None:
    """Be the child: hear what is asked for."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # the recogniser's library writes its log to standard output
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)
    try:
        question = json.loads(sys.stdin.buffer.read())
        _answer(question, answers, SystemClock())
    except StationError as error:
        answers.write(json.dumps({"error": error.message, "code": error.code}) + "\n")


def _answer(question: Any, answers: IO[str], clock: Clock) -> None:
    sound = _decoded(Path(question["path"]))
    stretches = question["stretches"]
    if stretches is None:
        stretches = _quiet_cuts(sound)
    begun = clock.monotonic()
    name = question["recogniser"]
    made = RECOGNISERS.guarded(name, RECOGNISERS.load(name))
    if not stretches:
        answers.write(json.dumps({"of": 0, "text": "", "seconds": 0.0}) + "\n")
    for start, end in stretches:
        piece = sound[start * street.RATE // 1000 : end * street.RATE // 1000]
        if question["snr_db"] is not None:
            piece = street.through(piece, float(question["snr_db"]))
        text = RECOGNISERS.guarded(name, made.text, _ready(piece)) if piece.size else ""
        seconds = clock.monotonic() - begun
        answers.write(json.dumps({"of": len(stretches), "text": text, "seconds": round(seconds, 2)}) + "\n")


def _decoded(path: Path) -> street.Wave:
    shape = ["-map", "0:a:0", "-ac", "1", "-ar", str(street.RATE), "-f", "s16le", "pipe:1"]
    raw = ffmpeg.run(["-loglevel", "error", *ffmpeg.source(path), *shape]).stdout
    return np.frombuffer(raw[: len(raw) // 2 * 2], "<i2") / 32768


def _ready(piece: street.Wave) -> street.Wave:
    peak = max(float(np.abs(piece).max(initial=0.0)), 1e-6)
    silence = np.zeros(_AROUND)
    return np.concatenate([silence, piece / peak / 2, silence])


def _quiet_cuts(sound: street.Wave) -> list[Stretch]:
    """Stretches of about `_STRETCH_S` that begin and end where it is quiet."""
    frame = street.RATE // 50
    frames = sound[: sound.size // frame * frame].reshape(-1, frame)
    power = np.convolve(np.square(frames).mean(axis=1), np.ones(9) / 9, "same") if len(frames) else np.zeros(0)
    length, slack = round(_STRETCH_S * 50), round(_STRETCH_S * 15)
    cuts = [0]
    while cuts[-1] + length + slack < power.size:
        low = cuts[-1] + length - slack
        cuts.append(low + int(power[low : low + 2 * slack].argmin()))
    cuts.append(power.size)
    return [(a * 20, b * 20) for a, b in itertools.pairwise(cuts) if b > a]


if __name__ == "__main__":
    private.begin()
    main()
