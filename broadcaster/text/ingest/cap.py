"""CAP 1.2 messages (Common Alerting Protocol, OASIS, 2010), read once the published schema has let them through.

What stands here is what the standard says in prose only: identifiers without blanks, commas, < or &; references,
polygons and circles in their own notation; restriction where the scope is Restricted, addresses where it is Private; a
ceiling only above an altitude; nothing blank where something is required. A breach of that is named beside the draft and
refused only where nothing could be made of the message. A signature (XML-DSig) is not checked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from broadcaster.domain.fold import nfc, one_line
from broadcaster.errors import RuleError
from broadcaster.text.ingest.cap_elements import ELEMENTS
from broadcaster.text.ingest.cap_mended import OWN, local, path_of, place
from broadcaster.text.ingest.cap_schema import MOST_FAULTS, parsed, sentence
from broadcaster.text.ingest.cap_words import plain

LARGEST: Final = 1_000_000
"""Bytes."""
_WORD: Final = re.compile(r"[^\s,<&]+")
_POINT: Final = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
_POLYGON: Final = re.compile(rf"{_POINT}(\s+{_POINT}){{3,}}")
_CIRCLE: Final = re.compile(rf"{_POINT}\s+\d+(\.\d+)?")
_REFERENCE: Final = re.compile(r"[^\s,]+,[^\s,]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_REFERRED: Final = re.compile(r"\s*([^,]+?)\s*,\s*([^,]+?)\s*,\s*(\S+)")
_YEARS: Final = range(1970, 9000)
_DEFAULT_LANGUAGE: Final = "en-US"

Check = Callable[[str], str]
"""What is wrong with a text, in Vietnamese; empty when nothing is."""


def _filled(text: str) -> str:
    return "" if text else "không được để trống"


def _word(text: str) -> str:
    return "" if _WORD.fullmatch(text) else f"“{text[:60]}” phải là một chuỗi không có dấu cách, dấu phẩy, < hay &"


def _polygon(text: str) -> str:
    points = text.split()
    if not _POLYGON.fullmatch(text) or points[0] != points[-1]:
        return "phải là ít nhất bốn điểm “vĩ độ,kinh độ”, điểm cuối trùng điểm đầu"
    return ""


def _circle(text: str) -> str:
    return "" if _CIRCLE.fullmatch(text) else f"“{text[:60]}” phải là “vĩ độ,kinh độ bán-kính-km”"


def _references(text: str) -> str:
    wrong = [r for r in text.split() if not _REFERENCE.fullmatch(r)]
    return f"“{wrong[0][:60]}” phải viết như người-gửi,mã,giờ-gửi" if wrong else ""


def _sane(text: str) -> str:
    try:
        sane = moment_of(text).year in _YEARS
    except (ValueError, OverflowError):
        sane = False
    return "" if sane else f"“{text[:40]}” không phải ngày giờ dùng được"


_NEEDED: Final[dict[str, Check]] = {
    "identifier": _filled,
    "sender": _filled,
    "sent": _sane,
    "effective": _sane,
    "onset": _sane,
    "expires": _sane,
}
"""Without these nothing could be made of a message."""
_PROSE: Final[dict[str, Check]] = {
    "identifier": _word,
    "sender": _word,
    "references": _references,
    "event": _filled,
    "resourceDesc": _filled,
    "mimeType": _filled,
    "areaDesc": _filled,
    "polygon": _polygon,
    "circle": _circle,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapInfo:
    """One info of a message."""

    language: str
    event: str
    headline: str
    text: str
    """Headline, description and instruction."""
    areas: tuple[str, ...]
    expires: dt.datetime | None
    over: bool
    """It says that the danger is past."""

    @property
    def title(self) -> str:
        """What it is called."""
        return one_line(self.headline or self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """What a message says to a commune's station; times aware."""

    identifier: str
    sender: str
    sent: dt.datetime
    status: str
    kind: str
    """Alert, Update, Cancel, Ack or Error."""
    references: tuple[tuple[str, str], ...]
    """Sender and identifier of the messages that it updates or cancels."""
    infos: tuple[CapInfo, ...]
    """Those of the chosen language, in order: Vietnamese, else that of the first."""
    left_out: tuple[str, ...]
    """What is not read, in words."""
    note: str
    sender_name: str
    shown: Mapping[str, tuple[str, ...]]
    """What is shown of it, by the path of the element; values as sent."""
    ignored: tuple[str, ...]
    """The paths of what it holds and the station does nothing with."""
    deviations: tuple[str, ...]
    """Where it breaks the standard harmlessly."""

    @property
    def language(self) -> str:
        """The language that is read; empty when there are no words of one."""
        return self.infos[0].language if self.infos else ""

    @property
    def foreign(self) -> bool:
        """Whether what is read is not Vietnamese."""
        return bool(self.infos) and not is_vietnamese(self.language)

    @property
    def title(self) -> str:
        """What the message is called: the headlines, else the events."""
        return "; ".join(dict.fromkeys(i.title for i in self.infos if i.title))

    @property
    def text(self) -> str:
        """Everything that is read, in order."""
        return "\n\n".join(dict.fromkeys(i.text for i in self.infos if i.text)) or self.note

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of all infos that are read."""
        return tuple(dict.fromkeys(area for i in self.infos for area in i.areas if area))

    @property
    def expires(self) -> dt.datetime | None:
        """When the first of the infos ends: what is said together ends together, before any of it is untrue."""
        return min((i.expires for i in self.infos if i.expires), default=None)

    @property
    def over(self) -> bool:
        """Whether everything that it says is that the danger is past."""
        return self.kind == "Cancel" or (bool(self.infos) and all(i.over for i in self.infos))


def is_vietnamese(language: str) -> bool:
    """Whether a language code is one of Vietnamese."""
    return language.lower().partition("-")[0] == "vi"


def read_cap(data: bytes, *, name: str = "CAP") -> CapAlert:
    """What a CAP 1.2 message says.

    Raises:
        RuleError: it is too large, not well-formed, tries an XML attack, breaks the schema or the standard's prose so
            that it has no single reading; several faults at once, `field` names the file.
    """
    if len(data) > LARGEST:
        raise RuleError("Bản tin CAP lớn quá 1 MB. Hãy xin bản không kèm tệp bên trong.", field=name)
    root, mended = parsed(data, name)
    if found := list(_some(_faults(root, _NEEDED))):
        raise RuleError(sentence("Bản tin CAP không đúng chuẩn", found), field=name)
    return _alert(root, (*mended, *_some(_faults(root, _PROSE)), *_some(_contradictions(root))))


def _some(faults: Iterator[str]) -> list[str]:
    return [fault for fault, _ in zip(faults, range(MOST_FAULTS + 1), strict=False)]


def _faults(root: Any, checks: Mapping[str, Check]) -> Iterator[str]:
    for part in root.iterchildren(f"{OWN}*"):  # not what a signature wraps
        for element in part.iter(f"{OWN}*"):
            check = checks.get(local(element.tag))
            if check is not None and (why := check(_said(element))):
                yield f"{place(element)}: {why}"


def _contradictions(root: Any) -> Iterator[str]:
    """Find what breaks the rules that the standard states in words about several elements."""
    scope = _text(root, "scope")
    if scope == "Restricted" and not _text(root, "restriction"):
        yield "alert: phạm vi Restricted cần có restriction"
    if scope == "Private" and not _text(root, "addresses"):
        yield "alert: phạm vi Private cần có addresses"
    if _text(root, "msgType") in {"Update", "Cancel", "Ack", "Error"} and not _text(root, "references"):
        yield "alert: loại bản tin này cần có references"
    for area in root.iterfind(f"{OWN}info/{OWN}area"):
        if _text(area, "ceiling") and not _text(area, "altitude"):
            yield f"{place(area)}: có ceiling thì cần có altitude"


def _alert(root: Any, deviations: Sequence[str]) -> CapAlert:
    elements = root.findall(f"{OWN}info")
    languages = [_text(i, "language") or _DEFAULT_LANGUAGE for i in elements]
    chosen = next((lang for lang in languages if is_vietnamese(lang)), languages[0] if languages else "")
    read = [e for e, lang in zip(elements, languages, strict=True) if _alike(lang, chosen)]
    infos = [_info(e, lang) for e, lang in zip(elements, languages, strict=True)]
    shown, ignored = _gathered(root, read)
    return CapAlert(
        identifier=one_line(_text(root, "identifier")),
        sender=one_line(_text(root, "sender")),
        sent=moment_of(_text(root, "sent")),
        status=_text(root, "status"),
        kind=_text(root, "msgType"),
        references=tuple((one_line(s), one_line(i)) for s, i, _ in _REFERRED.findall(_text(root, "references"))),
        infos=tuple(i for i in infos if _alike(i.language, chosen)),
        left_out=tuple(f"{i.language}: {i.title}" for i in infos if not _alike(i.language, chosen)),
        note=plain(_text(root, "note")),
        sender_name=next((n for e in read if (n := plain(_text(e, "senderName")))), "") or _text(root, "sender"),
        shown=shown,
        ignored=ignored,
        deviations=tuple(deviations),
    )


def _alike(language: str, chosen: str) -> bool:
    return language.lower() == chosen.lower() or (is_vietnamese(language) and is_vietnamese(chosen))


def _info(element: Any, language: str) -> CapInfo:
    parts = [plain(_text(element, name)) for name in ("headline", "description", "instruction")]
    expires = _text(element, "expires")
    responses = {_said(e) for e in element.iterfind(f"{OWN}responseType")}
    return CapInfo(
        language=language,
        event=plain(_text(element, "event")),
        headline=parts[0],
        text="\n\n".join(_sentence(p) for p in dict.fromkeys(parts) if p),
        areas=tuple(plain(_text(area, "areaDesc")) for area in element.iterfind(f"{OWN}area")),
        expires=moment_of(expires) if expires else None,
        over="AllClear" in responses or _text(element, "urgency") == "Past",
    )


def _gathered(root: Any, read: Sequence[Any]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """What the table of elements shows of a message, and what it holds besides that is ignored."""
    found: dict[str, dict[str, None]] = {}
    ignored: dict[str, None] = {}
    parts = [c for c in root.iterchildren(f"{OWN}*") if c.tag != f"{OWN}info"]
    for part in (*parts, *read):
        for element in part.iter(f"{OWN}*"):
            path = path_of(element)
            known = ELEMENTS[path]
            if known.label and (said := plain(_said(element)) if known.prose else _said(element)):
                found.setdefault(path, {})[said] = None
            elif known.ignored:
                ignored[path] = None
    return {path: tuple(found[path]) for path in ELEMENTS if path in found}, tuple(ignored)


def moment_of(text: str) -> dt.datetime:
    """The moment of an xs:dateTime, which may write midnight as 24:00:00 of the day before."""
    late = text[11:19] == "24:00:00"
    at = dt.datetime.fromisoformat(f"{text[:11]}00{text[13:]}" if late else text)
    return at + dt.timedelta(days=1) if late else at


def _text(element: Any | None, name: str) -> str:
    found = None if element is None else element.find(f"{OWN}{name}")
    return "" if found is None else _said(found)


def _said(element: Any) -> str:
    return nfc(element.text or "").strip()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
