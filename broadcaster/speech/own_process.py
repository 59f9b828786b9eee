"""A voice in a process of its own: whatever its libraries do to the process, the station goes on with another voice.

A neural voice is other people's machine code: one instruction that this processor lacks, or memory that ends, and
the process is gone in the middle of a word. `voice_process` is the child: it ends with its parent, and when nobody has
asked for a while, which gives its memory back.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from typing import Any, Final

from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.speech.engine import Clip

TIMEOUT_S: Final = 300.0
"""Longer than the longest sentence takes, its model loaded first, on a slow machine under load."""
REST_S: Final = 600.0
"""So long a voice is left alone whose process died: what broke it now breaks it again in a moment."""


class VoiceProcess:
    """The process of one engine, begun when it is first needed. Threads take turns.

    Args:
        name: of the engine.
        options: what the settings say for it.
        clock: for the rest after a death.
    """

    def __init__(self, name: str, options: Mapping[str, Any], clock: Clock | None = None) -> None:
        self._name = name
        self._options = dict(options)
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ending: weakref.finalize[Any, Any] | None = None
        """Ends the process, at the latest when nobody holds this any more."""
        self._died = ""
        self._rest_until = 0.0

    def resting(self) -> str | None:
        """Why the voice is not asked now, in Vietnamese; None when it may be."""
        return self._died if self._clock.monotonic() < self._rest_until else None

    def speak(self, sentence: str, *, voice: str, rate: float) -> Clip:
        """What the engine makes of a sentence.

        Raises:
            EngineError: as the engine raises it; or its process died, or came to no answer.
        """
        asked = {"options": self._options, "sentence": sentence, "voice": voice, "rate": rate}
        line = json.dumps(asked, default=str).encode() + b"\n"
        with self._lock:
            if fault := self.resting():
                raise EngineError(fault, code="engine-died")
            answer = self._answer(line) or self._answer(line)  # it may have gone to rest at that very moment
            if answer is None:
                raise self._dead()
        said, pcm = answer
        if "error" in said:
            raise EngineError(said.pop("error"), **said)
        return Clip(pcm, said["rate"])

    def close(self) -> None:
        """End the process, if there is one."""
        self._child = None
        if self._ending is not None:
            self._ending()

    def _answer(self, line: bytes) -> tuple[dict[str, Any], bytes] | None:
        """What the child says; None when it ended in order before that."""
        if self._child is None or self._child.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "broadcaster.speech.voice_process", self._name]
            try:
                self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            except OSError as error:  # memory or places for processes ended
                raise self._dead(error.strerror) from error
            self._ending = weakref.finalize(self, _end, self._child)
        child, said, pcm, length = self._child, None, b"", 0
        alarm = threading.Timer(TIMEOUT_S, child.kill)
        alarm.start()
        try:
            if child.stdin is None or child.stdout is None:
                return None
            child.stdin.write(line)
            child.stdin.flush()
            said = json.loads(child.stdout.readline())
            length = said.pop("bytes")
            pcm = child.stdout.read(length)
        except (OSError, ValueError):
            said = None
        finally:
            alarm.cancel()
        if said is None or len(pcm) < length:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            if child.poll() == 0:
                return None
            raise self._dead()
        return said, pcm

    def _dead(self, why: str | None = None) -> EngineError:
        """What to say of a process that is gone or cannot be; the voice is left alone for a while."""
        code = self._child.poll() if self._child is not None else None
        self.close()
        how = signal.Signals(-code).name if os.name == "posix" and code is not None and code < 0 else f"mã {code}"
        how = why or how
        self._died = (
            f"Tiến trình của bộ đọc “{self._name}” chết giữa chừng ({how}): thư viện của giọng này không hợp với bộ xử "
            "lý của máy, hoặc máy hết bộ nhớ. Đài để giọng này nghỉ 10 phút rồi thử lại."
        )
        self._rest_until = self._clock.monotonic() + REST_S
        return EngineError(self._died, code="engine-died")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
