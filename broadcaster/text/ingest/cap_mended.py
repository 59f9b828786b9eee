"""Harmless breaches of CAP 1.2: what has only one reading is put right before the schema looks, and told to the person.

A person confirms every message anyway; to type it by hand in a flood costs more than a blank in a number. What is
missing, contradicts itself or may mean two things is left as it is, for the schema to refuse.
"""

from __future__ import annotations

import re
from typing import Any, Final

from broadcaster.text.ingest.cap_elements import ELEMENTS
from broadcaster.text.ingest.cap_words import TAGS

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
OWN: Final = f"{{{NAMESPACE}}}"
_XS: Final = {"xs": "http://www.w3.org/2001/XMLSchema"}
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt\s]\s*(?P<time>[0-9]{1,2}:[0-9]{2})(?P<second>:[0-9]{2})?(?:[.,][0-9]+)?\s*"
    r"(?:(?P<zulu>[Zz])|(?P<sign>[+-])(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})?)"
)
_RIGHT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}")
_MARKED_UP: Final = frozenset({"headline", "description", "instruction"})
_UNUSED: Final = frozenset(p for p, e in ELEMENTS.items() if not e.rule)
"""What no rule of the station needs."""
_TYPED: Final = ("dateTime", "integer", "decimal")


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def path_of(element: Any) -> str:
    """Where an element stands in the table of elements."""
    steps = [local(e.tag) for e in (element, *element.iterancestors())]
    return "/".join(reversed(steps))


def place(element: Any) -> str:
    """Where an element stands, like alert/info[2]/event: counted where there are several of its name."""
    parent = element.getparent()
    if parent is None:
        return local(element.tag)
    alike = [child for child in parent if child.tag == element.tag]
    number = f"[{alike.index(element) + 1}]" if len(alike) > 1 else ""
    return f"{place(parent)}/{local(element.tag)}{number}"


MOST_NAMED: Final = 12
"""Places that a person is told of one by one."""


class Mended:
    """What was put right in a message, in words; many places are counted, as to say where they are takes long."""

    def __init__(self) -> None:
        self._notes: list[str] = []
        self._more = 0

    def tell(self, element: Any, what: str) -> None:
        """Note one place."""
        if len(self._notes) < MOST_NAMED:
            self._notes.append(f"{place(element)}: {what}")
        else:
            self._more += 1

    def add(self, note: str) -> None:
        """Note something that concerns the whole file."""
        self._notes.append(note)

    @property
    def notes(self) -> list[str]:
        """Each place, and how many more there were."""
        return [*self._notes, f"{self._more} chỗ khác nữa"] if self._more else list(self._notes)


def mend(root: Any, rules: Any, mended: Mended) -> None:
    """Put a message right in place and tell what was wrong where; `rules` is the schema."""
    if not root.tag.startswith("{"):
        mended.tell(root, "thiếu không gian tên (xmlns) của CAP 1.2")
        for element in root.iter():
            if not element.tag.startswith("{"):
                element.tag = f"{OWN}{element.tag}"
    for element in list(root.iter()):
        if element.tag.startswith(OWN):
            _attributes(element, mended)
            _strangers(element, mended)
    types = _Types(rules)
    for element in list(root.iter(f"{OWN}*")):
        _markup(element, mended)
        types.value(element, mended)
        types.order(element, mended)


def unused_part(element: Any, rules: Any) -> Any | None:
    """The optional part of a message that holds `element`, if no rule needs it: it may be left out."""
    for one in (element, *element.iterancestors()):
        if path_of(one) not in _UNUSED or one.getparent() is None:
            return None
        if rules.xpath("//xs:element[@name=$name][@minOccurs='0']", namespaces=_XS, name=local(one.tag)):
            return one
    return None


def _attributes(element: Any, mended: Mended) -> None:
    for name in list(element.attrib):
        if not name.startswith(_XSI):
            mended.tell(element, f"có thuộc tính “{local(name)[:40]}” thừa")
            del element.attrib[name]


def _strangers(element: Any, mended: Mended) -> None:
    """Take out what another standard, or a sender of its own, put between the elements."""
    for child in list(element):
        if child.tag.startswith((OWN, "{http://www.w3.org/1999/xhtml}")) or not child.tag.startswith("{"):
            continue
        if element.getparent() is None and child.tag.startswith(_SIGNATURE):
            if any(later.tag.startswith(OWN) for later in child.itersiblings()):
                mended.tell(child, "chữ ký không ở cuối")
            element.append(child)  # where the standard wants it
            continue
        if not _holds_elements(element):
            continue
        mended.tell(child, "phần tử lạ, bỏ qua")
        before = child.getprevious()
        if (child.tail or "").strip():
            if before is None:
                element.text = (element.text or "") + child.tail
            else:
                before.tail = (before.tail or "") + child.tail
        element.remove(child)


def _holds_elements(element: Any) -> bool:
    path = path_of(element)
    return any(other.startswith(f"{path}/") for other in ELEMENTS)


def _markup(element: Any, mended: Mended) -> None:
    """Make text of markup that was not escaped, as if it had been; its reader takes it out."""
    if len(element) == 0 or local(element.tag) not in _MARKED_UP:
        return
    inside = list(element.iterdescendants())
    if any(local(child.tag).lower() not in TAGS for child in inside):
        return
    from lxml import etree  # noqa: PLC0415 - loaded for the rare message only

    for child in inside:
        child.tag = local(child.tag)
        child.attrib.clear()
    etree.cleanup_namespaces(element)
    text = (element.text or "") + "".join(etree.tostring(c, encoding="unicode") for c in element)
    for child in list(element):
        element.remove(child)
    element.text = text
    mended.tell(element, "có thẻ trang web, đã bỏ")


class _Types:
    """What the schema says of values and of their order, looked up once."""

    def __init__(self, rules: Any) -> None:
        self._order: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        self._bases: dict[str, str] = {}
        self._optional: set[str] = set()
        for declared in rules.iterfind(".//xs:element[@name]", _XS):
            name = declared.get("name")
            children = declared.findall("xs:complexType/xs:sequence/xs:element", _XS)
            self._order[name] = [local(c.get("name") or c.get("ref").rpartition(":")[2]) for c in children]
            self._words[name] = (
                [e.get("value") for e in declared.iterfind(".//xs:enumeration", _XS)] if not children else []
            )
            base = declared.find("xs:simpleType/xs:restriction", _XS)
            self._bases[name] = (declared.get("type") or (base.get("base") if base is not None else "")).rpartition(
                ":"
            )[2]
            if declared.get("minOccurs") == "0":
                self._optional.add(name)

    def value(self, element: Any, mended: Mended) -> None:
        """Mend what has one reading only: letters and blanks of a listed word, the shape of a moment, nothing at all."""
        name, text = local(element.tag), element.text or ""
        shown = text.strip()[:40]
        if len(element) or element.attrib:
            return
        base = self._bases.get(name, "")
        if base in _TYPED and not text.strip() and name in self._optional:
            mended.tell(element, "để trống, coi như không có")
            element.getparent().remove(element)
        elif base == "dateTime" and (right := mended_moment(text)) and right != text.strip():
            mended.tell(element, f"“{shown}” viết sai kiểu, đọc là {right}")
            element.text = right
        elif (words := self._words.get(name)) and text not in words:
            found = next((w for w in words if w.casefold() == text.strip().casefold()), None)
            if found is not None:
                mended.tell(element, f"“{shown}” viết sai kiểu, đọc là {found}")
                element.text = found

    def order(self, element: Any, mended: Mended) -> None:
        """Put the children into the order of the schema, unless one is unknown or stands too often."""
        wanted = self._order.get(local(element.tag))
        if not wanted or (element.text or "").strip() or any((c.tail or "").strip() for c in element):
            return
        ranks = {f"{OWN}{name}": rank for rank, name in enumerate(wanted)}
        if any(c.tag.startswith(OWN) and c.tag not in ranks for c in element):
            return
        found = [ranks.get(c.tag, len(ranks)) for c in element]
        if found != sorted(found):
            mended.tell(element, "các phần tử sai thứ tự")
            element[:] = sorted(element, key=lambda c: ranks.get(c.tag, len(ranks)))


def mended_moment(text: str) -> str:
    """A moment as the standard writes it, when it says one and its zone; empty when it does not."""
    if _RIGHT.fullmatch(text.strip()):
        return text.strip()
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return ""
    zone = "-00:00" if found["zulu"] else f"{found['sign']}{found['hour']:0>2}:{found['minute'] or '00'}"
    return f"{found['day']}T{found['time']:0>5}{found['second'] or ':00'}{zone}"
