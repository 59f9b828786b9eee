"""The lexicon: how words, abbreviations, units and issuers are said; layers of data, the later over the earlier.

Data comes as TOML. `[expand]`, `[word]`, `[spell]`, `[leave]` and `[typo]` map a written form to its spoken form
(a list of forms for `spell` and `leave`); `[[entry]]` gives one entry with conditions; the other tables
(`[letters]`, `[units]`, `[document_types]`, `[issuers]`, `[web]`, `[symbols]`, `[currencies]`) feed the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any
from unicodedata import normalize as unicode_normalize

from broadcaster import handwritten
from broadcaster.errors import RuleError

_MODES = frozenset(("expand", "word", "spell", "leave", "typo"))
TABLES = ("letters", "units", "document_types", "issuers", "web", "symbols", "currencies", "subjects")
_FIELDS = frozenset(
    [
        "written",
        "spoken",
        "mode",
        "case",
        "preceded_by",
        "followed_by",
        "near",
        "valid_from",
        "valid_until",
        "respell",
        "alternatives",
        "note",
        "look",
    ]
)


class LexiconError(ValueError):
    """Raised when lexicon data cannot be used; the message is a Vietnamese sentence."""


class Mode(StrEnum):
    """What is done with the written form."""

    EXPAND = "expand"
    WORD = "word"
    SPELL = "spell"
    LEAVE = "leave"
    TYPO = "typo"


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEntry:
    """How one written form is said.

    `case` is `exact` or `any`. `preceded_by` and `followed_by` list phrases of which one must stand there, in any
    case; `<số>` stands for a figure, `<máy>` for a telephone number, `<số phòng>` for three or four figures, `<phần trăm>` for a share, `<tên>` for a capitalised word, `<hết>` for the end of a clause. The entry
    is for a subject when one of the phrases of `near` stands within a sentence's length on the same line. It
    holds from `valid_from` to `valid_until`, both included. `respell` gives other spellings for named engines.
    A `typo` entry leaves the words as they are and tells a person that `spoken` was probably meant. A `firm` entry
    is a person's own choice (of the station or of one script): it is read before any rule has its say, and its
    written form may be a figure, a code or an address.
    """

    written: str
    spoken: str = ""
    mode: Mode = Mode.EXPAND
    case: str = "exact"
    preceded_by: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    respell: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    note: str = ""
    look: bool = False
    firm: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the entry is valid on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def key(self) -> tuple[str, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Entries with the same key replace each other, the later layer winning."""
        folded = self.case == "any"
        return (self.written.lower() if folded else self.written, folded, self.preceded_by, self.followed_by, self.near)

    @property
    def conditional(self) -> bool:
        """Whether the entry holds in some places only."""
        return bool(self.preceded_by or self.followed_by or self.near)


def first_token(written: str) -> str:
    """The lower-case run of letters, or the single other character, that a written form starts with."""
    end = 0
    while end < len(written) and written[end].isalpha():
        end += 1
    return written[: end or 1].lower()


@dataclass(frozen=True, repr=False)
class Lexicon:
    """Entries and tables; immutable. Make one by `from_files`, `from_toml` or `of`, add layers by `over`."""

    entries: tuple[LexiconEntry, ...] = ()
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Lexicon({len(self.entries)} entries, {len(self.tables)} tables)"

    @classmethod
    def from_toml(cls, *texts: str) -> Lexicon:
        """The lexicon of some TOML texts, each a layer over those before it; raises LexiconError."""
        lexicon = cls()
        for text in texts:
            lexicon = lexicon.over(parse_lexicon(text))
        return lexicon

    @classmethod
    def from_files(cls, *texts: str) -> Lexicon:
        """The lexicon of the TOML files of one layer; raises LexiconError.

        As in `from_toml` a later file wins, but a condition stands whichever file it is in: an entry without one
        never silences it.
        """
        lexicon = cls()
        for text in texts:
            lexicon = lexicon._joined(parse_lexicon(text), settles=False)
        return lexicon

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Lexicon:
        """The lexicon of already parsed data, shaped like the TOML; raises LexiconError."""
        return _from_data(data)

    def over(self, layer: Lexicon) -> Lexicon:
        """A lexicon in which `layer` wins over this one (station over shipped, script over station).

        An unconditional entry of `layer` settles its word: conditions below it no longer apply.
        """
        return self._joined(layer, settles=True)

    def _joined(self, layer: Lexicon, *, settles: bool) -> Lexicon:
        replaced = {entry.key for entry in layer.entries}
        settled = {e.key[0] for e in layer.entries if not e.conditional}
        kept = tuple(
            e
            for e in self.entries
            if e.key not in replaced
            and ((e.conditional and not settles) or (e.key[0] not in settled and e.written not in settled))
        )
        tables = {
            name: {**self.tables.get(name, {}), **layer.tables.get(name, {})}
            for name in TABLES
            if name in self.tables or name in layer.tables
        }
        return Lexicon(layer.entries + kept, tables)

    def on(self, day: date) -> Lexicon:
        """Only the entries that are valid on `day`."""
        return replace(self, entries=tuple(e for e in self.entries if e.holds_on(day)))

    def for_engine(self, engine: str) -> Lexicon:
        """The lexicon with each spoken form as `engine` needs it spelled."""
        return replace(
            self,
            entries=tuple(
                replace(e, spoken=e.respell[engine], mode=Mode.WORD) if engine in e.respell else e for e in self.entries
            ),
        )

    def table(self, name: str) -> Mapping[str, str]:
        """One of the tables; empty when the data has none."""
        return self.tables.get(name, {})

    @cached_property
    def index(self) -> Mapping[str, tuple[LexiconEntry, ...]]:
        """Entries by first token: the longest written form first, conditions before none."""
        return _indexed(self.entries)

    @cached_property
    def firm(self) -> Mapping[str, tuple[LexiconEntry, ...]]:
        """As `index`, of the firm entries alone; empty for the shipped lexicon."""
        return _indexed(e for e in self.entries if e.firm)

    @cached_property
    def by_written(self) -> Mapping[str, LexiconEntry]:
        """The unconditional entry of each written form."""
        found: dict[str, LexiconEntry] = {}
        for entry in self.entries:
            if not entry.conditional:
                found.setdefault(entry.written, entry)
        return found

    def before_figure(self, written: str) -> LexiconEntry | None:
        """The entry for letters that a figure follows without a blank, as in KP3."""
        for entry in self.index.get(first_token(written), ()):
            if entry.written == written and entry.spoken and entry.mode in (Mode.EXPAND, Mode.WORD):
                named = "<số>" in entry.followed_by and written not in self.table("document_types")
                if not entry.preceded_by and not entry.near and (not entry.followed_by or named):
                    return entry
        return None

    def letter(self, letter: str) -> str:
        """The name of a letter; the letter itself when the table has none."""
        return self.table("letters").get(letter.lower(), letter.lower())

    def spell(self, word: str) -> str:
        """The names of the word's letters."""
        return " ".join(self.letter(c) for c in word if c.isalpha())


def _indexed(entries: Iterable[LexiconEntry]) -> Mapping[str, tuple[LexiconEntry, ...]]:
    found: dict[str, list[LexiconEntry]] = {}
    for entry in entries:
        found.setdefault(first_token(entry.written), []).append(entry)
    return {
        token: tuple(sorted(group, key=lambda e: (-len(e.written), _generality(e), e.case == "any")))
        for token, group in found.items()
    }


def _generality(entry: LexiconEntry) -> int:
    """0 for a condition in words or a share, 1 for a subject near by, 2 for a condition by kind, 3 for none."""
    conditions = entry.preceded_by + entry.followed_by
    if not conditions:
        return 1 if entry.near else 3
    return 2 * int(any(c.startswith("<") and c != "<phần trăm>" for c in conditions))


def parse_lexicon(toml_text: str) -> Lexicon:
    """The lexicon of one TOML text; raises LexiconError with a Vietnamese sentence."""
    try:
        data = handwritten.table(toml_text, field=())
    except RuleError as error:
        raise LexiconError(f"Từ điển đọc: {error.message}") from None
    return _from_data(data)


def _from_data(data: Mapping[str, Any]) -> Lexicon:
    entries: list[LexiconEntry] = []
    tables: dict[str, dict[str, str]] = {}
    for section, content in data.items():
        if section == "entry":
            entries += [_entry(item) for item in content]
        elif section in _MODES:
            entries += _simple(Mode(section), content)
        elif section in TABLES:
            tables[section] = {_nfc(k): _nfc(str(v)) for k, v in content.items()}
        else:
            raise LexiconError(f"Từ điển đọc có mục lạ [{section}]; hãy xem lại tên mục.")
    return Lexicon(tuple(entries), tables)


def _simple(mode: Mode, content: Mapping[str, str] | Mapping[str, list[str]]) -> Iterable[LexiconEntry]:
    for written, spoken in content.items():
        if isinstance(spoken, list):
            for form in spoken:
                yield LexiconEntry(written=_nfc(form), mode=mode, case="any" if written == "any" else "exact")
        else:
            case = "exact" if mode is Mode.EXPAND and any(c.isupper() for c in written) else "any"
            yield LexiconEntry(
                written=_nfc(written), spoken=_nfc(spoken), mode=mode, case="exact" if mode is Mode.TYPO else case
            )


def _entry(item: Mapping[str, Any]) -> LexiconEntry:
    written = _nfc(str(item.get("written", ""))).strip()
    if not written:
        raise LexiconError("Một mục từ điển đọc thiếu cách viết (written).")
    strange = set(item) - _FIELDS
    if strange:
        raise LexiconError(f"Mục “{written}” có trường lạ: {', '.join(sorted(strange))}.")
    try:
        mode = Mode(item.get("mode", "expand"))
    except ValueError as error:
        raise LexiconError(f"Mục “{written}” có cách đọc lạ: {item['mode']}.") from error
    spoken = _nfc(str(item.get("spoken", "")))
    if not spoken and mode in (Mode.EXPAND, Mode.WORD, Mode.TYPO):
        raise LexiconError(f"Mục “{written}” thiếu cách đọc (spoken).")
    if item.get("case", "exact") not in ("exact", "any"):
        raise LexiconError(f"Mục “{written}”: case phải là exact hoặc any.")
    return LexiconEntry(
        written=written,
        spoken=spoken,
        mode=mode,
        case=item.get("case", "exact"),
        preceded_by=_phrases(item, "preceded_by"),
        followed_by=_phrases(item, "followed_by"),
        near=_phrases(item, "near"),
        valid_from=_day(item, "valid_from"),
        valid_until=_day(item, "valid_until"),
        respell={str(k): _nfc(str(v)) for k, v in item.get("respell", {}).items()},
        alternatives=tuple(_nfc(str(a)) for a in item.get("alternatives", ())),
        note=str(item.get("note", "")),
        look=bool(item.get("look", False)),
    )


def _phrases(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = item.get(name, ())
    if isinstance(value, str):
        value = (value,)
    return tuple(_nfc(str(v)).lower() for v in value)


def _day(item: Mapping[str, Any], name: str) -> date | None:
    value = item.get(name)
    if value is None:
        return None
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise LexiconError(f"Mục “{item['written']}”: {name} không phải ngày dạng năm-tháng-ngày.") from error


def _nfc(text: str) -> str:
    return unicode_normalize("NFC", text)
