"""CAP 1.2: what the schema allows is read, what it does not is refused with its place, attacks are refused unread."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
import time
import unicodedata
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from broadcaster.errors import RuleError, printed
from broadcaster.text.ingest.cap import LARGEST, read_cap
from broadcaster.text.ingest.cap_words import plain
from tests.kit.cap_messages import BREACHES, STORM, MadeUp, messages


def test_the_vietnamese_part_is_what_will_be_read() -> None:
    alert = read_cap(STORM.encode())
    assert alert.text == (
        "Bão số 5 đang vào gần bờ.\n\nGió mạnh cấp 9, giật cấp 11. Mưa to từ đêm nay.\n\n"
        "Bà con chằng chống nhà cửa, không ra khơi."
    )
    assert (alert.infos[0].event, alert.language, alert.foreign) == ("Bão", "vi-VN", False)
    assert alert.shown["alert/info/severity"] == ("Severe",)
    assert alert.left_out == ("en-US: Storm No. 5",)
    assert alert.deviations == ()
    assert alert.areas == ("Vùng ven biển tỉnh Mẫu",)
    assert alert.expires is not None
    assert alert.expires.utcoffset() is not None
    assert alert.kind == "Alert"


def test_an_update_names_what_it_replaces() -> None:
    text = STORM.replace("<msgType>Alert", "<msgType>Update").replace(
        "<info>",
        "<references>a@b.vn,VN-1,2026-03-03T16:30:00+07:00 a@b.vn,VN-2,2026-03-03T18:30:00+07:00</references><info>",
        1,
    )
    assert read_cap(text.encode()).references == (("a@b.vn", "VN-1"), ("a@b.vn", "VN-2"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings_that_xml_declares(encoding: str) -> None:
    text = STORM.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert read_cap(text.encode(encoding)).infos[0].event == "Bão"


def test_a_signature_at_the_end_is_let_be() -> None:
    signed = STORM.replace("</alert>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><x/></Signature></alert>')
    assert read_cap(signed.encode()).infos[0].event == "Bão"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cap:1.2", "cap:1.1", "gốc phải là alert"),
        ("<identifier>VN-KTTV-2026-0005</identifier>", "", "thiếu identifier"),
        ("VN-KTTV-2026-0005", "  ", "identifier"),
        ("2026-03-04T16:30:00+07:00", "2026-02-30T16:30:00+07:00", "ngày giờ có thật"),
        ("2026-03-04T16:30:00+07:00", "2026-02-30T16:30:00Z", "ngày giờ có thật"),
        ("2026-03-04T16:30:00+07:00", "2026-03-04T16:30:00", "ngày giờ có thật"),
        ("<status>Actual", "<status>Real", "status"),
        ("<msgType>Alert", "<msgType>Warn", "msgType"),
        ("<urgency>Expected</urgency>", "", "thiếu urgency"),
        ("<urgency>Expected", "<urgency>Soon", "urgency"),
        ("<category>Met</category>", "", "thiếu category"),
        ("<event>Bão</event>", "<event>Bão</event><event>Lũ</event>", "event"),
        ("<areaDesc>Vùng ven biển tỉnh Mẫu</areaDesc>", "", "thiếu areaDesc"),
        ("<scope>Public</scope>", "<scope>Public</scope><lạ>x</lạ>", "lạ"),
        ("<scope>Public</scope>", "<scope>Public</scope>chữ lạc", "chữ nằm ngoài"),
        ("<event>Bão</event>", "<event>Bão<b/></event>", "phần tử con"),
    ],
)
def test_what_is_missing_or_has_two_readings_is_refused_and_named(old: str, new: str, words: str) -> None:
    assert old in STORM
    with pytest.raises(RuleError) as caught:
        read_cap(STORM.replace(old, new, 1 if "Bão" not in old else -1).encode(), name="bao.xml")
    assert words in caught.value.message
    assert printed(caught.value.field) == "bao.xml"


SENT = "2026-03-04T16:30:00+07:00"
ORDER = "<status>Actual</status>\n  <msgType>Alert</msgType>", "<msgType>Alert</msgType>\n  <status>Actual</status>"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SENT, "2026-03-04T09:30:00Z", "alert/sent: “2026-03-04T09:30:00Z” viết sai kiểu"),
        (SENT, "2026-03-04T16:30:00.000+07:00", "alert/sent"),
        (SENT, "2026-03-04T16:30:00,5+07:00", "alert/sent"),
        (SENT, "2026-03-04T16:30:00+0700", "alert/sent"),
        (SENT, "2026-03-04T16:30:00+07", "alert/sent"),
        (SENT, "2026-03-04T16:30+07:00", "alert/sent"),
        (SENT, "2026-03-04 16:30:00 +07:00", "alert/sent"),
        (SENT, "2026-03-04t09:30:00z", "alert/sent"),
        (SENT, "2026-03-04T16:30:00+7:00", "alert/sent"),
        ("2026-03-06T07:00:00+07:00", "2026-03-06T00:00:00.0Z", "alert/info[2]/expires"),
        ("<status>Actual", "<status>actual", "alert/status"),
        ("<status>Actual", "<status> Actual", "alert/status"),
        ("<msgType>Alert", "<msgType>ALERT\n", "alert/msgType"),
        ("<severity>Severe", "<severity>severe", "severity"),
        ("<scope>Public", "<scope>Restricted", "cần có restriction"),
        ("<scope>Public", "<scope>Private", "cần có addresses"),
        ("10.2,105.2 10.1,105.1", "10.2,105.2 10.3,105.3", "điểm cuối trùng"),
        ("10.15,105.15 12.5", "10.15 105.15 12.5", "bán-kính"),
        ("<size>20480", "<size>20 kB", "resource/size: viết sai nên bỏ qua"),
        ("<altitude>0", "<altitude>cao", "area/altitude: viết sai nên bỏ qua"),
        ("<valueName>KTTV</valueName>", "", "eventCode: viết sai nên bỏ qua"),
        (*ORDER, "alert: các phần tử sai thứ tự"),
        ("<event>Bão", '<event lang="vi">Bão', "thuộc tính “lang” thừa"),
        ("<scope>Public</scope>", '<scope>Public</scope><x xmlns="urn:x">1</x>', "alert/x: phần tử lạ"),
        (' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', "", "xmlns"),
    ],
)
def test_a_harmless_breach_is_read_as_what_it_means_and_named(old: str, new: str, words: str) -> None:
    assert old in STORM
    right, found = read_cap(STORM.encode()), read_cap(STORM.replace(old, new).encode())
    assert any(words in told for told in found.deviations), found.deviations
    assert (found.text, found.title, found.sent, found.expires, found.kind, found.status) == (
        right.text,
        right.title,
        right.sent,
        right.expires,
        right.kind,
        right.status,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identifier", "VN KTTV 5"),
        ("identifier", "VN, 5"),
        ("sender", "Đài Khí tượng <1>"),
        ("sender", "a b@mau.example"),
    ],
)
def test_a_blank_in_a_name_is_read_and_named(name: str, value: str) -> None:
    root = etree.fromstring(STORM.encode())
    root.find(f"{{*}}{name}").text = value
    alert = read_cap(etree.tostring(root, encoding="utf-8"))
    assert getattr(alert, name) == value
    assert len([d for d in alert.deviations if f"alert/{name}: “" in d]) == 1


BODY = STORM.partition("?>")[2]
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><content type="text/xml">{}</content></entry></feed>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n\n" + STORM, "dòng trống"),
        (" \r\n\t" + STORM, "dòng trống"),
        ("\ufeff\n" + STORM, "dòng trống"),
        (ATOM.format(BODY), "nằm trong feed/entry/content"),
        ('<?xml version="1.0"?>' + ATOM.format(BODY), "nằm trong feed/entry/content"),
        (ATOM.format(escape(BODY)), "nằm trong chữ"),
        (ATOM.format(escape(STORM)), "nằm trong chữ"),
        (ATOM.format(f"<![CDATA[{STORM}]]>"), "nằm trong chữ"),
        (f'<e:Envelope xmlns:e="urn:e"><e:Body>{BODY}</e:Body></e:Envelope>', "nằm trong Envelope/Body"),
    ],
)
def test_a_message_in_a_wrapper_is_read_and_the_wrapper_named(text: str, words: str) -> None:
    alert = read_cap(text.encode())
    assert any(words in told for told in alert.deviations), alert.deviations
    assert alert.text == read_cap(STORM.encode()).text


def test_several_messages_in_a_wrapper_are_refused_and_counted() -> None:
    with pytest.raises(RuleError, match="2 bản tin CAP trong feed"):
        read_cap(ATOM.format(BODY + BODY).encode())


def test_an_attack_inside_a_wrapper_is_refused_unread() -> None:
    with pytest.raises(RuleError, match="không an toàn"):
        read_cap(ATOM.format(escape(STORM.replace("?>", "?><!DOCTYPE alert>", 1))).encode())


PAGE = "<p>Mưa lớn.<br />Gió giật cấp 8.</p><ul><li>Ấp 1</li><li>Ấp 2</li></ul>&nbsp;Liên hệ: <a href='http://x'>trang tin</a>"


@pytest.mark.parametrize(
    "description",
    [
        escape(PAGE),
        f"<![CDATA[{PAGE}]]>",
        escape(escape(PAGE)),
        PAGE.replace("&nbsp;", "&#160;"),
        PAGE.replace("&nbsp;", "").replace("<p>", '<p xmlns="http://www.w3.org/1999/xhtml">'),
    ],
    ids=["escaped", "cdata", "twice", "inline", "xhtml"],
)
def test_markup_is_taken_out_of_the_words(description: str) -> None:
    text = STORM.replace("Gió mạnh cấp 9, giật cấp 11. Mưa to từ đêm nay.", description)
    said = read_cap(text.encode()).text
    assert not re.search(r"[<>&]|nbsp|href", said), said
    assert [w in said for w in ("Mưa lớn.", "Gió giật cấp 8.", "Ấp 1", "Ấp 2", "Liên hệ: trang tin")] == [True] * 5


@pytest.mark.parametrize("text", ["mực nước < 5 m và > 3 m", "gió <15 m/s>", "R&D", "a < b", "100% & hơn; thế"])
def test_signs_that_are_no_markup_stay(text: str) -> None:
    assert plain(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_words_without_markup_are_never_changed(text: str) -> None:
    if "<" not in text and "&" not in text:
        assert plain(text) == unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip())


INFO = STORM[STORM.rindex("<info>") : STORM.rindex("</alert>")]
LANDSLIDES = (
    INFO.replace("Bão số 5 đang vào gần bờ", "Sạt lở")
    .replace("Gió mạnh cấp 9, giật cấp 11. Mưa to từ đêm nay.", "Đất đã nứt.")
    .replace("Vùng ven biển tỉnh Mẫu", "Ấp 3")
    .replace("2026-03-06T07:00", "2026-03-05T07:00")
)


def test_every_info_of_the_language_is_read_in_order_and_the_areas_are_merged() -> None:
    alert = read_cap(STORM.replace("</alert>", f"{LANDSLIDES}{INFO}</alert>").encode())
    assert alert.title == "Bão số 5 đang vào gần bờ; Sạt lở"
    assert alert.text.index("Gió mạnh") < alert.text.index("Đất đã nứt.")
    assert alert.text.count("Gió mạnh") == 1, "the same words once"
    assert alert.areas == ("Vùng ven biển tỉnh Mẫu", "Ấp 3")
    assert alert.expires == dt.datetime.fromisoformat("2026-03-05T07:00:00+07:00")


@given(st.lists(st.sampled_from(["vi-VN", "vi", "VI-vn", "en-US", "en", "zh-TW", None]), min_size=1, max_size=7))
def test_nothing_of_the_language_is_lost_and_the_rest_is_named(languages: list[str | None]) -> None:
    head = STORM[: STORM.index("<info>")]
    infos = ""
    for number, language in enumerate(languages):
        written = f"<language>{language}</language>" if language else ""
        infos += (
            f"<info>{written}<category>Met</category><event>Việc {number}</event><urgency>Expected</urgency>"
            f"<severity>Severe</severity><certainty>Likely</certainty><description>Lời {number}.</description>"
            f"<area><areaDesc>Vùng {number}</areaDesc></area></info>"
        )
    alert = read_cap(f"{head}{infos}</alert>".encode())
    known = [language or "en-US" for language in languages]
    vietnamese = [n for n, language in enumerate(known) if language.lower().startswith("vi")]
    read = vietnamese or [n for n, language in enumerate(known) if language == known[0]]
    assert alert.text == "\n\n".join(f"Lời {n}." for n in read)
    assert alert.areas == tuple(f"Vùng {n}" for n in read)
    assert [words.rpartition(" ")[2] for words in alert.left_out] == [
        str(n) for n in range(len(known)) if n not in read
    ]
    assert alert.foreign is (not vietnamese)


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        ({}, False),
        ({"<responseType>Prepare": "<responseType>AllClear"}, True),
        ({"<urgency>Expected": "<urgency>Past"}, True),
        ({"<msgType>Alert": "<msgType>Cancel"}, True),
        ({"<msgType>Alert": "<msgType>Update", "<urgency>Expected": "<urgency>past"}, True),
        ({"<msgType>Alert": "<msgType>Update"}, False),
        ({"<responseType>Prepare": "<responseType>None"}, False),
    ],
)
def test_what_says_that_it_is_over_is_known_whatever_the_type_of_the_message(
    changes: dict[str, str], over: bool
) -> None:
    text = STORM
    for old, new in changes.items():
        text = text.replace(old, new)
    assert read_cap(text.encode()).over is over


def test_a_message_of_which_a_part_is_over_is_not_over() -> None:
    text = STORM.replace("</alert>", f"{LANDSLIDES.replace('Prepare', 'AllClear')}</alert>")
    alert = read_cap(text.encode())
    assert ([i.over for i in alert.infos], alert.over) == ([False, True], False)


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE alert>",
        '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE alert [<!ENTITY a0 "x">{BOMB}]>',
        '<!DOCTYPE alert [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>',
    ],
)
def test_attacks_are_refused_unread(head: str) -> None:
    text = STORM.replace("?>\n", f"?>\n{head}", 1).replace("Bão số 5", "&x;" if "ENTITY x " in head else "Bão số 5")
    with pytest.raises(RuleError, match="không an toàn"):
        read_cap(text.encode())


@pytest.mark.parametrize("data", [b"", b"<alert", b"\x00\x01", b"{}", "<a>đ</a>".encode("cp1258", "ignore")])
def test_what_is_no_xml_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(RuleError):
        read_cap(data)


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(RuleError, match="1 MB"):
        read_cap(b" " * (LARGEST + 1))


@given(st.data())
def test_no_cut_or_changed_message_breaks_the_reader(data: st.DataObject) -> None:
    tags = re.findall(r"<[^>?]+>", STORM)
    victim = data.draw(st.sampled_from(tags))
    put = data.draw(st.sampled_from(["", "<x/>", "<info>", "</alert>", "&amp;", "&", "<!-- -->", "\x07"]))
    with contextlib.suppress(RuleError):  # and nothing else
        read_cap(STORM.replace(victim, put, data.draw(st.integers(1, 2))).encode())


@given(message=messages())
def test_whatever_a_message_says_in_the_language_is_heard_shown_and_ends_in_time(message: MadeUp) -> None:
    alert = read_cap(message.xml().encode())
    vietnamese = [i for i in message.infos if i.language.startswith("vi")]
    read = vietnamese or [i for i in message.infos if i.language == message.infos[0].language]
    assert alert.deviations == ()
    for info in read:
        for words in dict.fromkeys((info.headline, info.description, info.instruction)):
            assert words in alert.text
        assert set(info.areas) <= set(alert.areas)
        assert info.severity in alert.shown["alert/info/severity"]
    assert len(alert.left_out) == len(message.infos) - len(read)
    ends = [i.expires for i in alert.infos if i.expires]
    assert alert.expires == (min(ends) if ends else None)
    assert len(ends) == len([i for i in read if i.expires])
    past = [i.response == "AllClear" or i.urgency == "Past" for i in read]
    assert alert.over == (all(past) or message.kind == "Cancel")


@given(message=messages(), names=st.lists(st.sampled_from(sorted(BREACHES)), unique=True, max_size=5))
def test_harmless_breaches_together_change_nothing_of_what_is_read_and_are_all_named(
    message: MadeUp, names: list[str]
) -> None:
    text = message.xml()
    told = 0
    for name in names:
        broken = BREACHES[name](text)
        told += broken != text
        text = broken
    right, found = read_cap(message.xml().encode()), read_cap(text.encode())
    assert dataclasses.replace(found, deviations=(), ignored=()) == dataclasses.replace(right, ignored=())
    assert len(found.deviations) >= told - ({"blank lines", "wrapped"} <= set(names)), found.deviations


def test_a_message_of_many_parts_with_the_same_harmless_breach_in_each_is_read() -> None:
    info = INFO.replace("2026-03-06T07:00:00+07:00", "2026-03-06T00:00:00Z").replace("<size>20480", "<size>20 kB")
    head = STORM[: STORM.index("<info>")]
    infos = "".join(info.replace("Bão số 5", f"Bão số {n}").replace("<info>", f"<info id='{n}'>") for n in range(17))
    alert = read_cap(f"{head}{infos}</alert>".encode())
    assert len(alert.infos) == 17
    assert alert.text.count("đang vào gần bờ") == 17
    assert any("chỗ khác nữa" in told for told in alert.deviations)
    assert len("; ".join(alert.deviations)) < 2_000


def test_a_file_of_breaches_is_judged_in_a_moment() -> None:
    head = STORM[: STORM.index("<info>")]
    info = (
        "<info x='1'><category>met</category><event>e</event><urgency>past</urgency><severity>minor</severity>"
        "<certainty>likely</certainty><onset>2026-03-06T00:00:00Z</onset><web>http://[</web></info>"
    )
    text = f"{head}{info * 2_000}</alert>"
    began = time.process_time()
    with contextlib.suppress(RuleError):
        read_cap(text.encode())
    assert time.process_time() - began < 10
