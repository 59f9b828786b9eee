"""The gate of CAP 1.2: the schema that OASIS published, run by libxml2, and what it finds in Vietnamese words.

`CAP-v1.2.xsd` lies beside this module byte for byte, with its notice (ADR 50: origin and hash). Which words, types and
elements are asked for is read from it when a message is wrong, so that nothing of it is written here a second time.
What has one reading only is put right before and named (`cap_mended`).
Document types and entities are refused before libxml2 sees the message; nothing that a message names is opened.
"""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from broadcaster.errors import RuleError
from broadcaster.text.ingest.cap_mended import NAMESPACE, Mended, local, mend, place, unused_part

SCHEMA: Final = "CAP-v1.2.xsd"
MOST_FAULTS: Final = 12
"""Faults that a person is told at once."""
MOST_PARTS: Final = 20_000
"""Elements and attributes. A message to every commune of the country has half of them; lxml finds the place of each fault
by counting, so that a million bytes of faults would keep a processor busy for minutes."""

_MOST_LEFT_OUT: Final = 200
"""Parts that are left out for being wrong; a message that has more is not worth reading."""
_MOST_ROUNDS: Final = 12
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_DECLARATION: Final = re.compile(r"^<\?xml[^>]{0,200}\?>\s*")
_XS: Final = {"xs": "http://www.w3.org/2001/XMLSchema"}
_CAP: Final = "urn:oasis:names:tc:emergency:cap:"
_EXPECTED: Final = re.compile(r"\{" + re.escape(NAMESPACE) + r"\}(\w+)")
_ATTRIBUTE: Final = re.compile(r"attribute '(?:\{[^}]*\})?([^']+)'")
_TYPES: Final = {
    "dateTime": "phải là ngày giờ có thật, viết như 2026-09-01T14:30:00+07:00 (không dùng chữ Z)",
    "integer": "phải là một số nguyên",
    "decimal": "phải là một số",
    "language": "phải là mã ngôn ngữ như vi-VN",
    "anyURI": "phải là một địa chỉ (URI)",
}
_REMEDY: Final = "Hãy xin cơ quan phát tin gửi lại bản đúng CAP 1.2, hoặc tự viết bản tin khẩn cấp theo nội dung đó."


def parsed(data: bytes, name: str) -> tuple[Any, list[str]]:
    """The root (an lxml element) of a message that the schema allows, and what was put right to make it so.

    Raises:
        RuleError: it is no XML, declares a document type or entities, holds no CAP 1.2 or several of it, or breaks the
            schema in a way that has more than one reading; `field` is `name`.
    """
    from lxml import etree  # noqa: PLC0415 - loaded for the rare message only

    mended = Mended()
    root = _tree(_from_its_start(data, mended), name)
    found = _alert_of(root, name)
    if found is not root:
        mended.add(f"bản tin nằm trong {_outer(found)}")
        root = etree.fromstring(etree.tostring(found, with_tail=False))
    rules = etree.fromstring((files(__package__) / SCHEMA).read_bytes())
    mend(root, rules, mended)
    if faults := _faults(root, rules, mended):
        raise RuleError(sentence("Bản tin CAP không đúng lược đồ", faults), field=name)
    return root, mended.notes


def _from_its_start(data: bytes, mended: Mended) -> bytes:
    """The file without the blank lines that some senders put before it."""
    mark = _UTF_8_MARK if data.startswith(_UTF_8_MARK) else b""
    found = data[len(mark) :].lstrip(b" \t\r\n")
    if len(mark) + len(found) == len(data) or not found.startswith(b"<"):
        return data
    mended.add("tệp: có dòng trống ở đầu")
    return found


def _alert_of(root: Any, name: str) -> Any:
    """The one message of a file, which may be wrapped: in an Atom entry, an envelope, as text of a feed."""
    if root.tag in {f"{{{NAMESPACE}}}alert", "alert"}:
        return root
    alerts = list(root.iter(f"{{{NAMESPACE}}}alert"))
    if not alerts:
        alerts = [_tree(text.encode(), name) for text in _escaped(root)]
        alerts = [a for a in alerts if a.tag == f"{{{NAMESPACE}}}alert"]
    if not alerts:
        raise RuleError(_not_cap(root.tag), field=name)
    if len(alerts) > 1:
        raise RuleError(
            f"Tệp có {len(alerts)} bản tin CAP trong {local(root.tag)}. Hãy tách mỗi bản tin (alert) ra một tệp rồi nhập "
            "từng bản.",
            field=name,
        )
    return alerts[0]


def _escaped(root: Any) -> list[str]:
    """Messages that a wrapper holds as text."""
    texts = [(element.text or "").strip() for element in root.iter()]
    return [_DECLARATION.sub("", t) for t in texts if t.startswith("<") and NAMESPACE in t][:MOST_FAULTS]


def _outer(alert: Any) -> str:
    around = [local(e.tag) for e in alert.iterancestors()]
    return "/".join(reversed(around)) or "chữ của một tệp khác"


def sentence(head: str, found: list[str]) -> str:
    """The faults as a sentence that says what to do."""
    more = "; và những lỗi khác" if len(found) > MOST_FAULTS else ""
    return f"{head}: {'; '.join(found[:MOST_FAULTS])}{more}. {_REMEDY}"


def _refuse_attacks(data: bytes, name: str) -> None:
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - loaded for the rare message only
    from defusedxml.ElementTree import DefusedXMLParser  # noqa: PLC0415

    guard = DefusedXMLParser(target=_Counter(name), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        guard.feed(data)
        guard.close()
    except DefusedXmlException:
        raise RuleError("Tệp chứa khai báo XML không an toàn (DTD hoặc thực thể) nên bị từ chối.", field=name) from None
    except ParseError as error:
        raise RuleError(_no_xml(*error.position), field=name) from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise RuleError(_no_xml(1, 0), field=name) from None


class _Counter:
    """Takes what a parser finds, builds nothing, and stops it when there is too much."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MOST_PARTS

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        """Count an element."""
        self._left -= 1 + len(attributes)
        if self._left < 0:
            raise RuleError(
                "Bản tin CAP có hơn 20.000 phần tử, máy không đọc. Hãy xin bản rút gọn cho địa phương.",
                field=self._name,
            )


def _tree(data: bytes, name: str) -> Any:
    from lxml import etree  # noqa: PLC0415

    _refuse_attacks(data, name)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise RuleError(_no_xml(*error.position), field=name) from None


def _no_xml(line: int, column: int) -> str:
    return (
        f"Không đọc được tệp này như XML: hỏng ở dòng {line}, cột {column + 1}. "
        "Hãy tải hoặc xin lại tệp gốc (.xml), không mở ra lưu lại bằng chương trình khác."
    )


def _not_cap(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    if local == "alert" and space.startswith(f"{{{_CAP}"):
        version = space.removeprefix(f"{{{_CAP}")[:10]
        return f"Đây là bản tin CAP {version}; đài chỉ đọc CAP 1.2 (phần tử gốc phải là alert của CAP 1.2). {_REMEDY}"
    return "Tệp không phải bản tin CAP 1.2 (phần tử gốc phải là alert của CAP 1.2). Hãy chọn đúng tệp."


def _faults(root: Any, rules: Any, mended: Mended) -> list[str]:
    """What the schema finds, one fault more than is told at most; what no rule needs is taken out and told instead."""
    from lxml import etree  # noqa: PLC0415

    schema = etree.XMLSchema(rules)  # made anew: one that threads share would mix up their errors
    for _ in range(_MOST_ROUNDS):
        if schema.validate(root):
            return []
        errors = list(schema.error_log)[: _MOST_LEFT_OUT + 1]
        parts = [_left_out(e, _at(root, e.path or ""), rules) for e in errors]
        if len(errors) > _MOST_LEFT_OUT or None in parts:
            break
        for part in parts:
            if part is not None and root in part.iterancestors():  # and not inside one that was taken out before
                mended.tell(part, "viết sai nên bỏ qua")
                part.getparent().remove(part)
    found = (_fault(e, _at(root, e.path or ""), rules) for e in schema.error_log)
    return list(dict.fromkeys(islice(found, MOST_FAULTS + 1)))


def _left_out(error: Any, element: Any, rules: Any) -> Any | None:
    """The part that may be left out for a fault's sake: of one among children, sooner their parent than each of them."""
    among = error.type_name == "SCHEMAV_ELEMENT_CONTENT" and element.getparent() is not None
    whole = unused_part(element.getparent(), rules) if among else None
    return unused_part(element, rules) if whole is None else whole


def _fault(error: Any, element: Any, rules: Any) -> str:
    """One fault in words. A kind that is not known names the element still."""
    where, kind, message = place(element), error.type_name, error.message
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        short = "Missing child" in message
        wanted = _EXPECTED.findall(message.partition("Expected is")[2])
        names = " hoặc ".join(_lacking(element if short else element.getparent(), wanted, rules))
        if short:
            return f"{where}: thiếu {names or 'phần tử con'}"
        return f"{where}: không được có ở đây (sai thứ tự, thừa{f', hoặc phía trước thiếu {names}' if names else ''})"
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_2_3":
        return f"{where}: có chữ nằm ngoài các phần tử"
    if kind == "SCHEMAV_CVC_TYPE_3_1_2":
        return f"{where}: không được chứa phần tử con"
    if kind in {"SCHEMAV_CVC_TYPE_3_1_1", "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2"}:
        named = _ATTRIBUTE.search(message)
        return f"{where}: thuộc tính “{named[1][:40] if named else ''}” không được có"
    if why := _value(rules, local(element.tag)):
        return f"{where}: “{(element.text or '').strip()[:40]}” {why}"
    return f"{where}: không đúng lược đồ CAP 1.2"


def _value(rules: Any, name: str) -> str:
    """What the text of an element must be, as the schema says."""
    words = rules.xpath("//xs:element[@name=$name]//xs:enumeration/@value", namespaces=_XS, name=name)
    if words:
        return f"không hợp lệ; các giá trị đúng: {', '.join(words)}"
    bases = rules.xpath(
        "//xs:element[@name=$name]/@type | //xs:element[@name=$name]/xs:simpleType/xs:restriction/@base",
        namespaces=_XS,
        name=name,
    )
    return _TYPES.get(bases[0].rpartition(":")[2], "") if bases else ""


def _lacking(parent: Any, names: list[str], rules: Any) -> list[str]:
    """Those that the schema requires and the parent has not got."""
    optional = "//xs:element[@name=$name][@minOccurs='0']"
    return [
        name
        for name in dict.fromkeys(names)
        if parent.find(f"{{{NAMESPACE}}}{name}") is None and not rules.xpath(optional, namespaces=_XS, name=name)
    ]


def _at(root: Any, path: str) -> Any:
    """The element that libxml2's path leads to; prefixes are the message's own, `*` counts every child."""
    element = root
    for step in path.split("/")[2:]:
        label, _, number = step.rstrip("]").partition("[")
        alike = [child for child in element if label in {"*", _label(child)}]
        index = int(number or 1) - 1
        if index >= len(alike):  # an attribute, or a path of a kind that is not known: the parent is near enough
            break
        element = alike[index]
    return element


def _label(element: Any) -> str:
    return f"{element.prefix}:{local(element.tag)}" if element.prefix else local(element.tag)
