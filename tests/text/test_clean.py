"""What an official document holds that is never read aloud, and what must survive."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.text.clean import REASONS, clean, restore, unify_tone_marks
from tests.kit.documents import PLAN

LETTER = """ỦY BAN NHÂN DÂN        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
XÃ VĨNH PHONG                 Độc lập - Tự do - Hạnh phúc
-------                       ---------------
Số: 12/TB-UBND          Vĩnh Phong, ngày 05 tháng 01 năm 2026

THÔNG BÁO
Về việc cắt điện để sửa chữa lưới điện

Kính gửi: Bà con nhân dân trong xã

Ủy ban nhân dân xã thông báo lịch cắt điện ngày 07/01/2026, từ 7 giờ 30 đến
11 giờ, tại ấp Bình Phong và ấp Bình Minh.[1]

[1] Theo kế hoạch của đơn vị quản lý lưới điện.

Trân trọng./.

Nơi nhận:                     TM. ỦY BAN NHÂN DÂN
- Như trên;                   KT. CHỦ TỊCH
- Lưu: VT.                    PHÓ CHỦ TỊCH

                              (đã ký)

                              Nguyễn Văn A
"""


def kinds(text: str) -> list[str]:
    return [removal.kind for removal in clean(text).removed]


def test_the_plan_reads_perfectly(snapshot):
    cleaned = clean(PLAN.read_text(encoding="utf-8"))
    assert cleaned.text == snapshot
    assert [(r.kind, r.text) for r in cleaned.removed] == snapshot
    assert [note.message for note in cleaned.notes] == snapshot


def test_a_sentence_broken_by_a_page_and_a_blank_line_is_whole_again():
    cleaned = clean(PLAN.read_text(encoding="utf-8"))
    assert "theo cơ chế một cửa, một cửa liên thông tại Bộ phận Một cửa" in cleaned.text


def test_an_official_letter_keeps_only_what_is_said():
    cleaned = clean(LETTER)
    assert cleaned.text == (
        "THÔNG BÁO\nVề việc cắt điện để sửa chữa lưới điện\n\nKính gửi: Bà con nhân dân trong xã\n\n"
        "Ủy ban nhân dân xã thông báo lịch cắt điện ngày 07/01/2026, từ 7 giờ 30 đến 11 giờ, tại ấp Bình Phong và ấp Bình Minh.\n\n"
        "Trân trọng."
    )
    assert {r.kind for r in cleaned.removed} == {
        "state-name",
        "motto",
        "rule",
        "number",
        "footnote-mark",
        "footnote",
        "end-mark",
        "recipients",
        "signature",
    }


def test_every_removal_names_its_place_and_its_reason():
    for removal in clean(LETTER).removed:
        assert LETTER[removal.start : removal.end] == removal.text
        assert removal.reason == REASONS[removal.kind]


@pytest.mark.parametrize("source", [LETTER, PLAN.read_text(encoding="utf-8")], ids=["letter", "plan"])
def test_every_removal_can_be_put_back_alone(source):
    cleaned = clean(source)
    for removal in cleaned.removed:
        again = restore(cleaned, removal)
        assert removal not in again.removed
        assert set(cleaned.removed) - set(again.removed) == {removal}


def test_all_removals_put_back_give_every_letter_again():
    cleaned = clean(LETTER)
    everything = clean(LETTER, keep=cleaned.removed)
    assert not everything.removed
    assert Counter(filter(str.isalnum, everything.text)) == Counter(filter(str.isalnum, LETTER))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "state-name"),
        ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "state-name"),
        ("ĐẢNG CỘNG SẢN VIỆT NAM", "state-name"),
        ("Độc lập – Tự do – Hạnh phúc", "motto"),
        ("ĐỘC LẬP - TỰ DO - HẠNH PHÚC", "motto"),
        ("Số: 150/KH-UBND", "number"),
        ("Số:      /UBND-VHXH", "number"),
        ("Số: ....../2026/QĐ-UBND", "number"),
        ("Số 12-KH/ĐU", "number"),
        ("Số: 118/2025/NĐ-CP", "number"),
        ("Vĩnh Phong, ngày 25 tháng 3 năm 2026", "place-date"),
        ("Vĩnh Phong, ngày ... tháng ... năm 2026", "place-date"),
        ("TP. Long Xuyên, ngày 05 tháng 12 năm 2026", "place-date"),
        ("-------------", "rule"),
        ("--- o0o ---", "rule"),
        ("* * *", "rule"),
        ("Trang 3/10", "page-number"),
        ("- 4 -", "page-number"),
        ("Lưu: VT, VHXH.", "archive"),
        ("- Lưu: VT.", "archive"),
    ],
)
def test_furniture_is_known_by_its_shape(line, kind):
    cleaned = clean(f"{line}\n\nHôm nay trời nắng.")
    assert [r.kind for r in cleaned.removed] == [kind]
    assert cleaned.text == "Hôm nay trời nắng."


@pytest.mark.parametrize(
    "line",
    [
        "Nơi nhận hồ sơ: Bộ phận Một cửa của xã.",
        "Nơi nhận: Trụ sở Ủy ban nhân dân xã.",
        "Ngày 25 tháng 3 năm 2026, Ủy ban nhân dân xã họp.",
        "Thực hiện Kế hoạch số 150/KH-UBND ngày 25 tháng 3 năm 2026.",
        "Lưu ý: bà con mang theo căn cước.",
        "Đường dây nóng",
        "113",
        "Chủ tịch Ủy ban nhân dân xã phát biểu.",
        "Diện tích 120 m² và 3 m³ nước, mật độ 250 người/km².",
        "Đảng Cộng sản Việt Nam quang vinh.",
        "Trang bị kiến thức cho bà con.",
        "Số 12/3A, ấp Bình Phong.",
        "Tỷ lệ 3/4 hộ dân.",
    ],
)
def test_what_only_resembles_furniture_stays(line):
    cleaned = clean(f"Mở đầu bản tin.\n\n{line}\n\nHết bản tin.")
    assert line in cleaned.text
    assert cleaned.removed == ()


def test_recipients_beside_or_above_the_signature_end_where_the_block_ends():
    text = "Đề nghị thực hiện tốt.\n\nNơi nhận:\n- Sở Nội vụ;\n- Các cơ quan, đơn vị\nthuộc xã;\n- Lưu: VT.\n\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\n\nTrần Thị B\n\nPHỤ LỤC I\nDanh mục khẩu hiệu\n1. Cải cách hành chính vì dân."
    cleaned = clean(text)
    assert cleaned.text == "Đề nghị thực hiện tốt.\n\nPHỤ LỤC I\nDanh mục khẩu hiệu\n1. Cải cách hành chính vì dân."
    assert [r.kind for r in cleaned.removed] == ["recipients", "signature"]


@pytest.mark.parametrize(
    "block",
    [
        "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n\n(Đã ký)\n\nNguyễn Văn A",
        "T/M ĐẢNG ỦY\nBÍ THƯ\n\nLê Văn C",
        "TL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG\n\nPhạm Thị D",
        "THƯ KÝ          CHỦ TRÌ\n(Ký, ghi rõ họ tên)     (Ký, ghi rõ họ tên)\nLê Thị E          Trần Văn G",
        "TRƯỞNG CÔNG AN XÃ\n\nThiếu tá Nguyễn Văn A",
        "CHỦ TỊCH",
        "**CHỦ TỊCH**\n\n**Nguyễn Văn A**",
        "CHỦ TỊCH\nNgười ký: Ủy ban nhân dân xã\nThời gian ký: 05/01/2026 08:00:00",
    ],
)
def test_a_signature_block_goes(block):
    cleaned = clean(f"Đề nghị các ấp thực hiện tốt.\n\n{block}\n")
    assert cleaned.text == "Đề nghị các ấp thực hiện tốt."
    assert [r.kind for r in cleaned.removed] == ["signature"]


@pytest.mark.parametrize("mark", ["./.", ". /.", "/.", " ./.", ".//.", "./-"])
def test_the_end_mark_becomes_a_full_stop(mark):
    cleaned = clean(f"Đề nghị thực hiện{mark}")
    assert cleaned.text == "Đề nghị thực hiện."
    assert kinds(f"Đề nghị thực hiện{mark}") == ["end-mark"]


def test_a_title_on_the_cover_and_on_the_first_page_is_said_once():
    title = "KẾ HOẠCH\nTuyên truyền năm 2026\n"
    cleaned = clean(f"{title}\n{title}\nI. MỤC ĐÍCH\n")
    assert cleaned.text == "KẾ HOẠCH\nTuyên truyền năm 2026\n\nI. MỤC ĐÍCH"
    assert [r.kind for r in cleaned.removed] == ["repeated-title"]


def test_page_numbers_and_running_headers_between_pages_go_and_the_sentence_goes_on():
    pages = [
        "Kế hoạch tuyên truyền\nỦy ban nhân dân xã yêu cầu các ấp\n1\n",
        "Kế hoạch tuyên truyền\nphối hợp chặt chẽ với các đoàn thể và\n2\n",
        "Kế hoạch tuyên truyền\nbáo cáo kết quả trước ngày 20.\n3\n",
    ]
    cleaned = clean("\f".join(pages))
    assert (
        cleaned.text
        == "Ủy ban nhân dân xã yêu cầu các ấp phối hợp chặt chẽ với các đoàn thể và báo cáo kết quả trước ngày 20."
    )


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("các cơ quan, đơn vị của xã\nthực hiện tốt", "các cơ quan, đơn vị của xã thực hiện tốt"),
        ("đời sống của nhân dân và\nHội Cựu chiến binh", "đời sống của nhân dân và Hội Cựu chiến binh"),
        (
            "theo quy định của pháp luật và của\n\nỦy ban nhân dân xã",
            "theo quy định của pháp luật và của Ủy ban nhân dân xã",
        ),
        ("Nội dung:\nthứ nhất", "Nội dung:\nthứ nhất"),
        ("cài ứng dụng Face-\nbook trên máy", "cài ứng dụng Facebook trên máy"),
        ("mua chiếc ra-đi-\nô mới", "mua chiếc ra-đi-ô mới"),
        ("các doanh ngh-\niệp trong xã", "các doanh nghiệp trong xã"),
        ("phát triển kinh tế -\nxã hội của xã", "phát triển kinh tế - xã hội của xã"),
        ("I. NỘI DUNG, HÌNH THỨC,\nĐỐI TƯỢNG", "I. NỘI DUNG, HÌNH THỨC, ĐỐI TƯỢNG"),
        ("KẾ HOẠCH\nThông tin, tuyên truyền\ntrên địa bàn xã", "KẾ HOẠCH\nThông tin, tuyên truyền trên địa bàn xã"),
        ("- mục một;\n- mục hai", "- mục một;\n- mục hai"),
        ("a) điểm a\nb) điểm b", "a) điểm a\nb) điểm b"),
        ("đường Nguyễn Trãi\n, phường 2", "đường Nguyễn Trãi, phường 2"),
        (
            "Kính thưa bà con,\nĐài truyền thanh xã xin thông báo",
            "Kính thưa bà con,\nĐài truyền thanh xã xin thông báo",
        ),
    ],
)
def test_lines_are_joined_only_inside_a_sentence(source, wanted):
    assert clean(source).text == wanted


def test_a_paragraph_wrapped_at_a_fixed_width_is_one_line_even_before_a_capital():
    text = (
        "Căn cứ Kế hoạch số 150/KH-UBND ngày 25 tháng 3 năm 2026 của Ủy ban nhân dân\n"
        "tỉnh An Giang về công tác cải cách hành chính, Ủy ban nhân dân xã Vĩnh\n"
        "Phong ban hành kế hoạch thực hiện công tác thông tin, tuyên truyền năm\n"
        "2026, cụ thể như sau:\n- Tuyên truyền trên loa truyền thanh, trên Cổng Thông tin điện tử của\nxã.\n"
    )
    assert clean(text).text.count("\n") == 1
    assert (
        "xã Vĩnh Phong ban hành kế hoạch thực hiện công tác thông tin, tuyên truyền năm 2026, cụ thể"
        in clean(text).text
    )


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("• Một\n▪ Hai\n\uf0b7 Ba\n– Bốn\n* Năm", "- Một\n- Hai\n- Ba\n- Bốn\n- Năm"),
        ("+ Ý nhỏ\n-Ý lớn", "+ Ý nhỏ\n- Ý lớn"),
        ("1. Một\n1.1. Hai\na) Ba", "1. Một\n1.1. Hai\na) Ba"),
        ("Nhiệt độ\n-5 độ", "Nhiệt độ\n-5 độ"),
    ],
)
def test_bullets_become_plain_marks_and_lists_keep_their_shape(source, wanted):
    assert clean(source).text == wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("u\u0309y ban nha\u0302n da\u0302n", "ủy ban nhân dân"),
        ("xã\u200b hội\ufeff", "xã hội"),
        ("10\u00a0%", "10 %"),
        ("tuyên\u00adtruyền", "tuyêntruyền"),
        ("\u202bxã\u202c hội", "xã hội"),
        ("xã\x00 hội\x07", "xã hội"),
        ("½ số hộ, 1½ ha, ¾ diện tích", "1/2 số hộ, 1 1/2 ha, 3/4 diện tích"),
        ("２０２６ ＵＢＮＤ", "2026 UBND"),
        ("120 m² và 5 m³, 10 km², mg/m³", "120 m² và 5 m³, 10 km², mg/m³"),
        ("cán bộ² và công chức³.", "cán bộ và công chức."),
        ("CO₂", "CO2"),
        ("Ðảng ủy và ðồng bào", "Đảng ủy và đồng bào"),
        ("хã hội và cаn bộ", "xã hội và can bộ"),
        ("Москва là thủ đô", "Москва là thủ đô"),
        ("Nồng độ 5 μg/m³", "Nồng độ 5 μg/m³"),
        ("ﬁle ① và Ⅳ", "file 1 và IV"),
        ("𝐓𝐡ô𝐧𝐠 𝐛á𝐨", "Thông báo"),
        ("Số\u2011hiệu\u2002A", "Số-hiệu A"),
        ("giải quyết , xong .", "giải quyết, xong."),
        ("ខ្មែរ\u200bក្រោម và xã", "ខ្មែរ\u200bក្រោម và xã"),
        ("👨\u200d👩\u200d👧 gia đình", "👨\u200d👩\u200d👧 gia đình"),
    ],
)
def test_characters_that_look_right_are_made_right(source, wanted):
    assert clean(source).text == unicodedata.normalize("NFC", wanted)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Xin chào ភាសាខ្មែរ", "characters-khmer"),
        ("a\u202eb chữ", "characters-direction"),
        ("xã\x07 hội", "characters-control"),
        ("cаn bộ", "characters-twin"),
        ("hỏng \ufffd rồi", "characters-broken"),
        ("xã\u200bhội", "characters-hidden"),
    ],
)
def test_oddities_are_told(source, code):
    assert code in {note.code for note in clean(source).notes}


def test_khmer_is_kept_letter_for_letter():
    khmer = "សូមស្វាគមន៍មកកាន់ឃុំ"
    assert khmer in clean(f"Thông báo tiếng Khmer: {khmer}.").text


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("hoà bình", "hòa bình"),
        ("hòa bình", "hòa bình"),
        ("thuỷ lợi khoẻ", "thủy lợi khỏe"),
        ("HOÀ", "HÒA"),
        ("tòan quốc", "toàn quốc"),
        ("quý quốc gia gìn giữ giếng của mùa", "quý quốc gia gìn giữ giếng của mùa"),
        ("Uỷ ban khuỷu tay nguyễn chuyển", "Ủy ban khuỷu tay nguyễn chuyển"),
        ("Café Beyoncé", "Café Beyoncé"),
    ],
)
def test_tone_marks_have_one_place_for_speech(source, wanted):
    assert unify_tone_marks(source) == wanted


def test_the_written_text_keeps_its_own_tone_marks():
    assert clean("hoà bình và hòa bình").text == "hoà bình và hòa bình"


@pytest.mark.parametrize("source", ["", "\n\n", "\f", "   ", "./.", "\u200b", "-", "1", "•", "[1]"])
def test_next_to_nothing_is_cleaned_too(source):
    cleaned = clean(source)
    assert all(source[r.start : r.end] == r.text for r in cleaned.removed)


_LINES = st.lists(
    st.one_of(
        st.sampled_from(LETTER.splitlines() + PLAN.read_text(encoding="utf-8").splitlines()[:30]),
        st.text(st.sampled_from("aăđê XÃ1.,;:/-–•*[]()\u00ad\u200b²½\t\u0301\x0cIV"), max_size=30),
        st.text(max_size=30),
    ),
    max_size=15,
)


@given(_LINES)
def test_removals_are_true_cuts_in_order_whatever_the_text(lines):
    text = "\n".join(lines)
    cleaned = clean(text)
    at = 0
    for removal in cleaned.removed:
        assert at <= removal.start < removal.end
        assert text[removal.start : removal.end] == removal.text
        at = removal.end
    assert unicodedata.is_normalized("NFC", cleaned.text)


@given(_LINES)
def test_no_vietnamese_letter_is_lost_between_the_text_and_its_removals(lines):
    text = unicodedata.normalize("NFC", "\n".join(lines))
    cleaned = clean(text)

    def letters(value: str) -> Counter[str]:
        return Counter(c for c in unicodedata.normalize("NFD", value) if c.isascii() and c.isalnum())

    shown = letters(cleaned.text)
    for removal in cleaned.removed:
        shown += letters(removal.text)
    assert not letters(text) - shown


@given(st.lists(st.sampled_from(LETTER.splitlines() + PLAN.read_text(encoding="utf-8").splitlines()), max_size=40))
def test_text_that_was_cleaned_stays_as_it_is_when_its_furniture_is_gone(lines):
    once = clean("\n".join(lines))
    again = clean(once.text)
    if not again.removed:
        assert "".join(again.text.split()) == "".join(once.text.split())
