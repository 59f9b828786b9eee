"""The fields of a script, declared once: form, draft, API, command line, export and front matter are made from them.

A new field is a line here, a column of `db.models.content.Script` with its migration, and a place in the template.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

from broadcaster.domain.scripts.scripts import MAX_AIRINGS, MAX_BODY, RATE_MAX, RATE_MIN, Genre, Priority
from broadcaster.errors import RuleError, Where

Kept = tuple[str, str]
"""What was put back: kind of removal and its words, single-spaced. It is found again after edits elsewhere."""


class Face(Enum):
    """Where a field is shown or taken."""

    FORM = auto()
    """The editor's page, and the draft that keeps what is typed there."""
    HEAD = auto()
    """The head of a script file."""
    COMMAND = auto()
    """Options of `loa script add` and `edit`."""
    API = auto()
    """What another system hands in."""
    EXPORT = auto()
    """What other systems are given."""


_EVERYWHERE = frozenset(Face)


@dataclass(frozen=True, slots=True)
class About:
    """What every face needs to know of a field."""

    kind: type
    """The type of its value where it has one: str, an enum, date, int, float, tuple."""
    label: str = ""
    help: str = ""
    faces: frozenset[Face] = frozenset()
    column: str = ""
    """The model's name for it where that differs; "-" when it is no column of the script."""
    least: float | None = None
    most: float | None = None
    """Bounds of a number; of a text, its longest."""


def about(
    kind: type, label: str = "", told: str = "", faces: frozenset[Face] = frozenset(), **more: Any
) -> dict[str, About]:
    """The metadata of a declared field."""
    return {"about": About(kind, label, told, faces, **more)}


def about_of(declared: Any) -> dict[str, About]:
    """What is declared of each field, in order."""
    return {f.name: f.metadata["about"] for f in dataclasses.fields(declared)}


def defaults_of(declared: Any) -> dict[str, Any]:
    """The defaults of the fields that have one."""
    return {f.name: f.default for f in dataclasses.fields(declared) if f.default is not dataclasses.MISSING}


@dataclass(frozen=True, slots=True)
class ScriptFields:
    """A script as an editor hands it in."""

    title: str = field(metadata=about(str, "Tên bài", "Tên kịch bản.", _EVERYWHERE, most=300))
    unit: str = field(metadata=about(str, "Đơn vị gửi", "Mã đơn vị gửi.", _EVERYWHERE, column="unit_code", most=32))
    topic: str = field(metadata=about(str, "Chủ đề", "Mã chủ đề.", _EVERYWHERE, column="topic_code", most=64))
    body: str = field(metadata=about(str, "Văn bản", "", frozenset({Face.FORM, Face.API}), column="-", most=MAX_BODY))
    genre: Genre = field(default=Genre.BULLETIN, metadata=about(Genre, "Thể loại", "Thể loại.", _EVERYWHERE))
    priority: Priority = field(
        default=Priority.NORMAL, metadata=about(Priority, "Mức ưu tiên", "Mức ưu tiên.", _EVERYWHERE)
    )
    valid_from: dt.date | None = field(
        default=None, metadata=about(dt.date, "Phát từ ngày", "", _EVERYWHERE - {Face.COMMAND})
    )
    valid_to: dt.date | None = field(
        default=None, metadata=about(dt.date, "Đến hết ngày", "", _EVERYWHERE - {Face.COMMAND})
    )
    airings: int = field(
        default=0,
        metadata=about(
            int,
            "Số lần phát mong muốn",
            "Số lần phát mong muốn trong thời hạn của bài; 0: lần lượt như mọi bài.",
            _EVERYWHERE,
            least=0,
            most=MAX_AIRINGS,
        ),
    )
    """How many airings its office asks for while it is valid; 0: as its turn comes."""
    verify: tuple[str, ...] = field(default=(), metadata=about(tuple, faces=frozenset({Face.HEAD})))
    """Facts that an officer must check before airing."""
    source_name: str | None = field(default=None, metadata=about(str, faces=frozenset({Face.FORM}), most=300))
    voice: str | None = field(default=None, metadata=about(str, "Giọng đọc", faces=frozenset({Face.FORM})))
    """`engine:id`; none: the station's order of voices."""
    rate: float | None = field(
        default=None, metadata=about(float, "Tốc độ đọc", faces=frozenset({Face.FORM}), least=RATE_MIN, most=RATE_MAX)
    )
    """Times the usual speed; none: the station's."""
    kept: tuple[Kept, ...] = field(default=(), metadata=about(tuple, faces=frozenset({Face.FORM}), most=100_000))
    """What would not be read and was put back."""

    @property
    def where(self) -> str:
        """What a message about this script names."""
        return self.source_name or "kịch bản"


ABOUT: Mapping[str, About] = about_of(ScriptFields)
"""Every field by name, in the order in which the faces show them."""
DEFAULTS: Mapping[str, Any] = defaults_of(ScriptFields)


def shown_on(face: Face, of: type = ScriptFields) -> dict[str, About]:
    """The fields of one face, in order."""
    return {name: about for name, about in about_of(of).items() if face in about.faces}


def columns_of(script: ScriptFields) -> dict[str, Any]:
    """The values of a script by the model's column."""
    return {
        about.column or name: _stored(getattr(script, name)) for name, about in ABOUT.items() if about.column != "-"
    }


def values_of(row: Any) -> dict[str, Any]:
    """The values in a script's row by the name of the field, as they are stored."""
    return {name: getattr(row, about.column or name) for name, about in ABOUT.items() if about.column != "-"}


def fields_of(row: Any, body: str) -> ScriptFields:
    """A script from its row and the words of a revision."""
    values = values_of(row) | {"kept": kept_of(row.kept), "verify": tuple(row.verify), "body": body}
    return ScriptFields(**values)


def kept_of(stored: Iterable[Mapping[str, str]]) -> tuple[Kept, ...]:
    """What a script keeps, from its row."""
    return tuple((str(k.get("kind", "")), str(k.get("text", ""))) for k in stored)


def plain(value: Any) -> Any:
    """A value as JSON and CSV carry it."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value


def read(name: str, value: Any, where: Where) -> Any:
    """The value of a field from what a file or a command says; nothing said is the field's default.

    Raises:
        RuleError: it is no value of this field.
    """
    kind = ABOUT[name].kind
    if value is None:
        return DEFAULTS.get(name)
    if issubclass(kind, StrEnum):
        return _word(kind, value, where)
    if kind is int:
        return _whole(value, where)
    if kind is tuple:
        return tuple(str(v) for v in value)
    return str(value) if kind is str else value


def _word(kind: type[StrEnum], value: object, where: Where) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        words = ", ".join(str(k) for k in kind)
        raise RuleError(f"“{value}” không hợp lệ; các giá trị đúng: {words}.", field=where) from None


def _whole(value: object, where: Where) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise RuleError(f"“{value}” không phải số lần. Hãy viết một số nguyên, ví dụ 5.", field=where)
    return int(text)


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return [{"kind": v[0], "text": v[1]} if isinstance(v, tuple) else v for v in value]
    return value
