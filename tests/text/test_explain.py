"""What a person is told: the other readings wherever the words around decided, and a mark where they should look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.text import Profile, normalize
from broadcaster.text.numbers import DIGITS, cardinal
from broadcaster.text.rules.reasons import REASONS, reason_of
from tests.kit.properties import examples


@pytest.fixture
def spans(lexicon):
    return lambda text: normalize(text, profile=Profile.SOUTH, lexicon=lexicon).spans


def of(spans, written):
    return next(span for span in spans if written in span.written)


@pytest.mark.parametrize(
    ("text", "written", "spoken", "other"),
    [
        ("Họp ngày 3/4 tại xã.", "3/4", "ba tháng tư", "ba phần tư"),
        ("Có 3/4 diện tích đã gieo.", "3/4", "ba phần tư", "ba trên bốn"),
        ("Nhà số 3/4 đường A.", "3/4", "ba trên bốn", "ngày ba tháng tư"),
        ("Sáng 5-7 họp dân.", "5-7", "ngày năm tháng bảy", "năm đến bảy"),
        ("Trận này thắng 5-7.", "5-7", "năm bảy", "năm đến bảy"),
        ("Hỗ trợ 1.005 hộ.", "1.005", "một ngàn không trăm lẻ năm", "một phẩy không không năm"),
        ("Nhân dịp 8.3 này.", "8.3", "ngày tám tháng ba", "tám phẩy ba"),
        ("Điểm 8.3 là cao.", "8.3", "tám chấm ba", None),
        ("Đoàn khóa V họp.", "V", "năm", "vê"),
        ("TT Vĩnh Thuận cũ.", "TT", "Thị trấn", "Trung tâm"),
        ("P. Vĩnh Thanh có hai tổ.", "P.", "phường", "phòng"),
        ("Q. Giám đốc ký.", "Q.", "quyền", "quận"),
        ("Ấp Ba xếp nhất (95đ).", "95đ", "chín mươi lăm điểm", "chín mươi lăm đồng"),
        ("Họp lúc 8.30 sáng.", "8.30", "tám giờ ba mươi phút", "tám phẩy ba mươi"),
        ("Trao giải II cho ấp Ba.", "II", "nhì", "hai"),
        ("Nghị quyết 57-NQ/TW.", "57-NQ/TW", "năm mươi bảy của Trung ương", "năm mươi bảy en-nờ quy tê vê kép"),
    ],
)
def test_where_context_decides_the_other_reading_is_offered(spans, text, written, spoken, other):
    span = of(spans(text), written)
    assert span.spoken.lower().removeprefix("ngày ") == spoken.lower().removeprefix("ngày ")
    assert other is None or other in span.alternatives


@pytest.mark.parametrize(
    ("text", "written", "rule"),
    [
        ("Đội BKTX họp.", "BKTX", "acronym.unknown"),
        ("Thông báo: 25/9, trời mưa.", "25/9", "date.day-month"),
        ("Gửi kèm ⌘ nhé.", "⌘", "symbol.unread"),
        ("Bảng VII nêu rõ, XII thì không.", "XII", "roman.bare"),
        ("Quyết định số 12/QĐ-BKTX.", "12/QĐ-BKTX", "document.number"),
        ("Họp lúc 8.30 tại xã.", "8.30", "time.dotted"),
        ("Ngày 13/25/2025 họp.", "13/25/2025", None),
    ],
)
def test_a_doubtful_place_is_marked(lexicon, text, written, rule):
    spoken = normalize(text, profile=Profile.SOUTH, lexicon=lexicon)
    if rule is None:
        assert [n.code for n in spoken.warnings] == ["date-wrong"]
        return
    span = of(spoken.spans, written)
    assert span.rule == rule
    assert span.look


def test_what_is_plain_is_not_marked(spans, plan):
    marked = [span.written for span in spans(plan) if span.look]
    assert marked == ["VT"]


def test_every_rule_says_why_in_vietnamese(spans, plan):
    assert all(span.reason == reason_of(span.rule) != span.rule for span in spans(plan))
    assert all(reason.endswith(".") for reason in REASONS.values())


_FRAMES = st.sampled_from(
    [
        "Xã có {} hộ nghèo.",
        "Thu {} đồng tiền quỹ.",
        "Quyết định số {}/QĐ-UBND.",
        "Nghị quyết {}-NQ/TU.",
        "Tổ {} họp tối nay.",
        "Dài {} m, đạt {} %.",
        "Từ {} đến {} người.",
        "Có {}/{} ấp đạt.",
        "Khoảng {}-{} ngày.",
        "Chỉ số {},{} điểm.",
        "({}) và {};{}",
        "Điều {} khoản {}",
        "giá {}đ/kg",
        "lô {}-{}-{}",
        "bài {}: {} phút",
        "phòng {}.{}",
        "x{}y{}z",
    ]
)


@examples(300)
@given(_FRAMES, st.lists(st.integers(0, 99_999), min_size=3, max_size=3))
def test_every_number_of_the_source_is_heard(lexicon, frame, numbers):
    """Each number is said as a cardinal, figure by figure, or as one of its named forms (tháng tư, lẻ bốn)."""
    wanted = numbers[: frame.count("{}")]
    spoken = normalize(frame.format(*wanted), profile=Profile.SOUTH, lexicon=lexicon, explain=False)
    said = f" {spoken.text.lower()} ".replace(",", " ").replace(".", " ").replace(";", " ").replace(":", " ")
    said = " ".join(said.split())
    for number in wanted:
        spelled = " ".join(DIGITS[int(c)] for c in str(number))
        whole = cardinal(number, Profile.SOUTH)
        forms = {whole, spelled, whole.replace("bốn", "tư")}
        assert any(form in said for form in forms), (number, said)
