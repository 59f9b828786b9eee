"""Plans read out of documents: the commune's own, another shape, a .docx, and anything at all."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.reports.plans import Form, FormGroup, matches, short_title, topic_code
from broadcaster.rooms import room
from broadcaster.text.ingest import read_bytes
from broadcaster.text.plans import PlanReading, ProposalKind, read_plan
from broadcaster.text.plans.outline import marked
from broadcaster.text.plans.phrases import days, span, target
from tests.kit.places import FIXTURES
from tests.kit.plans import word_plan
from tests.kit.properties import examples

FORMS = [
    Form(f["code"], f["title"], FormGroup(f["group"]), tuple(f["words"]))
    for f in tomllib.loads((room("scripts") / "forms.toml").read_text(encoding="utf-8"))["form"]
]
TOPICS = {t["code"]: t for t in tomllib.loads((room("scripts") / "topics.toml").read_text(encoding="utf-8"))["topic"]}
K = ProposalKind


def reading(name: str) -> PlanReading:
    data = (FIXTURES / name).read_bytes()
    return read_plan(read_bytes(name, data).text, FORMS)


def test_the_communes_plan_is_read_whole() -> None:
    plan = reading("ke-hoach-2026.txt")
    assert [p.text for p in plan.of(K.TITLE)] == [
        "Thông tin, tuyên truyền về cải cách hành chính năm 2026 trên địa bàn xã Vĩnh Phong"
    ]
    assert [p.value for p in plan.of(K.BASIS)] == ["150/KH-UBND"]
    topics = plan.of(K.TOPIC)
    assert len(topics) == 10
    assert topics[6].text.endswith(
        "sản xuất, kinh doanh năm 2025 và 2026"
    )  # two lines of the file, broken in a sentence
    assert (topics[6].line, topics[6].last_line) == (43, 45)
    assert [p.value for p in plan.of(K.FORM)] == ["loa", "cong", "truc-tiep", "pano", "ap-phich", "zalo", "facebook"]
    assert [p.value for p in plan.of(K.SPAN)] == ["2026-01-01..2026-12-31"]
    assert [p.text for p in plan.of(K.UNIT)] == ["Các cơ quan, đơn vị", "Phòng Văn hóa - Xã hội"]
    assert "khẩu hiệu tuyên truyền" in plan.of(K.UNIT)[1].value
    assert len(plan.of(K.AUDIENCE)) == 1
    assert [p.value for p in plan.of(K.CITED)] == [
        "06/QĐ-TTg",
        "06/CP",
        "57-NQ/TW",
        "118/2025/NĐ-CP",
        "367/2025/NĐ-CP",
        "66/NQ-CP",
    ]
    assert ["quý, 6 tháng, năm" in p.text for p in plan.of(K.DEADLINE)] == [True]
    assert plan.of(K.NUMBER) == []  # the document has none, so none is made up
    assert plan.notes == ()


def test_its_topics_are_those_of_the_station_in_order() -> None:
    known = {c: t["title"] for c, t in TOPICS.items() if t["plan"]}
    found = matches([p.text for p in reading("ke-hoach-2026.txt").of(K.TOPIC)], known)
    assert found == list(known)


def test_another_shape_with_a_table_articles_and_letters() -> None:
    plan = reading("ke-hoach-khac.txt")
    assert plan.of(K.NUMBER)[0].value == "27/KH-UBND"
    assert plan.of(K.ISSUED)[0].value == "2027-02-05"
    assert plan.of(K.TITLE)[0].text.endswith("năm 2027 của xã Đồng Mẫu")
    assert [p.value for p in plan.of(K.BASIS)] == ["72/2025/QH15", "12/NQ-HĐND"]
    assert [(p.text, dict(p.targets)) for p in plan.of(K.TOPIC)] == [
        ("Nộp hồ sơ trực tuyến tại nhà", {"loa": 24}),
        ("Tài khoản định danh điện tử", {"loa": 12}),
        ("Hỏi đáp về đất đai", {"truc-tiep": 4}),
        ("Gương người tốt của bộ phận một cửa", {"cong": 12}),
    ]
    assert {p.value for p in plan.of(K.FORM)} == {"loa", "zalo", "truc-tiep", "cong", "ap-phich"}
    assert [p.text for p in plan.of(K.AUDIENCE)] == ["cán bộ, công chức và toàn thể người dân trong xã"]
    assert plan.of(K.SPAN)[0].value == "2027-03-01..2027-11-30"
    units = [p.text for p in plan.of(K.UNIT)]
    assert {"Công an xã", "Phòng Kinh tế", "Phòng Văn hóa - Xã hội", "Các ấp"} <= set(units)
    assert ("2027-06-30", 21) in [(p.value, p.line) for p in plan.of(K.DEADLINE)]
    assert ("2027-04-01", 33) in [(p.value, p.line) for p in plan.of(K.DEADLINE)]


def test_a_word_file_with_a_table_and_automatic_numbers() -> None:
    plan = read_plan(read_bytes("kh.docx", word_plan()).text, FORMS)
    assert [p.text for p in plan.of(K.TOPIC)] == ["Dạy bơi cho trẻ em", "Rào chắn ao, hố sâu"]
    assert {p.value for p in plan.of(K.FORM)} == {"loa", "ap-phich", "zalo"}
    assert [p.text for p in plan.of(K.AUDIENCE)] == ["Học sinh và cha mẹ học sinh"]
    assert "Trạm Y tế" in plan.of(K.UNIT)[0].text
    assert plan.of(K.SPAN)[0].value == "2028-01-01..2028-12-31"
    assert {p.value for p in plan.of(K.DEADLINE)} == {"2028-06-01", "2028-07-30"}


def test_a_text_that_is_no_plan_says_what_is_missing() -> None:
    plan = read_plan("Đơn xin phép\nTôi xin nghỉ một ngày.", FORMS)
    assert plan.of(K.TOPIC) == []
    assert len(plan.notes) == 5
    assert any("chủ đề" in note for note in plan.notes)


def test_a_book_is_read_in_a_moment() -> None:
    page = (FIXTURES / "ke-hoach-2026.txt").read_text(encoding="utf-8").replace("Nơi nhận:", "Ghi chú:")
    plan = read_plan("\n".join([page] * 50), FORMS)
    assert len(plan.lines) > 4_000
    assert 10 <= len(plan.of(K.TOPIC)) <= 400


PIECES = st.sampled_from(
    [
        "KẾ HOẠCH",
        "I. NỘI DUNG",
        "1. Nội dung",
        "- Tuyên truyền về Zalo",
        "a) loa",
        "STT | Nội dung | Hình thức",
        "1 | x | loa",
        "Điều 1.",
        "trước ngày 31/02/2026",
        "năm 2026",
        "Nơi nhận:",
        "",
        "Nội dung: a; Hình thức: b",
        "từ tháng 13 đến tháng 99",
        "\f",
        "|||",
        "Số:   /KH-UBND",
        "Nghị định số 118/2025/NĐ-CP ngày 9 tháng 6 năm 2025 của Chính phủ về",
        "Giao Phòng Kinh tế",
        "ngày 0/0/0000",
        "IV.",
        "1.1. Hình thức",
        "+",
        "từ tháng 12 đến tháng 12 năm 9999",
    ]
)


@examples(60)
@given(st.lists(PIECES | st.text(max_size=40), max_size=25))
def test_any_text_gives_a_reading_whose_proposals_stand_on_its_lines(lines: list[str]) -> None:
    text = "\n".join(lines)
    plan = read_plan(text, FORMS)
    words = set(" ".join([*plan.lines, *(marked(line.strip())[1] for line in plan.lines)]).split())
    for p in plan.proposals:
        assert 1 <= p.line <= p.last_line <= len(plan.lines)
        stretch = " ".join(plan.lines[p.line - 1 : p.last_line])
        assert stretch.strip()
        if p.kind not in {K.FORM, K.AUDIENCE, K.UNIT}:  # forms are named as the station names them, some get a capital
            assert set(p.text.split()) <= words | {w.rstrip(" .;") for w in words} | set(
                stretch.replace("|", " | ").split()
            )


@pytest.mark.parametrize(
    ("words", "many"),
    [
        ("02 bài/tháng", 24),
        ("ít nhất 01 lượt mỗi tuần", 52),
        ("mỗi quý 03 lượt", 12),
        ("tối thiểu 4 buổi", 4),
        ("hằng tháng có 1 tin", 12),
        ("năm 2026", None),
    ],
)
def test_numbers_to_reach_are_counted_a_year(words: str, many: int | None) -> None:
    assert target(words) == many


def test_dates_that_are_none_are_left_out() -> None:
    assert days("ngày 31/02/2026 và ngày 5 tháng 3", 2026)[0].isoformat() == "2026-03-05"
    assert span("giai đoạn 2026 - 2030", None) is not None
    assert span("từ tháng 11 đến tháng 3 năm 2026", 2026) is None


def test_new_topics_get_codes_and_short_titles_of_their_own() -> None:
    assert short_title("Tuyên truyền về dạy bơi an toàn cho trẻ em; phát tờ rơi") == "Dạy bơi an toàn cho trẻ em"
    code = topic_code("Dạy bơi cho trẻ em", [])
    assert code == "day-boi-cho-tre-em"
    assert topic_code("Dạy bơi cho trẻ em", [code]) == f"{code}-2"


def test_the_same_plan_as_a_pdf_gives_the_same_topics_out_of_broken_lines() -> None:
    from broadcaster.reporting import pdf

    lines = [x.strip() for x in (FIXTURES / "ke-hoach-2026.txt").read_text(encoding="utf-8").split("\n") if x.strip()]
    paper = pdf.Paper(
        kind="KẾ HOẠCH", subject=" ".join(lines[1:3]), blocks=[pdf.Paragraph(x, indent=False) for x in lines[3:]]
    )
    plan = read_plan(read_bytes("kh.pdf", pdf.render(paper)).text, FORMS)
    text = reading("ke-hoach-2026.txt")
    for kind in (K.TITLE, K.TOPIC, K.FORM, K.UNIT, K.SPAN):
        assert [p.text for p in plan.of(kind)] == [p.text for p in text.of(kind)], kind
