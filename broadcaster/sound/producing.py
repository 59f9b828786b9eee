"""A text file into a sound file, without a station: read, normalize, speak, master, encode."""

from __future__ import annotations

import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from broadcaster.errors import MediaError, RuleError
from broadcaster.rooms import room
from broadcaster.sound.export import Exported, Tags, check_cover, check_target, export
from broadcaster.sound.render import Element, SpokenSentence, Sting, produce, wanted
from broadcaster.sound.store import Store, keep_whole
from broadcaster.sound.vtt import web_vtt
from broadcaster.speech.cache import ClipCache, user_cache
from broadcaster.text import Lexicon, Profile, Spoken, directions, normalize
from broadcaster.text.ingest import load, read_script
from broadcaster.text.prepared import prepare

DEFAULT_VOICES: Final = ("vi-neural:south-female", "espeak:vi+f2")
AGAIN: Final = "Xin nhắc lại."
_AGAIN_PAUSE_MS: Final = 900
_CACHE_BYTES: Final = 1_000_000_000
_TRUE_PEAK: Final = -1.5
"""Half a decibel below what is promised, for what MP3 adds."""
_MADE: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionOrder:
    """What is to be made of a text."""

    voices: Sequence[str] = DEFAULT_VOICES
    profile: str = "horn"
    region: str = "south"
    """How numbers are read: south or north."""
    rate: float = 1.0
    loudness: float | None = None
    """LUFS instead of the profile's."""
    frame: bool = False
    """With the opening tune before and the closing tune after."""
    twice: bool = False
    """Read twice."""
    music: str | None = None
    """Music under the whole text: a station sound or a file."""
    title: str | None = None
    unit: str | None = None
    cover: Path | None = None
    subtitles: bool = False
    """A WebVTT file beside the sound."""
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What was made."""

    file: Exported
    duration_ms: int
    voice: str
    engine_version: str
    cached: int
    new: int
    notes: tuple[str, ...]
    """Vietnamese sentences: what was left out of the text, which voice failed, what should be looked at."""
    subtitles: Path | None


@cache
def station_sounds() -> dict[str, Path]:
    """The shipped station sounds by name."""
    base = room("audio")
    rows = tomllib.loads((base / "manifest.toml").read_text(encoding="utf-8"))["sound"]
    return {row["name"]: base / row["file"] for row in rows}


def sound_named(name: str, *, where: str) -> Path:
    """A station sound by name, or the file of that name.

    Raises:
        RuleError: there is neither.
    """
    if (found := station_sounds().get(name)) is not None:
        return found
    path = Path(name)
    if path.is_file():
        return path
    raise RuleError(
        f"Không có âm thanh “{name}”. Hãy chỉ một tệp, hoặc dùng: {', '.join(sorted(station_sounds()))}.", field=where
    )


def elements_of(spoken: Spoken, marks: tuple[directions.Direction, ...], order: ProductionOrder) -> list[Element]:
    """A spoken text as lines and sounds, framed, repeated and with music as ordered.

    Raises:
        RuleError: a direction names a sound that does not exist.
    """
    under = sound_named(order.music, where="music") if order.music else None
    body: list[Element] = []
    for sentence, turn in zip(spoken.sentences, directions.turns(spoken, marks), strict=True):
        body += [Sting(sound_named(name, where=f"[âm thanh: {name}]")) for name in turn.before]
        music = sound_named(turn.music, where=f"[nhạc nền: {turn.music}]") if turn.music else under
        body.append(SpokenSentence(sentence.text, sentence.pause_ms, turn.gender, music))
    body += [Sting(sound_named(name, where=f"[âm thanh: {name}]")) for name in directions.after(spoken, marks)]
    if order.twice:
        first = next((e for e in body if isinstance(e, SpokenSentence)), None)
        again = SpokenSentence(AGAIN, _AGAIN_PAUSE_MS, first.gender if first else None, under)
        body = [*body, again, *body]
    if order.frame:
        sounds = station_sounds()
        body = [Sting(sounds["nhac-hieu"]), *body, Sting(sounds["nhac-ket"])]
    return body


def produce_file(
    source: Path,
    target: Path,
    order: ProductionOrder,
    *,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
    clips: Path | None = None,
) -> Produced:
    """Make a sound file of a text file (.txt, .md, .docx, .odt, .pdf).

    Args:
        source: the text.
        target: where the sound goes; its ending says the format.
        order: how.
        progress: told the share that is done, 0 to 1.
        cancel: stops the work.
        clips: where spoken sentences are kept between runs; the user's cache by default.

    Raises:
        RuleError: the text, the order or the target is wrong; nothing is made.
        EngineError: no voice could speak it.
        MediaError: the sound could not be made or written.
    """
    tell = progress or (lambda _share: None)
    check_target(target, overwrite=order.overwrite)
    captions = target.with_suffix(".vtt") if order.subtitles else None
    if captions is not None and captions.exists() and not order.overwrite:
        raise RuleError("Tệp phụ đề đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(captions))
    if order.cover is not None:
        check_cover(order.cover)
    profile = wanted(order.profile, order.loudness, _TRUE_PEAK)
    title, unit, spoken, marks, notes = _read(source, order)
    elements = elements_of(spoken, marks, order)
    place = clips or user_cache()
    cached = ClipCache(place, _CACHE_BYTES)
    with _workspace(place) as folder:
        made = produce(
            elements,
            folder,
            voices=order.voices,
            profile=profile,
            rate=order.rate,
            cache=cached,
            progress=lambda share: tell(_MADE * share),
            cancel=cancel,
        )
        tags = Tags(order.title or title, order.unit or unit, f"Giọng {made.spoken.voice}", order.cover)
        file = export(made.mastered.path, target, tags, overwrite=order.overwrite)
    if captions is not None:
        lines = [e for e in elements if isinstance(e, SpokenSentence)]
        text = web_vtt((e.text, c.start_ms, c.end_ms) for e, c in zip(lines, made.cues, strict=True))
        keep_whole(captions, text.encode(), overwrite=order.overwrite)
    tell(1.0)
    return Produced(
        file=file,
        duration_ms=made.mastered.duration_ms,
        voice=made.spoken.voice,
        engine_version=made.spoken.version,
        cached=made.spoken.cached,
        new=made.spoken.new,
        notes=(*notes, *made.spoken.notes, *file.notes),
        subtitles=captions,
    )


@contextmanager
def _workspace(place: Path) -> Iterator[Path]:
    """Lend a folder for work in progress; what a killed run left in its place is removed by the next.

    It is in the user's cache, so that nothing of it is ever seen beside the file that is wanted; where that refuses,
    among the system's temporary files.
    """
    try:
        store = Store(place / ".work")
    except MediaError:
        with tempfile.TemporaryDirectory(prefix="loa-") as folder:
            yield Path(folder)
        return
    with store.workspace() as lent:
        yield lent


def _read(
    source: Path, order: ProductionOrder
) -> tuple[str, str, Spoken, tuple[directions.Direction, ...], tuple[str, ...]]:
    """Title, unit, spoken text, directions and notes of a text file."""
    head, document = read_script(source.name, load(source))
    prepared = prepare(document.text)
    prepared.require(source.name)
    region = Profile.NORTH if order.region == "north" else Profile.SOUTH
    spoken = normalize(prepared.text, profile=region, lexicon=_lexicon(), explain=False)
    if not spoken.sentences:
        raise RuleError("Tệp không có câu nào để đọc.", field=str(source))
    told = [*(n.message for n in document.notes), *prepared.notes, *(n.message for n in spoken.warnings)]
    notes = list(dict.fromkeys(told))
    notes += [f"Không đọc ({r.reason}): {' '.join(r.text.split())[:80]}" for r in prepared.cleaned.removed]
    return (
        str(head.get("title") or source.stem),
        str(head.get("unit") or ""),
        spoken,
        prepared.directions,
        tuple(notes),
    )


@cache
def _lexicon() -> Lexicon:
    paths = sorted((room("scripts") / "lexicon").glob("*.toml"))
    return Lexicon.from_files(*(p.read_text(encoding="utf-8") for p in paths))
