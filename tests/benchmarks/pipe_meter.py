"""The meter: reads samples (s16le, 48 kHz, mono) on its standard input and notes when sound begins.

    python pipe_meter.py BOOK

Writes a line for each onset: wall clock (s), monotonic clock (s), samples heard so far. A sample that lies k samples
into what one read brought is taken to sound k/48000 s after that read. Knows nothing of who speaks to it.
"""

from __future__ import annotations

import array
import os
import sys
import time

RATE = 48_000
LOUD = 500
QUIET_S = 0.15


def main() -> None:
    book = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    heard, rest, last_loud, first = 0, b"", -1e9, True
    while data := os.read(0, 1 << 16):
        wall, steady = time.time(), time.monotonic()
        if first:
            os.write(book, f"data {wall:.6f} {steady:.6f} 0\n".encode())
            first = False
        data = rest + data
        rest = data[len(data) // 2 * 2 :]
        samples = array.array("h", data[: len(data) // 2 * 2])
        if max(samples, default=0) > LOUD:
            loud = [i for i in range(0, len(samples), 4) if samples[i] > LOUD or samples[i] < -LOUD]
            if loud and steady + loud[0] / RATE - last_loud > QUIET_S:
                exact = next(i for i in range(max(0, loud[0] - 4), len(samples)) if abs(samples[i]) > LOUD)
                line = f"onset {wall + exact / RATE:.6f} {steady + exact / RATE:.6f} {heard + exact}\n"
                os.write(book, line.encode())
            if loud:
                last_loud = steady + loud[-1] / RATE
        heard += len(samples)
    os.write(book, f"end {time.time():.6f} {time.monotonic():.6f} {heard}\n".encode())


if __name__ == "__main__":
    main()
