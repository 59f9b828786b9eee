"""`python -m broadcaster.speech.voice_process ENGINE`: it speaks what its parent asks for; see `own_process`.

A line of JSON comes in for each sentence; a line goes out, and the samples.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import IO, Final

from broadcaster import private
from broadcaster.errors import StationError
from broadcaster.speech import registry
from broadcaster.speech.guarded import GuardedEngine

IDLE_S: Final = 600.0
"""Whoever works on a text speaks it again within this, and shall not wait for the voice each time."""


def main() -> None:
    """Be the child."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries write their words to standard output
    name = sys.argv[1]
    while line := _next(sys.stdin.buffer):
        asked = json.loads(line)
        pcm, said = b"", dict[str, object]()
        try:
            registry.configure({name: asked.pop("options")})
            clip = GuardedEngine(registry.bare_engine(name)).speak(asked.pop("sentence"), **asked)
            pcm, said = clip.pcm, {"rate": clip.rate, "bytes": len(clip.pcm)}
        except StationError as error:
            transient = getattr(error, "transient", False)
            said = {"error": error.message, "code": error.code, "transient": transient, "bytes": 0}
        answers.write(json.dumps(said).encode() + b"\n" + pcm)
        answers.flush()


def _next(asked: IO[bytes]) -> bytes:
    """The next line; nothing when the parent is gone. Waited for in vain for long, the process ends in order."""
    bored = threading.Timer(IDLE_S, os._exit, [0])
    bored.daemon = True
    bored.start()
    try:
        return asked.readline()
    finally:
        bored.cancel()


if __name__ == "__main__":
    private.begin()
    main()
