"""How the station says its words: the shipped lexicon, the home's files, the station's entries, a script's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final
from unicodedata import category

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from broadcaster import handwritten
from broadcaster.db.models import LexiconRow, LexiconVersion
from broadcaster.disks import reason
from broadcaster.domain.fold import one_line
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.errors import RuleError
from broadcaster.rooms import room
from broadcaster.services.station import Station
from broadcaster.text import Lexicon, LexiconEntry, LexiconError, Mode, parse_lexicon
from broadcaster.text.sentences import syllables
from broadcaster.text.syllables import is_syllable

MODES: Final = {
    Mode.EXPAND: "Đọc đầy đủ",
    Mode.WORD: "Đọc như một từ",
    Mode.SPELL: "Đọc từng chữ cái",
    Mode.LEAVE: "Giữ nguyên",
}
"""The kinds of entry that a station may make, with what an editor reads."""
MAX_WRITTEN: Final = 120
MAX_SPOKEN: Final = 400
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_ENGINE = re.compile(r"[a-z][a-z0-9-]{1,31}")


_Texts = tuple[tuple[str, ...], ...]


def lexicon_texts(station: Station) -> _Texts:
    """The shipped lexicon files, then the station's own (`scripts/lexicon/*.toml` in the home): two layers.

    An own file that cannot be used is left out, and `own_faults` tells of it: the rest is read, alarms among it.
    """
    shipped = tuple(_text(p, *_mark(p)) for p in sorted((room("scripts") / "lexicon").glob("*.toml")))
    return shipped, tuple(found for found in _own(station).values() if not isinstance(found, RuleError))


def _mark(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=64)
def _text(path: Path, _changed: int, _size: int) -> str:
    """The text of a file as it is since it changed last: it is asked for with every word that is read."""
    return handwritten.text(path)


def own_faults(station: Station) -> list[str]:
    """A sentence for each lexicon file of the station's own that cannot be used, and is left out."""
    wrong = [(name, found) for name, found in _own(station).items() if isinstance(found, RuleError)]
    return [f"scripts/lexicon/{name} không dùng được nên bị bỏ qua: {found.message}" for name, found in wrong]


def _own(station: Station) -> dict[str, str | RuleError]:
    """The text of each own file by its name, or what is wrong with it."""
    found: dict[str, str | RuleError] = {}
    for path in sorted((station.home.root / "scripts" / "lexicon").glob("*.toml")):
        try:
            text = _text(path, *_mark(path))
            found[path.name] = _fault(text) or text
        except RuleError as error:
            found[path.name] = error
        except OSError as error:
            found[path.name] = RuleError(f"không đọc được ({reason(error)}).")
    return found


@lru_cache(maxsize=32)
def _fault(text: str) -> RuleError | None:
    try:
        parse_lexicon(text)
    except LexiconError as error:
        return RuleError(str(error))
    except (AttributeError, TypeError, ValueError):
        return RuleError("tệp không đúng dạng từ điển đọc.")
    return None


@lru_cache(maxsize=2)
def _files(texts: _Texts, day: dt.date) -> Lexicon:
    shipped, own = (Lexicon.from_files(*layer) for layer in texts)
    return shipped.over(own).on(day)


@dataclass(frozen=True)
class _Layers:
    """Layers of entries, told apart by their text: entries hold mappings and so have no hash."""

    text: str
    layers: tuple[tuple[LexiconEntry, ...], ...] = field(compare=False)


@lru_cache(maxsize=2)
def _of_day(texts: _Texts, day: dt.date) -> Callable[[_Layers], Lexicon]:
    """What puts layers over the files of one day: with the day, all that was made for it is let go."""

    @lru_cache(maxsize=64)
    def over(added: _Layers) -> Lexicon:
        lexicon = _files(texts, day)
        for layer in added.layers:
            lexicon = lexicon.over(Lexicon(layer).on(day))
        return lexicon

    return over


def _over(texts: _Texts, day: dt.date, added: _Layers) -> Lexicon:
    return _of_day(texts, day)(added)


def layered(station: Station, *layers: Iterable[LexiconEntry]) -> Lexicon:
    """The files' lexicon with `layers` of entries over it, each over the one before, as it stands today."""
    added = tuple(found for layer in layers if (found := tuple(layer)))
    return _over(lexicon_texts(station), station.today(), _Layers(repr(added), added))


def shipped_with(station: Station, entries: Iterable[LexiconEntry]) -> Lexicon:
    """The lexicon as it was shipped with these entries over it, and nothing else of the station's."""
    added = tuple(entries)
    return _over((lexicon_texts(station)[0], ()), station.today(), _Layers(repr(added), (added,)))


def lexicon_of(station: Station, session: Session, script_id: int | None = None) -> Lexicon:
    """The lexicon by which a script is read today; without a script, the station's."""
    return layered(station, entries(session), entries(session, script_id) if script_id else ())


def lexicon_mark(station: Station, session: Session, script_id: int | None = None) -> str:
    """The SHA-256 that names the words of this lexicon, for a rendition's record."""
    layers = [*entries(session), *(entries(session, script_id) if script_id else ())]
    return text_sha256("\n".join([*chain.from_iterable(lexicon_texts(station)), *map(repr, layers)]))


def version(session: Session) -> int:
    """The number of the newest version; 0 before the first change."""
    return session.scalar(select(func.max(LexiconVersion.number))) or 0


def live(script_id: int | None = None) -> Select[LexiconRow]:
    """The query of the entries in force, of the station or of a script, in the order they came."""
    scope = LexiconRow.script_id.is_(None) if script_id is None else LexiconRow.script_id == script_id
    return select(LexiconRow).where(LexiconRow.until.is_(None), scope).order_by(LexiconRow.id)


def entries(session: Session, script_id: int | None = None, *, at: int | None = None) -> tuple[LexiconEntry, ...]:
    """The entries of the station or of a script, those of version `at` or of today."""
    query = live(script_id)
    if at is not None:
        scope = LexiconRow.script_id.is_(None) if script_id is None else LexiconRow.script_id == script_id
        inside = (LexiconRow.since <= at, or_(LexiconRow.until.is_(None), LexiconRow.until > at))
        query = select(LexiconRow).where(scope, *inside).order_by(LexiconRow.id)
    return tuple(entry_of(row) for row in session.scalars(query))


def entry_of(row: LexiconRow) -> LexiconEntry:
    """A row as the front-end takes it; it is firm, for a person chose it."""
    return LexiconEntry(
        written=row.written,
        spoken=row.spoken,
        mode=Mode(row.mode),
        case="any" if row.any_case else "exact",
        preceded_by=tuple(row.preceded_by),
        followed_by=tuple(row.followed_by),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        respell={str(k): str(v) for k, v in row.respell.items()},
        alternatives=tuple(row.alternatives),
        note=row.note,
        firm=True,
    )


def row_of(entry: LexiconEntry, script_id: int | None, since: int) -> LexiconRow:
    """A new row for an entry."""
    return LexiconRow(
        script_id=script_id,
        written=entry.written,
        spoken=entry.spoken,
        mode=entry.mode.value,
        any_case=entry.case == "any",
        preceded_by=list(entry.preceded_by),
        followed_by=list(entry.followed_by),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        respell=dict(entry.respell),
        alternatives=list(entry.alternatives),
        note=entry.note,
        since=since,
        until=None,
    )


def checked(entry: LexiconEntry) -> LexiconEntry:
    """An entry fit to be kept: NFC, single-spaced, firm.

    Raises:
        RuleError: it cannot be; `field` names what is wrong.
    """
    written, spoken = (one_line(text) for text in (entry.written, entry.spoken))
    if not written:
        raise RuleError("Hãy ghi chữ viết trong văn bản.", field="written")
    for name, text in (("written", written), ("spoken", spoken), ("note", entry.note)):
        if any(category(c) in {"Cc", "Cs"} for c in text):
            raise RuleError("Có ký tự điều khiển không nhìn thấy; hãy gõ lại.", field=name)
    if len(written) > MAX_WRITTEN:
        raise RuleError(f"Chữ viết dài quá {MAX_WRITTEN} ký tự; hãy ghi đúng từ cần đọc khác.", field="written")
    if entry.mode not in MODES:
        raise RuleError(f"Kiểu “{entry.mode}” không dùng trong từ điển của đài.", field="mode")
    if entry.mode in {Mode.EXPAND, Mode.WORD}:
        _require_sayable(spoken)
    elif not any(c.isalpha() for c in written) or any(c.isdigit() for c in written):
        raise RuleError("Kiểu này chỉ dùng cho chữ; với con số hãy chọn “Đọc đầy đủ”.", field="mode")
    _require_keepable(entry)
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        raise RuleError("Ngày hết hạn phải sau ngày bắt đầu.", field="valid_until")
    return replace(
        entry,
        written=written,
        spoken="" if entry.mode is Mode.LEAVE else spoken,
        preceded_by=_conditions(entry.preceded_by, "preceded_by"),
        followed_by=_conditions(entry.followed_by, "followed_by"),
        respell=_respellings(entry.respell, _said_bounds(entry.mode, written, spoken)),
        note=one_line(entry.note)[:500],
        firm=True,
    )


def is_ordinary(written: str) -> bool:
    """Whether a written form is made of ordinary words or figures, and not an abbreviation or a foreign name."""
    words = _WORDS.findall(written.lower())
    return not words or any(w.isdecimal() or is_syllable(w) for w in words)


def _require_keepable(entry: LexiconEntry) -> None:
    for name in ("near", "look"):
        if getattr(entry, name):
            raise RuleError(
                f"Trường “{name}” chỉ dùng trong tệp ở thư mục scripts/lexicon của đài, không đưa vào từ điển này "
                "được; hãy bỏ trường đó, hoặc đặt mục vào tệp ấy.",
                field=name,
            )


def _require_sayable(spoken: str) -> None:
    if not any(c.isalpha() for c in spoken):
        raise RuleError("Hãy ghi cách đọc bằng chữ.", field="spoken")
    if any(c.isdigit() for c in spoken):
        raise RuleError("Cách đọc phải viết hết bằng chữ, không có chữ số.", field="spoken")
    if len(spoken) > MAX_SPOKEN:
        raise RuleError(f"Cách đọc dài quá {MAX_SPOKEN} ký tự.", field="spoken")


def _said_bounds(mode: Mode, written: str, spoken: str) -> tuple[int, int]:
    """How few and how many syllables another spelling of the same sound may have."""
    if mode is Mode.SPELL:
        letters = sum(c.isalpha() for c in written)
        return letters - 1, 2 * letters + 1
    if mode is Mode.LEAVE and not is_ordinary(written):  # a foreign name, said as it is said there
        return 1, sum(c.isalpha() for c in written) // 2 + 1
    count = syllables(written if mode is Mode.LEAVE else spoken)
    return count - 1, count + 1


def _respellings(pairs: Mapping[str, str], bounds: tuple[int, int]) -> dict[str, str]:
    found = {}
    for engine, text in pairs.items():
        said = one_line(text)
        if not _ENGINE.fullmatch(engine) or not said or len(said) > MAX_SPOKEN or any(c.isdigit() for c in said):
            raise RuleError(
                "Cách đọc riêng viết theo kiểu “espeak = phây-búc”, mỗi bộ đọc một dòng, không có chữ số.",
                field="respell",
            )
        if not bounds[0] <= syllables(said) <= bounds[1]:
            raise RuleError(
                f"“{said}” dài hoặc ngắn hơn cách đọc quá một tiếng. Cách đọc riêng chỉ để máy phát âm đúng, không để "
                "nói điều khác.",
                field="respell",
            )
        found[engine] = said
    return found


def spoken_form(entry: LexiconEntry, lexicon: Lexicon) -> str:
    """What an entry says, for showing it in a list."""
    if entry.mode is Mode.LEAVE:
        return entry.written
    return entry.spoken or lexicon.spell(entry.written)


def _conditions(phrases: Sequence[str], name: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(c for p in phrases if (c := one_line(p.lower()))))
    if len(found) > 12 or any(len(c) > 60 for c in found):
        raise RuleError("Điều kiện tối đa 12 cụm từ, mỗi cụm 60 ký tự.", field=name)
    return found
