"""CAP 1.2 messages (Common Alerting Protocol, OASIS, 2010), read once the published schema has let them through.

What stands here is what the standard says in prose only: identifiers without blanks, commas, < or &; references,
polygons and circles in their own notation; restriction where the scope is Restricted, addresses where it is Private; a
ceiling only above an altitude; nothing blank where something is required. A signature (XML-DSig) is not checked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from broadcaster.domain.fold import nfc
from broadcaster.errors import RuleError
from broadcaster.text.ingest.cap_schema import MOST_FAULTS, NAMESPACE, parsed, place, sentence

LARGEST: Final = 1_000_000
"""Bytes."""
_WORD: Final = re.compile(r"[^\s,<&]+")
_POINT: Final = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
_POLYGON: Final = re.compile(rf"{_POINT}(\s+{_POINT}){{3,}}")
_CIRCLE: Final = re.compile(rf"{_POINT}\s+\d+(\.\d+)?")
_REFERENCE: Final = re.compile(r"[^\s,]+,[^\s,]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_YEARS: Final = range(1970, 9000)

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
        sane = _moment(text).year in _YEARS
    except (ValueError, OverflowError):
        sane = False
    return "" if sane else f"“{text[:40]}” không phải ngày giờ dùng được"


_PROSE: Final[dict[str, Check]] = {
    "identifier": _word,
    "sender": _word,
    "sent": _sane,
    "references": _references,
    "event": _filled,
    "effective": _sane,
    "onset": _sane,
    "expires": _sane,
    "resourceDesc": _filled,
    "mimeType": _filled,
    "areaDesc": _filled,
    "polygon": _polygon,
    "circle": _circle,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """What a message says to a commune's station; times aware."""

    identifier: str
    sender: str
    sent: dt.datetime
    status: str
    kind: str
    """Alert, Update, Cancel, Ack or Error."""
    replaces: tuple[str, ...]
    """Identifiers of the messages that it updates or cancels."""
    event: str
    headline: str
    text: str
    """Headline, description and instruction of the Vietnamese part, else of the first."""
    language: str
    urgency: str
    severity: str
    certainty: str
    expires: dt.datetime | None
    areas: tuple[str, ...]
    sender_name: str


def read_cap(data: bytes, *, name: str = "CAP") -> CapAlert:
    """What a CAP 1.2 message says.

    Raises:
        RuleError: it is too large, not well-formed, tries an XML attack, breaks the schema or the standard's prose;
            several faults at once, `field` names the file.
    """
    if len(data) > LARGEST:
        raise RuleError("Bản tin CAP lớn quá 1 MB. Hãy xin bản không kèm tệp bên trong.", field=name)
    root = parsed(data, name)
    found: list[str] = []
    for fault in _faults(root):
        found.append(fault)
        if len(found) > MOST_FAULTS:
            break
    if found:
        raise RuleError(sentence("Bản tin CAP không đúng chuẩn", found), field=name)
    return _alert(root)


def _faults(root: Any) -> Iterator[str]:
    """Find what breaks the rules that the standard states in words."""
    own = f"{{{NAMESPACE}}}"
    scope = _text(root, "scope")
    if scope == "Restricted" and not _text(root, "restriction"):
        yield "alert: phạm vi Restricted cần có restriction"
    if scope == "Private" and not _text(root, "addresses"):
        yield "alert: phạm vi Private cần có addresses"
    if _text(root, "msgType") in {"Update", "Cancel", "Ack", "Error"} and not _text(root, "references"):
        yield "alert: loại bản tin này cần có references"
    for part in root.iterchildren(f"{own}*"):  # not what a signature wraps
        for element in part.iter(f"{own}*"):
            check = _PROSE.get(element.tag.removeprefix(own))
            if check is not None and (why := check(_said(element))):
                yield f"{place(element)}: {why}"
    for area in root.iterfind(f"{own}info/{own}area"):
        if _text(area, "ceiling") and not _text(area, "altitude"):
            yield f"{place(area)}: có ceiling thì cần có altitude"


def _alert(root: Any) -> CapAlert:
    infos = root.findall(f"{{{NAMESPACE}}}info")
    info = next((i for i in infos if _text(i, "language").lower().startswith("vi")), infos[0] if infos else None)
    parts = [_text(info, name) for name in ("headline", "description", "instruction")]
    expires = _text(info, "expires")
    return CapAlert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=_moment(_text(root, "sent")),
        status=_text(root, "status"),
        kind=_text(root, "msgType"),
        replaces=tuple(r.split(",")[1] for r in _text(root, "references").split()),
        event=_text(info, "event"),
        headline=parts[0],
        text="\n\n".join(_sentence(p) for p in dict.fromkeys(parts) if p) or _text(root, "note"),
        language=_text(info, "language") or "en-US",
        urgency=_text(info, "urgency"),
        severity=_text(info, "severity"),
        certainty=_text(info, "certainty"),
        expires=_moment(expires) if expires else None,
        areas=tuple(_text(a, "areaDesc") for a in ([] if info is None else info.iterfind(f"{{{NAMESPACE}}}area"))),
        sender_name=_text(info, "senderName") or _text(root, "sender"),
    )


def _moment(text: str) -> dt.datetime:
    """The moment of an xs:dateTime, which may write midnight as 24:00:00 of the day before."""
    late = text[11:19] == "24:00:00"
    at = dt.datetime.fromisoformat(f"{text[:11]}00{text[13:]}" if late else text)
    return at + dt.timedelta(days=1) if late else at


def _text(element: Any | None, name: str) -> str:
    found = None if element is None else element.find(f"{{{NAMESPACE}}}{name}")
    return "" if found is None else _said(found)


def _said(element: Any) -> str:
    return nfc(element.text or "").strip()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
