"""How well speech is understood behind a horn: ESTOI of mastering chains, side by side.

Run: python tests/benchmarks/horn.py [CLIP.wav …]

The horn: a band of 350 Hz to 6 kHz, an echo off a house after 120 ms, a tail of 0.6 s, and speech-shaped noise whose
level is set from the unprocessed voice, at SNR -5, 0, 5 and 10 dB. Every chain is brought to the same true peak as the
unprocessed voice (an amplifier clips at a peak), and again to the same RMS. ESTOI (pystoi) compares with the clean
unprocessed voice. Speech: espeak-ng, and the recordings named on the command line.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
from pystoi import stoi

sys.path.insert(0, str(Path(__file__).parents[2]))

from broadcaster.sound import ffmpeg, meter
from broadcaster.sound.join import Part, join
from broadcaster.sound.profiles import HORN
from broadcaster.speech.espeak import EspeakEngine

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.effects import compress_dynamic_range, normalize

RATE = 48_000
SNRS = (-5, 0, 5, 10)
SENTENCES = (
    "Ủy ban nhân dân xã thông báo lịch tiêm phòng vắc xin cho trẻ em dưới năm tuổi.",
    "Đề nghị bà con chủ động kiểm tra đường dây điện, chằng chống nhà cửa trước cơn bão.",
    "Người dân có thể nộp hồ sơ trực tuyến tại cổng dịch vụ công quốc gia.",
    "Xin mời các hộ gia đình đến nhà văn hóa ấp lúc bảy giờ tối thứ sáu.",
)
DRIVE = HORN.drive
SIX_FILTERS = (
    "highpass=f=350",
    "highpass=f=350",
    "equalizer=f=2800:t=q:w=0.6:g=9",
    "alimiter=level_in=8:limit=0.5:attack=1:release=20:level=disabled",
)


def through(path: Path, filters: str) -> np.ndarray:
    arguments = [*ffmpeg.source(path), "-af", filters, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "pipe:1"]
    return np.frombuffer(ffmpeg.run(["-loglevel", "error", *arguments]).stdout, "<f4").astype(float)


def pydub_effect(path: Path, effect) -> np.ndarray:
    segment = effect(AudioSegment.from_file(path))
    return np.array(segment.get_array_of_samples()).astype(float) / 32768


def driven(path: Path, filters: tuple[str, ...]) -> np.ndarray:
    gain = DRIVE - meter.measure(path).integrated
    return through(path, ",".join([f"volume={gain:.2f}dB:precision=float", *filters]))


CHAINS = {
    "no processing": lambda p: through(p, "anull"),
    "pydub normalize": lambda p: pydub_effect(p, normalize),
    "pydub compress_dynamic_range": lambda p: pydub_effect(p, compress_dynamic_range),
    "loudnorm -16 (ffmpeg-normalize's filter)": lambda p: through(p, "loudnorm=I=-16:TP=-1.5:LRA=7"),
    "six filters": lambda p: driven(p, SIX_FILTERS),
    "loa horn": lambda p: driven(p, HORN.shaping),
}


def true_peak(x: np.ndarray) -> float:
    size = 1 << (len(x) - 1).bit_length()
    spectrum = np.fft.rfft(x, size)
    return float(np.abs(np.fft.irfft(np.concatenate([spectrum, np.zeros(3 * size // 2)]), 4 * size) * 4).max())


def aligned(x: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Take out a chain's look-ahead, so that ESTOI compares the same moments."""
    size = 1 << (len(reference) + len(x)).bit_length()
    match = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(reference, size)), size)
    near = np.concatenate([match[-4800:], match[:4800]])
    delay = int(np.abs(near).argmax()) - 4800
    moved = x[delay:] if delay >= 0 else np.concatenate([np.zeros(-delay), x])
    return np.pad(moved, (0, max(0, len(reference) - len(moved))))[: len(reference)]


def room(seed: int = 7) -> np.ndarray:
    """Impulse response of horn and street: band, one echo, a decaying tail."""
    random = np.random.default_rng(seed)
    n = np.arange(round(0.6 * RATE))
    tail = random.standard_normal(n.size) * 10 ** (-3 * n / n.size)
    response = 0.25 * tail / np.sqrt((tail**2).sum())
    response[0] += 1.0
    response[round(0.12 * RATE)] += 0.35
    return response


def banded(x: np.ndarray, low: float = 350, high: float = 6000) -> np.ndarray:
    spectrum = np.fft.rfft(x)
    f = np.fft.rfftfreq(len(x), 1 / RATE) + 1e-9
    return np.fft.irfft(spectrum / np.sqrt(1 + (low / f) ** 8) / np.sqrt(1 + (f / high) ** 8), len(x))


ROOM = room()


def horn(x: np.ndarray) -> np.ndarray:
    size = 1 << (len(x) + len(ROOM)).bit_length()
    return banded(np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(ROOM, size), size)[: len(x)])


def shaped_noise(x: np.ndarray, seed: int = 3) -> np.ndarray:
    """Noise with the long-term spectrum of this speech, at its RMS."""
    random = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * random.uniform(size=len(x) // 2 + 1))
    smooth = np.convolve(np.abs(np.fft.rfft(x)), np.ones(301) / 301, "same")
    noise = np.fft.irfft(smooth * phases, len(x))
    return noise * np.sqrt((x**2).mean() / (noise**2).mean())


def scores(path: Path, chains=None) -> dict[str, dict[str, list[float]]]:
    clean = through(path, "anull")
    heard = horn(clean)
    noise = shaped_noise(heard)
    peak, rms = true_peak(clean), np.sqrt((clean**2).mean())
    found: dict[str, dict[str, list[float]]] = {}
    for name, chain in (chains or CHAINS).items():
        x = aligned(chain(path), clean)
        found[name] = {}
        for mode, gain in (("peak", peak / true_peak(x)), ("rms", rms / np.sqrt((x**2).mean()))):
            y = horn(gain * x)
            found[name][mode] = [float(stoi(clean, y + noise * 10 ** (-snr / 20), RATE, extended=True)) for snr in SNRS]
    return found


def speech(folder: Path, clips: list[str]) -> list[Path]:
    engine = EspeakEngine()
    made = []
    for n, sentence in enumerate(SENTENCES):
        made.append(join([Part(engine.speak(sentence, voice="vi+f2"))], folder / f"espeak{n}.wav").path)
    for n, clip in enumerate(clips):
        target = folder / f"clip{n}.wav"
        shape = ["-t", "12", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-bitexact", str(target)]
        ffmpeg.run(["-loglevel", "error", "-i", clip, *shape])
        made.append(target)
    return made


def table(paths: list[Path], chains=None) -> None:
    all_scores = [scores(p, chains) for p in paths]
    for mode in ("peak", "rms"):
        print(f"\nESTOI at equal {'true peak' if mode == 'peak' else 'RMS'}, mean of {len(paths)} clips")
        print(f"{'SNR (dB)':42}" + "".join(f"{snr:7}" for snr in SNRS))
        for name in all_scores[0]:
            mean = np.mean([s[name][mode] for s in all_scores], axis=0)
            print(f"{name:42}" + "".join(f"{v:7.3f}" for v in mean))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        sources = speech(Path(work), sys.argv[1:])
        table(sources[: len(SENTENCES)])
        if len(sources) > len(SENTENCES):
            table(sources[len(SENTENCES) :])
