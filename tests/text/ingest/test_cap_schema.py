"""The published schema is the gate: what it refuses is refused in Vietnamese, what it lets through is read."""

from __future__ import annotations

import copy
import hashlib
import http.server
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from broadcaster.errors import RuleError, printed
from broadcaster.text.ingest.cap import LARGEST, read_cap
from broadcaster.text.ingest.cap_elements import ELEMENTS
from broadcaster.text.ingest.cap_mended import NAMESPACE, path_of, place
from tests.kit.cap_messages import ALL, CANCEL, DRILL, FLOOD, LANDSLIDE, STORM

OWN = f"{{{NAMESPACE}}}"
XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
XSD = (files("broadcaster.text.ingest") / "CAP-v1.2.xsd").read_bytes()
RULES = etree.fromstring(XSD)
SCHEMA = etree.XMLSchema(RULES)
MENDING = "Hãy xin cơ quan phát tin gửi lại bản đúng CAP 1.2"


def tree(text):
    return etree.fromstring(text.encode())


FULL = tree(FLOOD)
for _name in ("addresses", "restriction"):
    _new = etree.Element(f"{OWN}{_name}")
    _new.text = "Đài xã Mẫu"
    FULL.find(f"{OWN}scope").addnext(_new)


def refusal(root):
    """Return why a message is refused; empty when it is read."""
    data = root if isinstance(root, bytes) else etree.tostring(root, encoding="utf-8", xml_declaration=True)
    try:
        read_cap(data, name="tin.xml")
    except RuleError as error:
        return error.message if printed(error.field) == "tin.xml" else "no field"
    return ""


def told(root):
    """Return what is named of a message that is read, as one text."""
    data = root if isinstance(root, bytes) else etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return "; ".join(read_cap(data, name="tin.xml").deviations)


def names(query):
    return sorted(set(RULES.xpath(query, namespaces=XS)))


NAMES = names("//xs:element/@name")
LISTED = {
    name: RULES.xpath(f"//xs:element[@name='{name}']/xs:simpleType//xs:enumeration/@value", namespaces=XS)
    for name in NAMES
}


def test_the_schema_is_the_published_file_with_its_notice():
    assert hashlib.sha256(XSD).hexdigest() == "b7798ef25868b068c97b268bda02d067c7d4ba9373adc5638bf37105804ee723"
    assert b"<!-- Copyright OASIS Open 2010 All Rights Reserved -->" in XSD


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_real_messages_pass(text):
    assert SCHEMA.validate(tree(text))
    assert read_cap(text.encode()).identifier


def test_a_full_message_shows_every_element_that_the_schema_knows():
    declared = names("//xs:element/@name")
    assert declared == sorted({e.tag.removeprefix(OWN) for e in FULL.iter("*")})
    assert SCHEMA.validate(FULL)
    assert refusal(FULL) == ""


def test_what_is_read_of_a_flood_under_a_prefix():
    alert = read_cap(FLOOD.encode())
    assert alert.text.startswith("Lũ trên sông Mẫu vượt báo động 3.\n\nLúc 21 giờ")
    assert alert.text.endswith("Không qua ngầm, tràn. Gọi 112 khi cần cứu.")
    assert alert.references == (("truc-ban@pctt.mau.example", "MAU-LU-2026-10-18-01"),)
    assert (alert.kind, alert.language) == ("Update", "vi-VN")
    assert alert.shown["alert/info/severity"] == ("Extreme",)
    assert alert.expires is not None
    assert alert.expires.isoformat() == "2026-10-20T00:00:00+07:00", "24:00:00 is the next day's midnight"
    assert read_cap(LANDSLIDE.encode()).title == "Nguy cơ sạt lở ở các bản cao"
    assert read_cap(DRILL.encode()).language == "en-US", "the schema's default"
    assert read_cap(CANCEL.encode()).text == "Nước đã rút dưới báo động 1"


def test_a_comment_or_an_instruction_in_a_text_takes_nothing_from_it():
    text = STORM.replace("Bão số 5", "Bão<!-- tên quốc tế --> số<?x y?> 5")
    assert read_cap(text.encode()).title == "Bão số 5 đang vào gần bờ"


# Each rule of the schema, broken once


@pytest.mark.parametrize("name", names("//xs:element[not(@minOccurs='0')]/@name | //xs:element/@ref"))
def test_a_required_element_that_is_missing_is_named(name):
    name = name.removeprefix("cap:")
    if name == "alert":
        return
    root = copy.deepcopy(FULL)
    victim = root.find(f".//{OWN}{name}")
    parent = victim.getparent()
    for one in parent.findall(f"{OWN}{name}"):
        parent.remove(one)
    assert not SCHEMA.validate(root)
    if path_of(parent).startswith(("alert/info/eventCode", "alert/info/resource")):
        assert f"{parent.tag.removeprefix(OWN)}: viết sai nên bỏ qua" in told(root), "no rule needs it"
        return
    why = refusal(root)
    assert f"thiếu {name}" in why
    assert MENDING in why


@pytest.mark.parametrize("name", names("//xs:element[not(@maxOccurs='unbounded')]/@name"))
def test_an_element_that_may_stand_once_stands_once(name):
    if name == "alert":
        return
    root = copy.deepcopy(FULL)
    first = root.find(f".//{OWN}{name}")
    first.addnext(copy.deepcopy(first))
    if not (why := refusal(root)):
        assert not ELEMENTS[path_of(first)].rule, "only what no rule needs is left out, by name"
        assert "viết sai nên bỏ qua" in told(root)
        return
    assert f"{name}[2]: không được có ở đây" in why
    assert MENDING in why


@pytest.mark.parametrize("name", names("//xs:element[xs:simpleType/xs:restriction/xs:enumeration]/@name"))
@pytest.mark.parametrize("change", [str.lower, str.upper, "Sai".__add__, " ".__add__, lambda _: ""])
def test_a_word_that_the_schema_does_not_list_is_refused_with_those_it_lists(name, change):
    words = RULES.xpath(f"//xs:element[@name='{name}']/xs:simpleType//xs:enumeration/@value", namespaces=XS)
    root = copy.deepcopy(FULL)
    element = root.find(f".//{OWN}{name}")
    element.text = change(element.text)
    if element.text in words:
        return
    assert not SCHEMA.validate(root)
    if element.text.strip().casefold() in {w.casefold() for w in words}:
        assert f"{place(element)}: “{element.text.strip()}” viết sai kiểu, đọc là " in told(root)
        return
    why = refusal(root)
    assert f"{name}" in why
    assert f"các giá trị đúng: {', '.join(words)}" in why


@pytest.mark.parametrize("name", ["sent", "effective", "onset", "expires"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T16:30:00",
        "2026-03-04T16:30:00,07:00",
        "2026-02-30T16:30:00+07:00",
        "2026-03-04T25:00:00+07:00",
        "2026-03-04",
        "hôm nay",
        "",
        "-2026-03-04T16:30:00+07:00",
        "２０２６-03-04T16:30:00+07:00",
        "2026-03-04T16:30:00+15:00",
        "2026-03-04T25:00:00Z",
    ],
)
def test_moments_are_those_of_the_schema(name, text):
    root = copy.deepcopy(FULL)
    root.find(f".//{OWN}{name}").text = text
    assert not SCHEMA.validate(root)
    if name in {"effective", "onset"} or (name == "expires" and not text):
        assert f"alert/info/{name}: {'viết sai nên bỏ qua' if text else 'để trống'}" in told(root)
        return
    why = refusal(root)
    assert f"{name}: “" in why
    assert "phải là ngày giờ có thật" in why
    assert "không dùng chữ Z" in why


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+07:00", "9999-12-31T24:00:00-14:00", "1000-01-01T00:00:00-00:00"]
)
def test_moments_that_no_calendar_of_ours_holds_are_refused_in_words(text):
    root = copy.deepcopy(FULL)
    root.find(f".//{OWN}expires").text = text
    assert "ngày giờ dùng được" in refusal(root)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("size", "20 kB", "resource/size: viết sai nên bỏ qua"),
        ("size", "1.5", "resource/size: viết sai nên bỏ qua"),
        ("altitude", "cao", "area/altitude: viết sai nên bỏ qua"),
        ("ceiling", "", "area/ceiling: để trống"),
        ("web", "http://[", "info/web: viết sai nên bỏ qua"),
    ],
)
def test_what_no_rule_needs_is_left_out_by_name_when_it_is_not_of_its_type(name, text, words):
    root = copy.deepcopy(FULL)
    root.find(f".//{OWN}{name}").text = text
    assert not SCHEMA.validate(root)
    assert words in told(root)


def test_a_language_that_is_none_is_refused():
    root = copy.deepcopy(FULL)
    root.find(f".//{OWN}language").text = "tiếng Việt"
    assert "vi-VN" in refusal(root)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<scope>Public</scope>", "<scope>Public</scope>lạc", "alert: có chữ nằm ngoài"),
        ("<event>Bão", "<event>Bão<b/>", "event: không được chứa phần tử con"),
        ("<event>Bão", '<event xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">Bão', "event"),
        ("<event>Bão", '<event xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="q">Bão', "event"),
        ("<areaDesc>Vùng", "<areaDesc/><areaDesc>Vùng", "alert/info[2]/area/areaDesc[2]"),
        ("cap:1.2", "cap:1.1", "Đây là bản tin CAP 1.1; đài chỉ đọc CAP 1.2"),
        ("alert", "rss", "gốc phải là alert"),
    ],
)
def test_other_ways_of_breaking_it(old, new, words):
    assert old in STORM
    broken = STORM.replace(old, new, -1 if old == "alert" or "Bão" in old else 1)
    assert not SCHEMA.validate(tree(broken))
    assert words in refusal(broken.encode())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<scope>Public</scope>", "<scope>Public</scope><note/><code/>", "alert: các phần tử sai thứ tự"),
        ("<scope>Public</scope>", '<scope>Public</scope><x xmlns="urn:x"/>', "alert/x: phần tử lạ"),
        ("<event>Bão", '<event lang="vi">Bão', "thuộc tính “lang” thừa"),
        ("<info>", '<info id="1">', "thuộc tính “id” thừa"),
        ("<alert ", '<alert xml:lang="vi" ', "thuộc tính “lang” thừa"),
        ("</alert>", '<x xmlns="urn:x"/></alert>', "alert/x: phần tử lạ"),
        (' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', "", "xmlns"),
    ],
)
def test_ways_of_breaking_it_that_have_one_reading_are_named(old, new, words):
    broken = STORM.replace(old, new, -1 if "Bão" in old else 1)
    assert not SCHEMA.validate(tree(broken))
    assert words in told(broken.encode())
    assert read_cap(broken.encode()).text == read_cap(STORM.encode()).text


def test_a_signature_before_what_it_signs_is_put_right_and_named():
    signed = STORM.replace("<identifier>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/><identifier>', 1)
    assert not SCHEMA.validate(tree(signed))
    assert "chữ ký không ở cuối" in told(signed.encode())
    assert read_cap(signed.encode()).text == read_cap(STORM.encode()).text


def test_several_faults_are_told_at_once_and_not_without_end():
    broken = STORM.replace("<urgency>Expected", "<urgency>Soon").replace("<status>Actual", "<status>Real")
    why = refusal(broken.encode())
    assert all(words in why for words in ("alert/status: “Real”", "info[1]/urgency: “Soon”", "info[2]/urgency: “Soon”"))
    assert why.count("“Soon”") == 2
    many = STORM.replace("<info>", "<info/>" * 2_000 + "<info>", 1)
    why = refusal(many.encode())
    assert "alert/info[1]: thiếu category" in why
    assert "và những lỗi khác" in why
    assert len(why) < 2000


# Whatever is done to a message, the schema's word holds


def mutated(data):
    """Return a message with one thing done to it, and what was done."""
    root = copy.deepcopy(data.draw(st.sampled_from([FULL, tree(STORM), tree(LANDSLIDE)])))
    every = [e for e in root.iter() if isinstance(e.tag, str)][1:]
    element = data.draw(st.sampled_from(every))
    parent = element.getparent()
    what = data.draw(
        st.sampled_from(["drop", "twice", "swap", "rename", "text", "child", "attribute", "tail", "space"])
    )
    match what:
        case "drop":
            parent.remove(element)
        case "twice":
            element.addnext(copy.deepcopy(element))
        case "swap":
            other = data.draw(st.sampled_from(list(parent)))
            parent.insert(parent.index(other), element)
        case "rename":
            element.tag = f"{OWN}{data.draw(st.sampled_from([*NAMES, 'la']))}"
        case "text":
            words = st.sampled_from(
                ["", " ", "Actual", "Public", "0", "vi", "-1", "1.5", "đ", "2026-01-02T03:04:05+07:00"]
            )
            element.text = data.draw(
                words | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
            )
        case "child":
            etree.SubElement(element, data.draw(st.sampled_from([f"{OWN}info", f"{OWN}value", "x", "{urn:x}y"])))
        case "attribute":
            element.set(data.draw(st.sampled_from(["id", "{http://www.w3.org/XML/1998/namespace}lang"])), "1")
        case "tail":
            element.tail = data.draw(st.sampled_from(["", "chữ", "\n "]))
        case "space":
            element.tag = data.draw(
                st.sampled_from(
                    [
                        "{urn:oasis:names:tc:emergency:cap:1.1}info",
                        "event",
                        "{http://www.w3.org/2000/09/xmldsig#}Signature",
                    ]
                )
            )
    return root


@given(st.data())
def test_what_the_schema_refuses_is_refused_and_nothing_else_for_its_sake(data):
    message = etree.tostring(mutated(data), encoding="utf-8", xml_declaration=True)
    why = refusal(message)
    if SCHEMA.validate(etree.fromstring(message)):
        assert why == "" or "không đúng chuẩn" in why, why  # then it is the standard's prose
    elif why:
        assert "không đúng lược đồ" in why or "không đúng chuẩn" in why
        assert MENDING in why
        assert "alert" in why
    else:
        assert "alert" in told(message), "what the schema refuses is read only with its place named"


@given(st.data())
def test_no_two_neighbours_of_different_names_may_change_places(data):
    root = copy.deepcopy(FULL)
    pairs = [(a, a.getnext()) for a in root.iter() if isinstance(a.tag, str) and a.getnext() is not None]
    pairs = [(a, b) for a, b in pairs if isinstance(b.tag, str) and a.tag != b.tag]
    first, second = data.draw(st.sampled_from(pairs))
    second.addnext(first)
    assert "sai thứ tự" in told(root)
    whole = etree.tostring(root, encoding="utf-8")
    assert replace(read_cap(whole), deviations=()) == read_cap(etree.tostring(FULL, encoding="utf-8"))


@given(st.data())
def test_no_other_word_passes_for_one_of_a_list(data):
    root = copy.deepcopy(FULL)
    name = data.draw(st.sampled_from([n for n, words in LISTED.items() if words]))
    word = data.draw(
        st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=10)
        | st.sampled_from([w for words in LISTED.values() for w in words])
    )
    root.find(f".//{OWN}{name}").text = word
    known = word.strip().casefold() in {w.casefold() for w in LISTED[name]}
    assert ("không hợp lệ" in refusal(root)) == (not known)
    if known:
        assert (f"{name}: “" in told(root)) == (word not in LISTED[name])


# Attacks and odd shapes


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_is_read_over(bom):
    assert read_cap(bom + FLOOD.encode()).infos[0].event == "Lũ khẩn cấp"


def test_an_encoding_that_is_declared_and_true_is_read_and_one_that_is_not_is_refused():
    declared = STORM.replace('encoding="UTF-8"', 'encoding="windows-1258"')
    import unicodedata

    letters = "".join(
        unicodedata.normalize("NFD", c) if c in "ốớảạắằồầưừứọịũủỷếệểễẽẻẹấậẩởờợộổỗõỏùúìíỉĩ" else c for c in declared
    )
    data = letters.encode("cp1258", "xmlcharrefreplace")
    assert read_cap(data).areas == ("Vùng ven biển tỉnh Mẫu",)
    for wrong in ("UTF-16", "khong-co", "UTF-7", "us-ascii"):
        assert "như XML" in refusal(STORM.replace('encoding="UTF-8"', f'encoding="{wrong}"').encode())
    assert "như XML" in refusal(STORM.encode("utf-16-le")[:-1])
    assert "như XML" in refusal(STORM.encode("latin-1", "ignore").replace(b"info>", b"\xe9info>", 1))


def test_a_message_that_is_broken_off_says_where():
    why = refusal(STORM.encode()[:700])
    assert "hỏng ở dòng" in why
    assert "xin lại tệp gốc" in why


def test_deep_nesting_is_refused():
    assert "như XML" in refusal(b"<a>" * 9_000 + b"</a>" * 9_000)
    inside = STORM.replace("</event>", "<b>" * 5000 + "</b>" * 5000 + "</event>", 1)
    assert refusal(inside.encode()) != ""


def test_an_inclusion_is_not_followed():
    wanted = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    why = refusal(STORM.replace("Bão số 5", wanted).encode())
    assert "headline: không được chứa phần tử con" in why
    assert "root:" not in why


def test_nothing_that_a_message_names_is_opened(tmp_path):
    asked = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wide = tmp_path / "rong.xsd"
    wide.write_text(
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/09/xmldsig#">'
        '<element name="Signature" type="integer"/></schema>'
    )
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        hints = (
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="{NAMESPACE} {base}/a.xsd http://www.w3.org/2000/09/xmldsig# {wide.as_uri()} urn:y {base}/y.xsd" '
            f'xsi:noNamespaceSchemaLocation="{base}/b.xsd"'
        )
        text = LANDSLIDE.replace("<alert ", f"<alert {hints} ").replace("<Signature ", f"<Signature {hints} ")
        assert refusal(text.encode()) == "", "the file beside would have made a number of the signature"
        assert refusal(FLOOD.encode()) == ""
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_large_messages_that_are_right_are_read():
    points = " ".join(f"{10 + n / 1e5:.5f},105.1" for n in range(30_000))
    text = STORM.replace("10.1,105.1 10.2,105.1 10.2,105.2 10.1,105.1", f"{points} 10.00000,105.1")
    assert 400_000 < len(text.encode()) < LARGEST
    assert read_cap(text.encode()).areas == ("Vùng ven biển tỉnh Mẫu",)
    info = "<info><category>Met</category><event>x</event><urgency>Past</urgency><severity>Minor</severity><certainty>Unlikely</certainty></info>"
    assert read_cap(STORM.replace("<info>", info * 3_000 + "<info>", 1).encode()).infos[0].event == "Bão"
    deref = STORM.replace("<size>20480</size>", f"<derefUri>{'QUJD' * 200_000}</derefUri>")
    assert read_cap(deref.encode()).infos[0].event == "Bão"


MANY_ATTRIBUTES = " ".join(f"a{n}=''" for n in range(30_000))


@pytest.mark.parametrize(
    "many",
    ["<info/>" * 140_000, "<info><x/></info>" * 20_000, f"<info {MANY_ATTRIBUTES}/>"],
    ids=["infos", "depth", "attributes"],
)
def test_more_parts_than_any_message_has_are_refused_before_their_faults_are_counted(many):
    text = STORM.replace("<info>", f"{many}<info>", 1)
    assert len(text.encode()) < LARGEST
    assert "hơn 20.000 phần tử" in refusal(text.encode())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<identifier>VN-", "<identifier>VN ", "alert/identifier"),
        ("<event>Bão", "<event> ", "alert/info[2]/event: không được để trống"),
        ("10.2,105.2 10.1,105.1", "10.2,105.2 10.3,105.3", "polygon: phải là ít nhất bốn điểm"),
        ("<altitude>0</altitude>", "<ceiling>9</ceiling>", "area: có ceiling thì cần có altitude"),
    ],
)
def test_the_standard_s_prose_is_kept_where_the_schema_says_nothing(old, new, words):
    broken = STORM.replace(old, new) if "Bão" not in old else STORM.replace(f"{old}</event>", f"{new}</event>")
    assert SCHEMA.validate(tree(broken))
    assert words in told(broken.encode())


def test_messages_read_at_once_do_not_mix_up_their_faults():
    wrong = {f"Sai{n}": STORM.replace("<status>Actual", f"<status>Sai{n}").encode() for n in range(40)}

    def one(key):
        found = refusal(wrong[key]) if key in wrong else refusal(STORM.encode())
        return found.count("“Sai"), f"“{key}”" in found

    keys = [*wrong, *["" for _ in wrong]]
    random.Random(3).shuffle(keys)
    with ThreadPoolExecutor(4) as pool:
        for key, found in zip(keys, pool.map(one, keys), strict=True):
            assert found == ((1, True) if key else (0, False))


def test_the_schema_processor_is_loaded_when_a_message_comes():
    says = "import sys, broadcaster.text.ingest.cap; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True).stdout.split()
    assert "broadcaster.text.ingest.cap_schema" in loaded
    assert not [name for name in loaded if name.startswith("lxml")]
