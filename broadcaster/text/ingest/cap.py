"""CAP 1.2 messages (Common Alerting Protocol, OASIS, 2010) read and checked as their schema asks.

The schema's rules are written here as a table (order, number of times, words allowed, the pattern of date-times), with
what the standard's text adds in prose: identifiers without blanks, commas, < or &; restriction where the scope is
Restricted, addresses where it is Private; times without Z. A signature (XML-DSig) may follow and is not checked.
External entities, document types and entity bombs are refused before anything is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from broadcaster.domain.fold import nfc
from broadcaster.errors import RuleError

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
LARGEST: Final = 1_000_000
"""Bytes."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_WORD: Final = re.compile(r"[^\s,<&]+")
_LANGUAGE: Final = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_POINT: Final = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
_POLYGON: Final = re.compile(rf"{_POINT}( {_POINT}){{3,}}")
_CIRCLE: Final = re.compile(rf"{_POINT} \d+(\.\d+)?")
_REFERENCE: Final = re.compile(r"[^\s,]+,[^\s,]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")

Check = Callable[[str], str]
"""What is wrong with a text, in Vietnamese; empty when nothing is."""


def _any(_text: str) -> str:
    return ""


def _filled(text: str) -> str:
    return "" if text.strip() else "không được để trống"


def _one_of(*words: str) -> Check:
    return lambda text: "" if text in words else f"“{text}” không hợp lệ; các giá trị đúng: {', '.join(words)}"


def _like(pattern: re.Pattern[str], what: str) -> Check:
    return lambda text: "" if pattern.fullmatch(text.strip()) else f"“{text[:60]}” phải là {what}"


def _moment(text: str) -> str:
    text = text.strip()
    if _MOMENT.fullmatch(text):
        try:
            dt.datetime.fromisoformat(text)
        except ValueError:
            return f"“{text}” không phải ngày giờ có thật"
        return ""
    return f"“{text[:40]}” phải viết như 2026-09-01T14:30:00+07:00 (không dùng chữ Z)"


def _polygon(text: str) -> str:
    points = text.split()
    if not _POLYGON.fullmatch(text) or points[0] != points[-1]:
        return "phải là ít nhất bốn điểm “vĩ độ,kinh độ”, điểm cuối trùng điểm đầu"
    return ""


def _references(text: str) -> str:
    wrong = [r for r in text.split() if not _REFERENCE.fullmatch(r)]
    return f"“{wrong[0][:60]}” phải viết như người-gửi,mã,giờ-gửi" if wrong else ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One element of a sequence."""

    name: str
    least: int
    most: int | None
    check: Check | tuple[_Rule, ...]


def _must(name: str, check: Check = _filled) -> _Rule:
    return _Rule(name, 1, 1, check)


def _may(name: str, check: Check = _any) -> _Rule:
    return _Rule(name, 0, 1, check)


def _some(name: str, check: Check | tuple[_Rule, ...] = _any, least: int = 0) -> _Rule:
    return _Rule(name, least, None, check)


_VALUE = (_must("valueName", _any), _must("value", _any))
_IDENTIFIER = _like(_WORD, "một chuỗi không có dấu cách, dấu phẩy, < hay &")
_AREA = (
    _must("areaDesc"),
    _some("polygon", _polygon),
    _some("circle", _like(_CIRCLE, "“vĩ độ,kinh độ bán-kính-km”")),
    _some("geocode", _VALUE),
    _may("altitude", _like(re.compile(r"[-+]?\d+(\.\d*)?"), "một số")),
    _may("ceiling", _like(re.compile(r"[-+]?\d+(\.\d*)?"), "một số")),
)
_RESOURCE = (
    _must("resourceDesc"),
    _must("mimeType"),
    _may("size", _like(re.compile(r"[-+]?\d+"), "một số nguyên")),
    _may("uri"),
    _may("derefUri"),
    _may("digest"),
)
_INFO = (
    _may("language", _like(_LANGUAGE, "mã ngôn ngữ như vi-VN")),
    _some(
        "category",
        _one_of("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE",
                "Other"),
        1,
    ),
    _must("event"),
    _some("responseType", _one_of("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear",
                                  "None")),
    _must("urgency", _one_of("Immediate", "Expected", "Future", "Past", "Unknown")),
    _must("severity", _one_of("Extreme", "Severe", "Moderate", "Minor", "Unknown")),
    _must("certainty", _one_of("Observed", "Likely", "Possible", "Unlikely", "Unknown")),
    _may("audience"),
    _some("eventCode", _VALUE),
    _may("effective", _moment),
    _may("onset", _moment),
    _may("expires", _moment),
    _may("senderName"),
    _may("headline"),
    _may("description"),
    _may("instruction"),
    _may("web"),
    _may("contact"),
    _some("parameter", _VALUE),
    _some("resource", _RESOURCE),
    _some("area", _AREA),
)  # fmt: skip
_ALERT = (
    _must("identifier", _IDENTIFIER),
    _must("sender", _IDENTIFIER),
    _must("sent", _moment),
    _must("status", _one_of("Actual", "Exercise", "System", "Test", "Draft")),
    _must("msgType", _one_of("Alert", "Update", "Cancel", "Ack", "Error")),
    _may("source"),
    _must("scope", _one_of("Public", "Restricted", "Private")),
    _may("restriction"),
    _may("addresses"),
    _some("code"),
    _may("note"),
    _may("references", _references),
    _may("incidents"),
    _some("info", _INFO),
)


@dataclass(frozen=True, slots=True)
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
    """Return what a CAP 1.2 message says.

    Raises:
        RuleError: it is not well-formed, tries an XML attack, or breaks the schema; all faults at once, `field` names
            the file.
    """
    if len(data) > LARGEST:
        raise RuleError("Bản tin CAP lớn quá 1 MB.", field=name)
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise RuleError("Tệp chứa khai báo XML không an toàn (DTD hoặc thực thể) nên bị từ chối.", field=name) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise RuleError(f"Tệp không phải XML đúng cú pháp: {error}.", field=name) from None
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise RuleError("Tệp không phải bản tin CAP 1.2 (phần tử gốc phải là alert của CAP 1.2).", field=name)
    faults = _faults(root, _ALERT, "alert", open_end=True)
    faults += [] if faults else _prose(root)
    if faults:
        raise RuleError("Bản tin CAP không đúng lược đồ: " + "; ".join(faults[:12]) + ".", field=name)
    return _alert(root)


def _faults(parent: Element, rules: tuple[_Rule, ...], where: str, *, open_end: bool = False) -> list[str]:
    """Check a sequence: each element in its place, as often as allowed, with what it may hold."""
    found: list[str] = []
    children = list(parent)
    if (parent.text or "").strip() or any((c.tail or "").strip() for c in children):
        found.append(f"{where}: có chữ nằm ngoài các phần tử")
    at = 0
    for rule in rules:
        count = 0
        while at < len(children) and children[at].tag == f"{{{NAMESPACE}}}{rule.name}":
            count += 1
            if rule.most is None or count <= rule.most:
                found += _element(children[at], rule, f"{where}/{rule.name}")
            at += 1
        if count < rule.least:
            found.append(f"{where}: thiếu {rule.name}")
        if rule.most is not None and count > rule.most:
            found.append(f"{where}: {rule.name} chỉ được có {rule.most}")
    while open_end and at < len(children) and str(children[at].tag).startswith(f"{{{_DSIG}}}"):
        at += 1
    if at < len(children):
        found.append(f"{where}: {str(children[at].tag).rpartition('}')[2]} không được có hoặc sai thứ tự")
    return found


def _element(element: Element, rule: _Rule, where: str) -> list[str]:
    if isinstance(rule.check, tuple):
        return _faults(element, rule.check, where)
    if len(element):
        return [f"{where}: không được chứa phần tử con"]
    why = rule.check(element.text or "")
    return [f"{where}: {why}"] if why else []


def _prose(root: Element) -> list[str]:
    """Return what breaks the rules that the standard states in words."""
    found = []
    scope = _text(root, "scope")
    if scope == "Restricted" and not _text(root, "restriction"):
        found.append("alert: phạm vi Restricted cần có restriction")
    if scope == "Private" and not _text(root, "addresses"):
        found.append("alert: phạm vi Private cần có addresses")
    if _text(root, "msgType") in {"Update", "Cancel", "Ack", "Error"} and not _text(root, "references"):
        found.append("alert: loại bản tin này cần có references")
    return found


def _alert(root: Element) -> CapAlert:
    infos = _all(root, "info")
    info = next((i for i in infos if _text(i, "language").lower().startswith("vi")), infos[0] if infos else None)
    empty = Element("info")
    chosen = empty if info is None else info
    parts = [_text(chosen, name) for name in ("headline", "description", "instruction")]
    expires = _text(chosen, "expires")
    return CapAlert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=dt.datetime.fromisoformat(_text(root, "sent")),
        status=_text(root, "status"),
        kind=_text(root, "msgType"),
        replaces=tuple(r.split(",")[1] for r in _text(root, "references").split()),
        event=_text(chosen, "event"),
        headline=parts[0],
        text="\n\n".join(_sentence(p) for p in dict.fromkeys(parts) if p) or _text(root, "note"),
        language=_text(chosen, "language") or "en-US",
        urgency=_text(chosen, "urgency"),
        severity=_text(chosen, "severity"),
        certainty=_text(chosen, "certainty"),
        expires=dt.datetime.fromisoformat(expires) if expires else None,
        areas=tuple(_text(a, "areaDesc") for a in _all(chosen, "area")),
        sender_name=_text(chosen, "senderName") or _text(root, "sender"),
    )


def _all(element: Element, name: str) -> list[Element]:
    return element.findall(f"{{{NAMESPACE}}}{name}")


def _text(element: Element, name: str) -> str:
    found = element.find(f"{{{NAMESPACE}}}{name}")
    return "" if found is None or found.text is None else nfc(found.text).strip()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
