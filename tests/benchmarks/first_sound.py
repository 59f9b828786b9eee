"""How long until a new sentence is heard: from the request to the first samples, each engine in a process of its own.

    python tests/benchmarks/first_sound.py [--voice vi-neural:south-female ...] [--repeat 5]

`cold` is the first sentence of a fresh process (the engine's module is imported, the model loaded); `warm` the median
of the sentences after it, none of which was spoken before. Aims on two quiet cores: 2 s neural, 300 ms espeak-ng.
`times_real_time` is the whole of the warm sentences, `peak_mb` the process's largest resident memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

VOICES = ("vi-neural:south-female", "espeak:vi+f2")
SENTENCES = {
    "8 syllables": "Bà con xã {} chú ý lắng nghe.",
    "15 syllables": "Ủy ban nhân dân xã {} thông báo lịch cắt điện ngày mai.",
    "29 syllables": "Do ảnh hưởng của bão số {}, bà con chằng chống nhà cửa, đưa ghe vào bờ, không ra sông, không "
    "đi qua cầu, và nghe tiếp thông báo.",
}
NAMES = ("Ba", "Năm", "Tư", "Sáu", "Hai", "Bảy", "Tám", "Chín", "Mười", "Một")


def measure(voice: str, repeat: int) -> dict[str, object]:
    began = time.perf_counter()
    from broadcaster.speech.registry import engine_of, split

    engine, id_ = engine_of(voice), split(voice)[1]
    stream = getattr(engine, "stream", None)

    def first(sentence: str) -> tuple[float, float, float]:
        """Seconds to the first sound, seconds to the last, seconds of sound."""
        start = time.perf_counter()
        clips = stream(sentence, voice=id_) if stream else iter([engine.speak(sentence, voice=id_)])
        clip = next(clips)
        heard = time.perf_counter() - start
        long = clip.seconds + sum(c.seconds for c in clips)
        return heard, time.perf_counter() - start, long

    preparing = time.perf_counter() - began
    cold = preparing + first(SENTENCES["8 syllables"].format("Mới"))[0]
    warm: dict[str, float] = {}
    spent = sounded = 0.0
    for name, form in SENTENCES.items():
        times = [first(form.format(word)) for word in NAMES[:repeat]]
        warm[name] = round(1000 * statistics.median(t[0] for t in times))
        spent += sum(t[1] for t in times)
        sounded += sum(t[2] for t in times)
    return {
        "voice": voice,
        "cold_ms": round(1000 * cold),
        "warm_ms": warm,
        "times_real_time": round(spent / sounded, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", action="append", help="engine:voice; may be repeated")
    parser.add_argument("--repeat", type=int, default=5, choices=range(1, len(NAMES) + 1), metavar="1-10")
    parser.add_argument("--here", action="store_true", help="measure in this process (used by the program itself)")
    args = parser.parse_args()
    voices = args.voice or list(VOICES)
    if args.here:
        print(json.dumps(measure(voices[0], args.repeat), ensure_ascii=False))
        return
    for voice in voices:
        command = [sys.executable, __file__, "--here", "--voice", voice, "--repeat", str(args.repeat)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
