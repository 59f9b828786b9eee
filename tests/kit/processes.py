"""A play-out process of its own, to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.kit.places import ROOT


def start(air) -> subprocess.Popen[str]:
    program = Path(__file__).with_name("station_process.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(program), str(air.station.home.root)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process) -> None:
    os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait(10)
    process.stdout.close()


def marked(air, item_no):
    """How much of an item the journal knows to have been heard (ms)."""
    told = 0
    for path in sorted(air.station.home.playout.glob("journal-*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            fields = json.loads(line.partition(b" ")[2])
            if fields["k"] == "mark" and fields["b"]["item"] == item_no:
                told = max(told, fields["b"]["heard_ms"])
    return told
