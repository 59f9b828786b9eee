"""What a whole station holds when nothing is spoken, while its neural voice speaks, and once that is let go of again.

    python -m tests.benchmarks.at_rest [--rest 75]

`loa up` of a new station; memory is each process's own and its part of what they share (`tests.kit.residents`), so the
sum is what the machine must have.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import want_rendition
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from tests.kit.people import EDITOR
from tests.kit.residents import residents
from tests.kit.scripts import draft
from tests.kit.waiting import idle, until
from tests.kit.web import answers

PORT = 18543
WORDS = "Kính thưa bà con, ngày mai trạm y tế xã tiêm chủng cho trẻ em từ bảy giờ ba mươi đến mười một giờ. " * 4


def show(up: int, when: str) -> float:
    """Print a row; return what all hold."""
    held = {one.name: one.held for one in residents(up)}
    parts = ", ".join(f"{name} {size:.0f}" for name, size in held.items())
    print(f"{when}: {parts}; all {sum(held.values()):.0f} MB", flush=True)
    return sum(held.values())


def speak(station: Station, up: int) -> None:
    """Have a script spoken by the neural voice, and look on until its process has ended, ten idle minutes later."""
    number = add_script(station, EDITOR, draft(WORDS))
    want_rendition(station, EDITOR, number)
    most, before, begun = 0.0, show(up, "before the wish"), time.monotonic()
    while time.monotonic() < begun + 1200:
        all_of_it = sum(one.held for one in residents(up))
        if all_of_it > most + 50:
            most = show(up, f"{time.monotonic() - begun:.0f} s after the wish")
        elif most > before + 100 and all_of_it < before + 50:
            return
        idle(1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rest", type=float, default=75)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "dai"
        station = init(home, overrides={"web": {"port": PORT}, "speech": {"listen_back": False}})
        command = [sys.executable, "-m", "broadcaster", "--home", str(home), "up"]
        up = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(PORT), 180)
            idle(options.rest)
            show(up.pid, f"{options.rest:.0f} s after the start")
            if find_spec("onnxruntime") is None:
                print("the neural voice is not installed")
                return
            speak(station, up.pid)
            idle(options.rest)
            show(up.pid, f"{options.rest:.0f} s later")
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)
            station.close()


if __name__ == "__main__":
    main()
