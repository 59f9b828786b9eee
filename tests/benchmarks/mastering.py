"""What mastering costs: seconds and memory for 15 minutes (or as many as are named), beside other ways.

Run: python tests/benchmarks/mastering.py [MINUTES [NAME ...]]      (15 by default; 120 for two hours)

Names choose the ways whose names begin so: `120 loa sox` leaves out what takes long.

The programme is espeak-ng speech repeated to length, 48 kHz, mono. Memory is the highest resident set of the process
that did the work and of its ffmpeg together.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = {
    "loa horn": "from broadcaster.sound.master import master as m; from broadcaster.sound.profiles import HORN as p; m(s, t, p)",
    "loa studio": "from broadcaster.sound.master import master as m; from broadcaster.sound.profiles import STUDIO as p; m(s, t, p)",
    "sox norm + compand": (
        "import subprocess; subprocess.run(['sox', str(s), str(t), 'highpass', '200', 'compand', '0.01,0.1',"
        " '-60,-60,-30,-15,-20,-10,0,-6', 'norm', '-1.5'], check=True)"
    ),
    "ffmpeg-normalize": (
        "import os, subprocess; from broadcaster.media import ffmpeg as f;"
        "subprocess.run(['ffmpeg-normalize', str(s), '-o', str(t), '-f', '-t', '-16', '-tp', '-1.5', '-c:a', 'flac',"
        " '-ar', '48000'], check=True, capture_output=True, env=os.environ | {'FFMPEG_PATH': f.program()})"
    ),
    "pydub normalize": "from pydub import AudioSegment as A; from pydub.effects import normalize as n; n(A.from_file(s)).export(t, format='flac')",
    "pydub normalize + compress": (
        "from pydub import AudioSegment as A; from pydub.effects import normalize as n, compress_dynamic_range as c;"
        "n(c(A.from_file(s))).export(t, format='flac')"
    ),
    "loudnorm, one pass": "from broadcaster.media import ffmpeg as f; f.run(['-i', str(s), '-af', 'loudnorm=I=-16:TP=-1.5', '-ar', '48000', str(t)])",
    "loudnorm, two passes": (
        "from broadcaster.media import ffmpeg as f;"
        "f.run(['-i', str(s), '-af', 'loudnorm=I=-16:TP=-1.5:print_format=json', '-f', 'null', '-']);"
        "f.run(['-i', str(s), '-af', 'loudnorm=I=-16:TP=-1.5', '-ar', '48000', str(t)])"
    ),
}
SLOW = {"pydub normalize + compress"}


def programme(minutes: float, folder: Path) -> Path:
    sys.path.insert(0, str(ROOT))
    from broadcaster.media import ffmpeg
    from broadcaster.sound.join import JoinPart, join
    from broadcaster.speech.espeak import EspeakEngine

    said = ["Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em.", "Mời bà con theo dõi và thực hiện."]
    once = join([JoinPart(EspeakEngine().speak(s), 600) for s in said], folder / "once.wav").path
    long = folder / "long.wav"
    ffmpeg.run(["-stream_loop", "-1", "-i", str(once), "-t", str(minutes * 60), "-c:a", "pcm_s16le", str(long)])
    return long


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    with tempfile.TemporaryDirectory() as work:
        source = programme(minutes, Path(work))
        from broadcaster.media import ffmpeg

        (Path(work) / "ffmpeg").symlink_to(ffmpeg.program())  # pydub and ffmpeg-normalize look for it on the path
        path = os.pathsep.join([work, str(Path(sys.executable).parent), os.environ["PATH"]])
        print(f"{minutes:g} minutes, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'':30}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}")
        for name, code in WORK.items():
            if (name in SLOW and minutes > 2) or (sys.argv[2:] and not name.startswith(tuple(sys.argv[2:]))):
                continue
            lines = (
                "import warnings, sys, resource; warnings.simplefilter('ignore'); from pathlib import Path\n"
                "s, t = Path(sys.argv[1]), Path(sys.argv[2])\n"
                f"{code}\n"
                "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
            )
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", lines, source, Path(work) / "out.flac"],
                cwd=ROOT,
                check=False,
                capture_output=True,
                text=True,
                env=os.environ | {"PATH": path},
            )
            if done.returncode:
                print(f"{name:30}  (not installed: {done.stderr.strip().splitlines()[-1][:100]})")
                continue
            wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{name:30}{wall:9.1f}{cpu:9.1f}{int(done.stdout.split()[-1]) / 1024:9.0f}", flush=True)


if __name__ == "__main__":
    main()
