"""The table of elements says of every element of the published schema what becomes of it, and says the truth."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from lxml import etree

from broadcaster.text.ingest.cap import read_cap
from broadcaster.text.ingest.cap_elements import ELEMENTS, in_words
from broadcaster.text.ingest.cap_mended import NAMESPACE, path_of
from tests.kit.cap_messages import FLOOD

XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
OWN = f"{{{NAMESPACE}}}"
RULES = etree.fromstring((files("broadcaster.text.ingest") / "CAP-v1.2.xsd").read_bytes())
OTHER = {
    "sent": "2026-10-18T20:00:00+07:00",
    "effective": "2026-10-18T20:00:00+07:00",
    "onset": "2026-10-18T20:00:00+07:00",
    "expires": "2026-10-18T23:00:00+07:00",
    "language": "en-US",
    "size": "9",
    "altitude": "9",
    "ceiling": "99",
    "references": "ai-do@mau.example,KHAC-1,2026-10-18T17:00:00+07:00",
    "polygon": "1,1 2,1 2,2 1,1",
    "circle": "1,1 1",
    "web": "https://mau.example/khac",
}
"""Another value that the schema takes, where words would not do."""

ELSEWHERE = {"alert/note", "alert/info/event", "alert/info/responseType", "alert/info/urgency"}
"""Their rules take hold of certain values, or where something else is missing: tested by themselves."""


def declared(element=None, above=""):
    """Every element that the schema declares, by its path, with the values that it lists."""
    found = {}
    for one in RULES.findall("xs:element[@name='alert']", XS) if element is None else element:
        name = one.get("name") or one.get("ref").rpartition(":")[2]
        path = f"{above}/{name}".lstrip("/")
        children = one.findall("xs:complexType/xs:sequence/xs:element", XS)
        found[path] = [] if children else [e.get("value") for e in one.iterfind(".//xs:enumeration", XS)]
        found |= declared(children, path)
    return found


def message():
    """Every element once, as the table of the schema asks for."""
    root = etree.fromstring(FLOOD.encode())
    for name in ("addresses", "restriction"):
        new = etree.Element(f"{OWN}{name}")
        new.text = "Đài xã Mẫu"
        root.find(f"{OWN}scope").addnext(new)
    root.find(f"{OWN}note").text = "Ghi chú"
    return root


def read(root):
    return read_cap(etree.tostring(root, encoding="utf-8"))


LISTED = declared()
LEAVES = [path for path in LISTED if not any(other.startswith(f"{path}/") for other in LISTED)]


def test_every_element_of_the_schema_stands_in_the_table_and_nothing_else():
    assert len(LISTED) > 50
    assert sorted(ELEMENTS) == sorted(LISTED)


@pytest.mark.parametrize("path", LISTED)
def test_each_row_says_what_becomes_of_its_element_and_of_each_listed_value(path):
    element = ELEMENTS[path]
    assert element.rule or element.label or element.ignored
    assert not (element.ignored and (element.rule or element.label))
    assert sorted(element.words) == sorted(LISTED[path])
    assert set(element.refused) <= set(element.words)
    assert all(in_words(path, word) != word for word in LISTED[path])


@pytest.mark.parametrize("path", LEAVES)
def test_an_element_that_is_used_or_shown_changes_what_is_read_and_one_that_is_ignored_does_not(path):
    root = message()
    (victim, *_) = [e for e in root.iter(f"{OWN}*") if path_of(e) == path]
    before = read(root)
    words = [w for w in LISTED[path] if w != victim.text]
    victim.text = words[-1] if words else OTHER.get(path.rpartition("/")[2], "Khac")
    after = read(root)
    assert before.deviations == after.deviations == ()
    element = ELEMENTS[path]
    if element.ignored:
        assert after == before
        assert path in after.ignored
    else:
        assert after != before
    if element.label and path != "alert/info/language":
        assert victim.text in after.shown[path]
    if element.rule and path not in ELSEWHERE:
        assert replace(after, shown=before.shown) != before, "more than what is shown of it"


@pytest.mark.parametrize(
    ("path", "value"),
    [("alert/info/responseType", "AllClear"), ("alert/info/urgency", "Past"), ("alert/msgType", "Cancel")],
)
def test_the_values_that_a_rule_names_make_it_over(path, value):
    root = message()
    next(e for e in root.iter(f"{OWN}*") if path_of(e) == path).text = value
    assert read(root).over
    assert not read(message()).over


def test_the_note_and_the_event_are_read_where_nothing_else_is():
    root = message()
    info = root.find(f"{OWN}info")
    info.find(f"{OWN}headline").text = ""
    assert read(root).title == info.find(f"{OWN}event").text
    root.remove(info)
    assert read(root).text == "Ghi chú"
