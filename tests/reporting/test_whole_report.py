"""The whole report: each file says the same figures, the office's templates, freezing, charts, LibreOffice."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pypdf
import pytest

from broadcaster import apart
from broadcaster.domain.reports.activities import ActivityDraft, diversity
from broadcaster.domain.reports.figures import count
from broadcaster.domain.reports.plans import Campaign, FormGroup, PlanTopic
from broadcaster.domain.reports.tracking import due_by, fulfilment_points, progress, spread
from broadcaster.errors import RuleError, printed
from broadcaster.reporting import docx as docx_writer
from broadcaster.reporting import paper, table_csv, xlsx
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.frozen import differences, digest, freeze, thaw
from broadcaster.reporting.tables import tables_of
from broadcaster.rooms import room
from tests.kit.reports import FORMS, VN, whole_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def document() -> ReportDocument:
    return whole_report()


@pytest.fixture(scope="module")
def folder(document: ReportDocument, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of one report."""
    where = tmp_path_factory.mktemp("report")
    for shape in ("full", "section", "annex"):
        docx_writer.write(document, where / f"{shape}.docx", shape=shape)
        paper.write(document, where / f"{shape}.pdf", shape=shape)
    xlsx.write(document, where / "r.xlsx")
    (where / "r.csv").write_bytes(table_csv.figures(document))
    table_csv.write_airings(document, where / "a.csv")
    return where


def words_of(path: Path) -> str:
    return " ".join("\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def as_text(value: object) -> str:
    return f"{value:,.1f}".translate(str.maketrans(",.", ".,")) if isinstance(value, float) else str(value)


def test_the_figures_read_back_from_word_excel_pdf_and_csv_are_equal(document: ReportDocument, folder: Path) -> None:
    in_word = docx.Document(str(folder / "full.docx")).tables[1:-1]
    book = openpyxl.load_workbook(folder / "r.xlsx")
    lines = list(csv.reader(io.StringIO((folder / "r.csv").read_bytes().decode("utf-8-sig"))))
    pdf = words_of(folder / "full.pdf")
    tables = tables_of(document)
    assert [t.key for t in tables] == ["topic", "unit", "genre", "month", "zone", "reason", "plan", "form"]
    for table, word in zip(tables, in_word, strict=True):
        rows = [*table.rows, *([table.total] if table.total else [])]
        start = lines.index([table.title]) + 2
        for n, row in enumerate(rows):
            shown = [as_text(v) for v in row]
            assert [c.text for c in word.rows[n + 1].cells] == shown
            assert [book[table.title].cell(n + 2, c + 1).value for c in range(len(row))] == list(row)
            assert lines[start + n] == [str(v) for v in row]
            assert " ".join(" ".join(shown).split()) in pdf, shown


def test_the_words_of_word_and_pdf_are_the_same(document: ReportDocument, folder: Path) -> None:
    for shape in ("full", "section"):
        word = " ".join(p.text for p in docx.Document(str(folder / f"{shape}.docx")).paragraphs)
        pdf = words_of(folder / f"{shape}.pdf")
        for sentence in document.sentences():
            assert sentence in word
            assert sentence in pdf
        assert "Đã hướng dẫn <người dân>." in word  # a person's text stays text
        assert "Đã hướng dẫn <người dân>." in pdf
    for embedded in ("full.pdf", "annex.pdf"):
        fonts = pypdf.PdfReader(folder / embedded).pages[0]["/Resources"]["/Font"]
        for font in fonts.values():
            inside = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert any(k.startswith("/FontFile") for k in inside)


def test_the_annex_lists_every_airing_and_says_what_it_leaves_out(
    document: ReportDocument, folder: Path, tmp_path: Path
) -> None:
    listed = docx.Document(str(folder / "annex.docx")).tables[0]
    assert len(listed.rows) - 1 == len(tuple(document.airings))
    with (folder / "a.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) - 1 == len(tuple(document.airings))
    assert rows[1][2].startswith("'=")  # a formula in a title is no formula in Excel
    shown, rest = docx_writer.airing_rows(document, limit=5)
    assert (len(shown), rest) == (5, len(tuple(document.airings)) - 5)
    assert "liệt kê đầy đủ" in docx_writer.left_out(rest)
    assert docx_writer.left_out(0) == ""


def test_an_empty_period_makes_every_file_and_claims_nothing(document: ReportDocument, tmp_path: Path) -> None:
    empty = replace(
        document, figures=count([], VN), entries=(), airings=(), plan=None, activities=(), parts=(), slogans=()
    )
    for shape in ("full", "section", "annex"):
        docx_writer.write(empty, tmp_path / f"{shape}.docx", shape=shape)
        paper.write(empty, tmp_path / f"{shape}.pdf", shape=shape)
    xlsx.write(empty, tmp_path / "r.xlsx")
    words = words_of(tmp_path / "full.pdf")
    assert "không ghi nhận buổi phát nào" in words
    assert "trọn vẹn" not in words
    assert "Kế hoạch" not in " ".join(empty.sentences())


def test_a_plan_without_topics_or_targets_is_said_without_a_percentage(document: ReportDocument) -> None:
    bare = Campaign(title="Kế hoạch trống", first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
    none = replace(document, plan=progress(bare, dt.date(2026, 3, 14), aired={}, acted={}, titles=FORMS))
    assert "hoàn thành" not in " ".join(none.sentences())
    topics = replace(bare, topics=(PlanTopic("mot-cua", "Một cửa"), PlanTopic("x", "Chưa ai phát")))
    some = replace(
        document, plan=progress(topics, dt.date(2026, 3, 14), aired={"mot-cua": {"2026-02": 3}}, acted={}, titles=FORMS)
    )
    words = " ".join(some.sentences())
    assert "đã phát 01/02 chủ đề" in words
    assert "mức độ hoàn thành" not in words


def template_with(folder: Path, words: str) -> None:
    shipped = docx.Document(str(room("scripts") / "templates" / "bao-cao.docx"))
    shipped.paragraphs[0].runs[0].text = words
    folder.mkdir(parents=True, exist_ok=True)
    shipped.save(str(folder / "bao-cao.docx"))


def test_the_offices_own_template_wins(document: ReportDocument, tmp_path: Path) -> None:
    template_with(tmp_path / "mau", "BÁO CÁO QUÝ CỦA {{ ten_dai }}")
    docx_writer.write(document, tmp_path / "r.docx", templates=tmp_path / "mau")
    assert docx.Document(str(tmp_path / "r.docx")).paragraphs[0].text == f"BÁO CÁO QUÝ CỦA {document.station.name}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{{ trich_yeuu }}", "“trich_yeuu”.*Có phải ý là “trich_yeu”"),
        ("{{ cac_bang[0].tenn }}", "“tenn”"),
        ("{{ ''.__class__.__mro__ }}", "Mẫu|mẫu"),
        ("{% for x in %}", "cú pháp"),
    ],
)
def test_a_wrong_field_in_a_template_is_named(document: ReportDocument, tmp_path: Path, words: str, said: str) -> None:
    template_with(tmp_path / "mau", words)
    with pytest.raises(RuleError, match=said) as caught:
        docx_writer.write(document, tmp_path / "r.docx", templates=tmp_path / "mau")
    assert printed(caught.value.field) == "bao-cao.docx"
    assert not (tmp_path / "r.docx").exists()


@pytest.mark.parametrize(
    "words",
    ["{{ 'a' * 10**10 }}", "{{ 'a'.center(10**10) }}", "{% for l in luot_phat %}{{ 'a' * 10**10 }}{% endfor %}"],
)
def test_a_template_that_asks_for_more_memory_than_there_is_is_refused_where_it_harms_nobody(
    document: ReportDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(apart._pool, "on", True)
    template_with(tmp_path / "mau", words)
    shutil.move(tmp_path / "mau" / "bao-cao.docx", tmp_path / "mau" / "phu-luc.docx")
    with pytest.raises(RuleError) as caught:
        docx_writer.write(document, tmp_path / "r.docx", shape="annex", templates=tmp_path / "mau")
    assert caught.value.code == "too-heavy"


def test_a_broken_template_file_is_said_to_be_broken(document: ReportDocument, tmp_path: Path) -> None:
    (tmp_path / "bao-cao.docx").write_bytes(b"not a word file")
    with pytest.raises(RuleError, match="mẫu"):
        docx_writer.write(document, tmp_path / "r.docx", templates=tmp_path)


def test_a_frozen_report_comes_back_whole_and_makes_the_same_bytes(document: ReportDocument, tmp_path: Path) -> None:
    content = json.loads(json.dumps(freeze(document)))
    again = thaw(content, entries=document.entries, airings=document.airings)
    assert freeze(again) == content
    assert digest(freeze(again)) == digest(content)
    assert again.sentences() == document.sentences()
    assert table_csv.figures(again) == table_csv.figures(document)
    paper.write(document, tmp_path / "a.pdf")
    paper.write(again, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    changed = json.loads(json.dumps(content))
    changed["figures"]["total"]["full"] += 1
    assert differences(content, changed) == [
        f"figures.total.full: {document.figures.total.full} → {document.figures.total.full + 1}"
    ]
    assert digest(changed) != digest(content)


def test_charts_say_the_figures_in_words_and_are_sound_svg(document: ReportDocument) -> None:
    charts = document.pictures()
    assert [c.name for c in charts] == ["chu-de", "ke-hoach", "cum-loa", "lich"]
    for chart in charts:
        root = ET.fromstring(chart.svg)
        assert root.get("aria-label") == chart.alt
        assert " style=" not in chart.svg  # the panel's policy lets no style in
        assert not re.search(r"(?:fill|stroke)=\"#(?!111111|ffffff)", chart.svg)  # no colour to lose in print
    assert "Kết quả <chỉ số> & đất" in ET.fromstring(charts[0].svg).get("aria-label", "")
    assert "url(#ke-hoach-hatch)" in charts[1].svg


def test_what_is_due_grows_to_the_target_and_months_sum_to_it() -> None:
    rng = random.Random(3)
    for _ in range(200):
        first = dt.date(2026, 1, 1) + dt.timedelta(days=rng.randint(0, 200))
        last = first + dt.timedelta(days=rng.randint(0, 700))
        target = rng.randint(0, 500)
        assert sum(spread(target, first, last).values()) == target
        assert all(n >= 0 for n in spread(target, first, last).values())
        assert due_by(target, first, last, first - dt.timedelta(days=1)) == 0
        assert due_by(target, first, last, last) == due_by(target, first, last, last + dt.timedelta(days=9)) == target


def test_a_topic_over_its_target_does_not_make_up_for_another() -> None:
    plan = Campaign(
        title="K",
        first=dt.date(2026, 1, 1),
        last=dt.date(2026, 1, 10),
        topics=(PlanTopic("a", "A", {"loa": 10}), PlanTopic("b", "B", {"loa": 10})),
    )
    found = progress(plan, plan.last, aired={"a": {"2026-01": 99}}, acted={}, titles={})
    assert found.completion == 50
    assert [t.code for t in found.behind] == ["b"]
    assert [fulfilment_points(p) for p in (None, 100, 95, 89.9)] == [None, 1.0, 0.95, 0.0]


def test_points_of_diversity_follow_the_printed_formula() -> None:
    groups = {"loa": FormGroup.LOUDSPEAKER, "zalo": FormGroup.ONLINE, "bang": FormGroup.SCREEN, "pano": FormGroup.PRINT}
    assert [
        diversity(u, groups) for u in ([], ["loa"], ["loa", "pano"], ["zalo"], ["loa", "zalo", "bang"], ["khac"])
    ] == [0, 0.5, 0.5, 0.25, 1.0, 0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"form": "loa"}, "form"),
        ({"form": "fax"}, "form"),
        ({"title": ""}, "title"),
        ({"day": dt.date(2026, 9, 9)}, "day"),
        ({"attendance": -1}, "attendance"),
        ({"views": 10**9}, "views"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "http://a b"}, "link"),
    ],
)
def test_an_activity_is_checked_field_by_field(change: dict[str, object], field: str) -> None:
    good = ActivityDraft(
        form="zalo", title="Bài viết", topic="mot-cua", unit="vhxh", day=dt.date(2026, 3, 1), link="https://zalo.me/mau"
    )
    assert good.checked(forms=["loa", "zalo"], today=dt.date(2026, 3, 2)) == good
    with pytest.raises(RuleError) as caught:
        replace(good, **change).checked(forms=["loa", "zalo"], today=dt.date(2026, 3, 2))  # type: ignore[arg-type]
    assert printed(caught.value.field) == field


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.timeout(180)
def test_libreoffice_opens_every_file_and_the_pages_are_in_order(folder: Path, tmp_path: Path) -> None:
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            *(str(folder / n) for n in ("full.docx", "section.docx", "annex.docx", "r.xlsx")),
        ],
        check=True,
        capture_output=True,
        timeout=170,
    )

    def said(name: str) -> str:
        """The text as poppler reads it, letters of a stand-in font in their places."""
        run = subprocess.run(["pdftotext", str(tmp_path / name), "-"], check=True, capture_output=True, text=True)
        return " ".join(run.stdout.split())

    words = said("full.pdf")
    order = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BÁO CÁO",
        "I. KẾT QUẢ THỰC HIỆN",
        "II. SỐ LIỆU CHI TIẾT",
        "III. BIỂU ĐỒ",
        "Nơi nhận",
        "CHỦ TỊCH",
    ]
    places = [words.index(o) for o in order]
    assert places == sorted(places)
    page = pypdf.PdfReader(tmp_path / "full.pdf").pages[0].mediabox
    assert (round(page.width), round(page.height)) == (595, 842)
    assert "PHỤ LỤC" in said("annex.pdf")
    assert "Dự kiến" in said("r.pdf")
    pictures = [n for n in zipfile.ZipFile(folder / "full.docx").namelist() if n.startswith("word/media/")]
    assert len(pictures) == 4
    subprocess.run(["pdftoppm", "-r", "40", "-png", str(tmp_path / "full.pdf"), str(tmp_path / "page")], check=True)
    assert len(list(tmp_path.glob("page*.png"))) == len(pypdf.PdfReader(tmp_path / "full.pdf").pages)


def test_each_sheet_prints_on_the_width_of_one_page_with_its_chart_below(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "r.xlsx")
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.page_setup.fitToWidth in {None, 1}, sheet.title  # one page when nothing is said
        assert sheet.page_setup.fitToHeight == 0, sheet.title
        for chart in sheet._charts:  # type: ignore[attr-defined]
            assert chart.anchor._from.row > sheet.max_row, sheet.title
            assert chart.anchor._from.col == 0, sheet.title
