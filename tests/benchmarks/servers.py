"""Servers that could answer for the panel, judged by the connections of `tests/kit/attack.py`; ADR 88 has the choice.

    python tests/benchmarks/servers.py

The panel of an empty station stands behind each: 300 connections of one address for five seconds, then eight questions
from another with five seconds' patience each, while the attack goes on. What is not installed is left out: `caddy` is a
program of its own.
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from broadcaster.services.setup.founding import init
from tests.kit.attack import Attack
from tests.kit.icecast import free_port
from tests.kit.places import ROOT
from tests.kit.waiting import until

THREADS = 10
APP = """
import sys
from broadcaster.panel import create_app
from broadcaster.services.station import open_station
app = create_app(open_station({home!r}), {{"RATELIMIT_ENABLED": False}})
"""
WAITRESS = "import waitress; waitress.serve(app, host='127.0.0.1', port={port}, threads={threads})"
OURS = """
import threading
from broadcaster.panel.wire.answering import Answering
with Answering(app, host='127.0.0.1', port={port}, threads={threads}):
    threading.Event().wait()
"""
HYPERCORN = """
import asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
config = Config()
config.bind = ['127.0.0.1:{port}']
asyncio.run(serve(app, config, mode='wsgi'))
"""
CADDY = """
{{
    admin off
    auto_https off
    servers {{
        timeouts {{
            read_header 10s
            read_body 15s
            write 120s
        }}
    }}
}}
http://127.0.0.1:{port} {{
    reverse_proxy 127.0.0.1:{behind}
}}
"""


def judged(port: int) -> dict[str, object]:
    """How many of eight questions are answered under attack, and the longest answer (ms)."""
    attack, took = Attack(port, free_port()), []
    with attack.under_way():
        time.sleep(5)
        for _ in range(8):
            began = time.monotonic()
            wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                wire.request("GET", "/healthz")
                wire.getresponse().read()
                took.append(time.monotonic() - began)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                wire.close()
    worst = round(max(took) * 1000) if took else None
    return {"answered": f"{len(took)} of 8", "worst_ms": worst, "connections": attack.totals["connections"]}


def python(home: Path, body: str) -> Callable[[ExitStack], int]:
    """A server of Python's in a process of its own."""

    def start(stack: ExitStack) -> int:
        port = free_port()
        code = textwrap.dedent(APP).format(home=str(home)) + body.format(port=port, threads=THREADS)
        begin(stack, [sys.executable, "-c", code], port)
        return port

    return start


def behind_caddy(server: Callable[[ExitStack], int], folder: Path) -> Callable[[ExitStack], int]:
    def start(stack: ExitStack) -> int:
        behind, port = server(stack), free_port()
        file = folder / f"Caddyfile-{port}"
        file.write_text(CADDY.format(port=port, behind=behind), encoding="utf-8")
        begin(stack, ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"], port)
        return port

    return start


def begin(stack: ExitStack, command: list[str], port: int) -> None:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, 30)
    stack.callback(process.kill)
    until(lambda: listens(port), 60)


def listens(port: int) -> bool:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        wire.request("GET", "/healthz")
        return wire.getresponse().read() != b""
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        init(folder / "dai").close()
        waitress = python(folder / "dai", WAITRESS)
        servers = {"waitress as it is": waitress, "waitress with panel/wire": python(folder / "dai", OURS)}
        if importlib.util.find_spec("hypercorn"):
            servers["hypercorn"] = python(folder / "dai", HYPERCORN)
        if shutil.which("caddy"):
            servers["caddy before waitress"] = behind_caddy(waitress, folder)
        for name, start in servers.items():
            with ExitStack() as stack:
                print(name, json.dumps(judged(start(stack))), flush=True)


if __name__ == "__main__":
    main()
