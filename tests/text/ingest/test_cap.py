"""CAP 1.2: what the schema allows is read, what it does not is refused with its place, attacks are refused unread."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import RuleError, printed
from broadcaster.text.ingest.cap import LARGEST, read_cap
from tests.kit.cap_messages import STORM


def test_the_vietnamese_part_is_what_will_be_read() -> None:
    alert = read_cap(STORM.encode())
    assert alert.text == (
        "Bão số 5 đang vào gần bờ.\n\nGió mạnh cấp 9, giật cấp 11. Mưa to từ đêm nay.\n\n"
        "Bà con chằng chống nhà cửa, không ra khơi."
    )
    assert (alert.event, alert.language, alert.severity) == ("Bão", "vi-VN", "Severe")
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
    assert read_cap(text.encode()).replaces == ("VN-1", "VN-2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings_that_xml_declares(encoding: str) -> None:
    text = STORM.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert read_cap(text.encode(encoding)).event == "Bão"


def test_a_signature_at_the_end_is_let_be() -> None:
    signed = STORM.replace("</alert>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><x/></Signature></alert>')
    assert read_cap(signed.encode()).event == "Bão"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cap:1.2", "cap:1.1", "gốc phải là alert"),
        ("<identifier>VN-KTTV-2026-0005</identifier>", "", "thiếu identifier"),
        ("VN-KTTV-2026-0005", "VN, 5", "dấu phẩy"),
        ("VN-KTTV-2026-0005", "  ", "identifier"),
        ("2026-03-04T16:30:00+07:00", "2026-03-04T16:30:00Z", "không dùng chữ Z"),
        ("2026-03-04T16:30:00+07:00", "2026-02-30T16:30:00+07:00", "ngày giờ có thật"),
        ("<status>Actual", "<status>actual", "status"),
        ("<status>Actual", "<status> Actual", "status"),
        ("<msgType>Alert", "<msgType>Warn", "msgType"),
        ("<msgType>Alert", "<msgType>Update", "cần có references"),
        ("<scope>Public", "<scope>Restricted", "cần có restriction"),
        ("<scope>Public", "<scope>Private", "cần có addresses"),
        ("<urgency>Expected</urgency>", "", "thiếu urgency"),
        ("<urgency>Expected", "<urgency>Soon", "urgency"),
        ("<category>Met</category>", "", "thiếu category"),
        ("<event>Bão</event>", "<event>Bão</event><event>Lũ</event>", "event"),
        ("<areaDesc>Vùng ven biển tỉnh Mẫu</areaDesc>", "", "thiếu areaDesc"),
        ("10.2,105.2 10.1,105.1", "10.2,105.2 10.3,105.3", "điểm cuối trùng"),
        ("10.15,105.15 12.5", "10.15 105.15 12.5", "bán-kính"),
        ("<size>20480", "<size>20 kB", "số nguyên"),
        (
            "<status>Actual</status>\n  <msgType>Alert</msgType>",
            "<msgType>Alert</msgType>\n  <status>Actual</status>",
            "thứ tự",
        ),
        ("<scope>Public</scope>", "<scope>Public</scope><lạ>x</lạ>", "lạ"),
        ("<scope>Public</scope>", "<scope>Public</scope>chữ lạc", "chữ nằm ngoài"),
        ("<event>Bão</event>", "<event>Bão<b/></event>", "phần tử con"),
        ("<valueName>KTTV</valueName>", "", "thiếu valueName"),
    ],
)
def test_each_rule_of_the_schema_is_kept(old: str, new: str, words: str) -> None:
    assert old in STORM
    with pytest.raises(RuleError) as caught:
        read_cap(STORM.replace(old, new, 1 if "Bão" not in old else -1).encode(), name="bao.xml")
    assert words in caught.value.message
    assert printed(caught.value.field) == "bao.xml"


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
