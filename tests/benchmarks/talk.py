"""How late the live microphone is: from the voice in the browser to the sample that leaves the sink.

    python -m tests.benchmarks.talk [--seconds 30] [--slow MS]

A station as it runs: play-out and panel as processes of their own, a real Chromium that speaks through the panel's own
page, a pipe sink whose command is the meter (`pipe_meter.py`). What stands for the microphone is a stream made in the
page, for nobody can tell when a browser's fake device begins its file: short beeps at moments that the page knows, through
the same `getUserMedia`, audio worklet and requests as a voice. Both ends are held against the wall clock of one machine.
`--slow` lets each request take so much longer, as a weak wireless network does.

The first beep says how late a talk begins, the last ones how late it has become.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from broadcaster.domain.people.roles import Role, machine
from broadcaster.playout.sound.talk import IN_HAND_S
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.setup.founding import init

PORT = 18578
PASSWORD = "bốn con vịt bơi qua sông"
CHROMIUM = os.environ.get("LOA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
EVERY_S = 0.9
_AWAY_S = 6.0
"""A beep that is heard later than this is another one."""

MICROPHONE = """
window.beeps = [];
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext({ sampleRate: 48000 });
  await context.resume();
  const out = context.createMediaStreamDestination();
  const tone = context.createOscillator();
  const gate = context.createGain();
  gate.gain.value = 0;
  tone.frequency.value = 1000;
  tone.connect(gate).connect(out);
  tone.start();
  // the sample of context time t is made when the context's clock comes to t: the earliest sighting is the truest
  let origin = Infinity;
  setInterval(() => { origin = Math.min(origin, Date.now() / 1000 - context.currentTime); }, 3);
  let next = context.currentTime + 1;
  setInterval(() => {
    if (context.currentTime < next - 0.3) return;
    gate.gain.setValueAtTime(0.6, next);
    gate.gain.setValueAtTime(0, next + 0.06);
    window.beeps.push(next);
    next += EVERY;
  }, 50);
  window.beepsAt = () => window.beeps.map((t) => t + origin);
  return out.stream;
};
""".replace("EVERY", str(EVERY_S))


@contextlib.contextmanager
def station(folder: Path, book: Path) -> Iterator[None]:
    """Run play-out and panel over a fresh home."""
    meter = [sys.executable, str(Path(__file__).with_name("pipe_meter.py")), str(book)]
    settings = {
        "hours": {"windows": ["00:00-23:59"]},
        "playout": {"sinks": {"main": {"kind": "pipe", "options": {"command": meter}}, "aircheck": {"kind": "file"}}},
    }
    made = init(folder, overrides=settings)
    accounts.create_user(made, machine(), "vanhanh", "Người vận hành", [Role.OPERATOR])
    temporary = accounts.reset_password(made, machine(), "vanhanh")
    signing_in.change_password(made, accounts.actor_named(made, "vanhanh"), temporary, PASSWORD)
    made.close()
    loa = [sys.executable, "-m", "broadcaster", "--home", str(folder)]
    running = [subprocess.Popen([*loa, *more]) for more in (["playout"], ["web", "--port", str(PORT)])]
    try:
        _until_up()
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


def _until_up() -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2) as answer,
        ):
            if b'"playout":"ok"' in answer.read().replace(b" ", b""):
                return
        time.sleep(0.2)
    raise SystemExit("the station did not come up")


def talk(page: Page, seconds: float) -> list[float]:
    """Speak for so long; return when each beep was made (wall clock, s)."""
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill("vanhanh")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")
    page.goto("/live/")
    page.get_by_label("Nói về việc gì").fill("Đo độ trễ")
    page.locator("input[name=zones]").first.check()
    page.get_by_role("button", name="Tiếp: thử micro").click()
    page.get_by_role("button", name="Thử micro").click()
    page.get_by_role("button", name="Bắt đầu nói ra loa").click()
    page.get_by_text("ĐANG RA LOA").wait_for()
    page.wait_for_timeout(seconds * 1000)
    made: list[float] = page.evaluate("window.beepsAt()")
    page.get_by_role("button", name="Kết thúc").click()
    page.get_by_text("Đã kết thúc").wait_for()
    page.wait_for_timeout(1500)
    return made


def heard(book: Path) -> list[float]:
    """Return when the meter heard a beep begin (wall clock, s)."""
    lines = [line.split() for line in book.read_text(encoding="ascii").splitlines()]
    return [float(line[1]) for line in lines if line[0] == "onset"]


def pair(made: list[float], onsets: list[float]) -> list[float]:
    """Return the delay of each beep that was heard; beeps and onsets keep their order."""
    delays: list[float] = []
    rest = list(made)
    for onset in onsets:
        before = [b for b in rest if 0 < onset - b < _AWAY_S]
        if before:
            # the nearest one, unless the talk trails: then the order decides
            beep = before[0] if delays and abs(onset - before[0] - delays[-1]) < EVERY_S / 2 else before[-1]
            delays.append(onset - beep)
            rest = [b for b in rest if b > beep]
    return delays


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--slow", type=float, default=0, help="ms that each request takes longer")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        book = Path(folder) / "book.txt"
        book.touch()
        with station(Path(folder) / "home", book):
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
            )
            context = browser.new_context(base_url=f"http://127.0.0.1:{PORT}", locale="vi-VN")
            page = context.new_page()
            page.add_init_script(MICROPHONE)
            if given.slow:

                def later(route: Route) -> None:
                    time.sleep(given.slow / 1000)
                    route.continue_()

                page.route("**/pieces/*", later)
            made = talk(page, given.seconds)
            browser.close()
        delays = pair(made, heard(book))
    if len(delays) < 5:
        raise SystemExit(f"only {len(delays)} of {len(made)} beeps were heard")
    ms = [1000 * d for d in delays]
    print(
        f"voice to sink, {len(ms)} beeps of {len(made)} over {given.seconds:.0f} s: first {ms[0]:.0f} ms, "
        f"median {statistics.median(ms):.0f} ms, worst {max(ms):.0f} ms, the last five {statistics.median(ms[-5:]):.0f} ms"
    )
    print(
        f"what explains it: a piece of the page 100 ms, in hand at play-out {1000 * IN_HAND_S:.0f} ms, a chunk 20 ms, the "
        "pipe up to 85 ms, the requests the rest"
    )


if __name__ == "__main__":
    main()
