"""Theo dõi, Hoạt động and Báo cáo in the panel: the gap closed, proofs kept, figures equal to the files."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from broadcaster.db.models import PlayLogEntry
from broadcaster.db.queries import work as work_queries
from broadcaster.db.queries.schedule import definitions_in_force
from broadcaster.domain.log.playlog import Entry
from broadcaster.domain.people.roles import machine
from broadcaster.domain.reports.activities import ActivityDraft
from broadcaster.domain.reports.plans import Campaign, CampaignState, Deadline, PlanTopic
from broadcaster.domain.work.jobs import JobKind
from broadcaster.panel.reports import figures as shown_figures
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import Table, tables_of
from broadcaster.services.log import playlog
from broadcaster.services.reports import activities, plans
from broadcaster.services.reports.jobs import report_job
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from broadcaster.services.work.performing import Progress, perform
from tests.kit import seed
from tests.kit.panel import SignIn, confirm, work

KIT = machine("bộ thử")


def in_force(station: Station, **targets: int) -> int:
    topics = tuple(PlanTopic(code.replace("_", "-"), f"Chủ đề {code}", {"loa": n}) for code, n in targets.items())
    deadlines = (Deadline("Treo pano", dt.date(2026, 3, 20)), Deadline("Tổng kết", dt.date(2026, 4, 30)))
    plan = Campaign(
        title="Kế hoạch 2026",
        first=dt.date(2026, 1, 1),
        last=dt.date(2026, 4, 30),
        topics=topics,
        forms=("loa", "zalo"),
        deadlines=deadlines,
    )
    number = plans.add(station, KIT, plan)
    plans.move(station, KIT, number, CampaignState.ACTIVE)
    return number


@pytest.mark.medium
def test_the_tracker_says_what_is_late_and_the_gap_is_closed_on_confirmation(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    assert "Chưa có kế hoạch nào để theo dõi" in client.get("/tracker/").text
    in_force(station, dich_vu_cong=80, chi_so=80, y_nghia_cchc=4)
    page = client.get("/tracker/").text
    assert "chậm" in page
    assert "Treo pano" in page  # due within the month
    assert "Tổng kết" not in page
    assert "chưa có bài nào được duyệt còn hạn" in page  # nobody wrote about the second topic
    assert "Không có gì để đổi trong lịch" in client.get("/tracker/gap").text  # what is written airs in every session
    narrow = seed.ROTATION.replace("max_items = 5", "max_items = 1").replace("max_items = 4", "max_items = 1")
    apply_rotation(station, KIT, narrow, "ngay-thuong")
    shown = client.get("/tracker/gap").text
    seen = re.search(r'<textarea class="unseen" name="seen"[^>]*>(.*?)</textarea>', shown, re.DOTALL)
    assert seen is not None, shown
    assert client.post("/tracker/gap", data={"seen": "khác"}).status_code == 422
    assert _focused(station) == []
    assert client.post("/tracker/gap", data={"seen": html.unescape(seen[1])}).status_code == 303
    assert [set(topics) for topics in _focused(station)] == [{"dich-vu-cong", "chi-so"}]
    assert client.post("/tracker/gap", data={"seen": html.unescape(seen[1])}).status_code == 422, "once"


def _focused(station: Station) -> list[list[str]]:
    """The topics that the steps of the rotation in force ask for by name."""
    with station.db.read() as session:
        slots = definitions_in_force(session)["ngay-thuong"]["slot"]
    return [item["topics"] for slot in slots for item in slot["item"] if "topics" in item]


def test_an_activity_is_entered_proved_and_taken_out(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    values = {
        "form": "zalo",
        "title": "Bài <b>viết</b>",
        "topic": "chi-so",
        "unit": "vhxh",
        "day": "2026-03-02",
        "views": "35",
        "link": "https://zalo.me/mau",
    }
    wrong = client.post("/activities/new", data=values | {"day": "2026-09-09"})
    assert wrong.status_code == 422
    assert "chưa tới" in wrong.text
    saved = client.post("/activities/new", data=values)
    assert saved.status_code == 303, saved.text
    page = client.get(saved.location).text
    assert "Bài &lt;b&gt;viết&lt;/b&gt;" in page
    png = b"\x89PNG\r\n\x1a\n" + b"x" * 50
    client.post(
        f"{saved.location}/proofs", data={"file": [(io.BytesIO(png), "ảnh.png"), (io.BytesIO(b"<svg/>"), "x.svg")]}
    )
    page = client.get(saved.location).text
    assert "ảnh.png" in page
    assert "Chỉ nhận ảnh" in page
    link = re.search(r'href="(/activities/\d+/proofs/[0-9a-f]{64})"', page)
    assert link is not None
    answer = client.get(link[1])
    assert answer.data == png
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.post(f"{saved.location}/edit", data=values | {"views": "40"}).status_code == 303
    client.post(f"{saved.location}/state", data={"to": "remove"})
    assert "được bỏ khỏi số liệu" in client.get(saved.location).text
    assert "Chưa ghi hoạt động nào" in client.get("/activities/").text
    client.post(f"{saved.location}/state", data={"to": "restore"})
    assert "40" in client.get("/activities/?form=zalo").text


@pytest.mark.slow
def test_the_office_writes_hands_in_and_merges_the_part_of_a_unit(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    base = {"period": "2026-Q1", "unit": "cong-an"}
    assert client.get("/activities/parts?period=2026-Q1&unit=cong-an").status_code == 200
    client.post("/activities/parts", data=base | {"body": "Đã hướng dẫn 12 hộ.", "to": "submit"})
    assert "Ghép vào báo cáo" in client.get("/activities/parts?period=2026-Q1&unit=cong-an").text
    client.post("/activities/parts", data=base | {"to": "merged"})
    assert "Đã ghép" in client.get("/activities/parts?period=2026-Q1&unit=cong-an").text
    assert drawn(client, station) == "/reports/1"


def tables(page: str) -> dict[str, list[list[str]]]:
    """Return the cells of each figure table of a page."""
    found = {}
    for key, body in re.findall(r'<table class="table" data-table="([^"]*)">(.*?)</table>', page, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", body.split("</thead>")[1], re.DOTALL)
        found[key] = [
            [re.sub(r"<[^>]+>", "", c).strip() for c in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
            for row in rows
        ]
    return found


def drawn(client: FlaskClient, station: Station) -> str:
    answer = client.post("/reports/", data={"period": "2026-Q1"})
    assert answer.status_code == 303, answer.text
    work(station)
    with station.db.read() as session:
        return f"/reports/{work_queries.reports(session)[0].id}"


def test_the_page_says_the_same_figures_as_the_csv(station: Station, sign_in: SignIn) -> None:
    in_force(station, dich_vu_cong=20)
    client = sign_in("vanhanh")
    where = drawn(client, station)
    page = client.get(where).text
    with station.db.read() as session:
        files = work_queries.report(session, 1).files
    name = next(f for f in files if f.startswith("so-lieu") and f.endswith(".csv"))
    rows = list(csv.reader(io.StringIO((station.home.reports / name).read_bytes().decode("utf-8-sig"))))
    shown = tables(page)
    assert {"topic", "unit", "genre", "month", "zone", "plan"} <= shown.keys()
    for body in shown.values():
        for cells in body:
            plain = [
                c.replace(".", "").replace(",", ".") if re.fullmatch(r"[\d.]+(,\d+)?", c) and "," in c else c
                for c in cells
            ]
            assert plain in rows or cells in rows, cells
    for chart in ("Thời lượng phát theo chủ đề", "Tỷ lệ phát đủ theo cụm loa", "Lượt phát đủ theo ngày"):
        assert chart in page
    assert page.count('class="chart"') == 4
    assert " style=" not in page


def test_a_column_put_elsewhere_keeps_its_figures_and_their_links(
    station: Station, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(station, dich_vu_cong=20)
    client = sign_in("vanhanh")
    where = drawn(client, station)

    def by_name(page: str) -> dict[tuple[str, str, str], str]:
        """Each figure with its link, by table, row and head."""
        found = {}
        for key, body in re.findall(r'<table class="table" data-table="([^"]*)">(.*?)</table>', page, re.DOTALL):
            heads = re.findall(r"<th[^>]*>(.*?)</th>", body)
            for row in re.findall(r"<tr>(.*?)</tr>", body.split("</thead>")[1], re.DOTALL):
                name, *cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
                found |= {(key, name, head): cell for head, cell in zip(heads[1:], cells, strict=True)}
        return found

    before = client.get(where).text

    def moved(document: ReportDocument) -> list[Table]:
        return [replace(t, columns=t.columns[::-1]) for t in tables_of(document)]

    monkeypatch.setattr(shown_figures, "tables_of", moved)
    after = client.get(where).text
    assert before != after
    assert by_name(before) == by_name(after)
    assert sum("href" in cell for cell in by_name(before).values()) > 20


def test_a_figure_opens_the_entries_behind_it(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    page = client.get(drawn(client, station)).text
    link = next(h for h in re.findall(r'href="(/reports/entries[^"]+)"', page) if "topic=dich-vu-cong" in h).replace(
        "&amp;", "&"
    )
    behind = client.get(link)
    assert behind.status_code == 200
    assert "Nộp hồ sơ trực tuyến" in behind.text
    partial = client.get("/reports/entries?first=2025-12-15&last=2026-03-14&outcome=partial").text
    assert "Dừng giữa chừng" in partial
    assert "Phát đủ</span>" not in partial
    assert client.get("/reports/entries").status_code == 422
    assert "Không có bản ghi nào" in client.get("/reports/entries?first=2020-01-01&last=2020-01-02").text


@pytest.mark.medium
def test_every_figure_of_the_page_lists_exactly_as_many_as_it_says(station: Station, sign_in: SignIn) -> None:
    in_force(station, dich_vu_cong=20)
    activities.keep_activity(
        station,
        KIT,
        ActivityDraft(
            form="zalo", title="Bài viết", topic="dich-vu-cong", unit="vhxh", day=dt.date(2026, 3, 1), views=12
        ),
    )
    client = sign_in("vanhanh")
    where = drawn(client, station)
    with station.db.write() as session:  # what comes later is not behind figures that were frozen before
        last = session.get_one(PlayLogEntry, 1)
        values = {n: getattr(last, n) for n in Entry.__dataclass_fields__}
        playlog.append(session, [Entry(**values | {"id": "sau", "item_no": 99})], station.now())
    page = client.get(where).text
    figures = re.findall(r"<dt>([^<]+)</dt>(?:<!--.*?-->)?\s*<dd>(.*?)</dd>", page, re.DOTALL)
    tables_of = re.findall(r'<table class="table" data-table="([^"]*)">(.*?)</table>', page, re.DOTALL)
    assert {"topic", "unit", "genre", "month", "zone", "plan", "reason", "form"} == {k for k, _ in tables_of}
    checked: dict[str, int] = {}
    for name, cell in figures:
        text = re.sub(r"<[^>]+>", "", cell).strip()
        link = re.search(r'href="([^"]+)"', cell)
        assert bool(link) == (text not in {"0", "0 giây"}), (name, text)
        if link:
            behind = client.get(html.unescape(link[1])).text
            listed = re.search(r"<caption[^>]*>([\d.]+) ", behind)[1]
            if name in {"Tự sản xuất", "Tiếp âm"}:
                assert f"Nghe được tất cả {text}" in behind, name
            else:
                assert listed == text, name
            checked[name] = checked.get(name, 0) + 1
    for key, body in tables_of:
        rows = re.findall(r"<tr>(.*?)</tr>", body.split("</thead>")[1], re.DOTALL)
        heads = re.findall(r"<th[^>]*>(.*?)</th>", body)
        for row in rows:
            for head, cell in zip(heads[1:], re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[1:], strict=True):
                text = re.sub(r"<[^>]+>", "", cell).strip()
                link = re.search(r'href="([^"]+)"', cell)
                counted = head in {
                    "Phát đủ",
                    "Dừng giữa chừng",
                    "Không phát",
                    "Phút",
                    "Lượt",
                    "Từ đầu kế hoạch",
                    "Trong kỳ",
                    "Hoạt động",
                }
                is_sum = "Tổng cộng" in row and key in {"plan", "reason"}
                if not link:
                    assert not counted or is_sum or text in {"0", "0,0"}, (key, head, row)
                    continue
                behind = client.get(html.unescape(link[1])).text
                listed = re.search(r"<caption[^>]*>([\d.]+) ", behind)[1]
                if head == "Phút":
                    total = re.search(r"Nghe được tất cả ([^.]+)\. ", behind)[1]
                    parts = {unit: int(n) for n, unit in re.findall(r"(\d+) (giờ|phút|giây)", total)}
                    heard = parts.get("giờ", 0) * 60 + parts.get("phút", 0) + parts.get("giây", 0) / 60
                    assert heard == pytest.approx(float(text.replace(".", "").replace(",", ".")), abs=0.6), (key, row)
                else:
                    assert listed == text, (key, head, row)
                checked[key] = checked.get(key, 0) + 1
    assert {
        "Buổi phát",
        "Lượt tin, bài phát đủ",
        "Tin, bài đã dùng",
        "topic",
        "month",
        "zone",
        "plan",
        "reason",
        "form",
    } <= checked.keys()


@pytest.mark.slow
def test_a_report_is_checked_drawn_again_and_issued(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    where = drawn(client, station)
    assert "khớp với nhật ký lúc lập" in client.get(f"{where}/check", headers={"HX-Request": "true"}).text
    assert "khớp với nhật ký lúc lập" in client.get(f"{where}/check").text
    for path in station.home.reports.iterdir():
        path.unlink()
    assert client.get(f"{where}/files/0").status_code == 404
    assert client.post(f"{where}/redraw").status_code == 303
    work(station)
    assert client.get(f"{where}/files/0").status_code == 200
    confirm(client, where, f"{where}/issue", issued_number="5/BC-UBND", issued_on="2026-03-04")
    assert "Ban hành số 5/BC-UBND" in client.get(where).text
    client.post(f"{where}/issue", data={"issued_number": "", "issued_on": ""})


def test_what_is_due_is_said_on_the_reports_and_on_the_first_page(
    station: Station, sign_in: SignIn, clock: object
) -> None:
    clock.advance(7 * 86400)  # type: ignore[attr-defined]
    client = sign_in("vanhanh")
    for page in ("/", "/reports/"):
        assert "Báo cáo quý I năm 2026 phải gửi" in client.get(page).text, page
    assert "phải gửi" not in sign_in("xem").get("/").text


def test_a_wrong_template_of_the_office_is_named_on_the_page(station: Station, sign_in: SignIn) -> None:
    own = station.home.root / "scripts" / "templates"
    own.mkdir(parents=True)
    (own / "bao-cao.docx").write_bytes(b"x")
    client = sign_in("vanhanh")
    assert client.post("/reports/", data={"period": "2026-Q1"}).status_code == 303
    work(station)
    page = client.get("/reports/").text
    assert "Chưa lập được báo cáo quý I năm 2026" in page
    assert "bao-cao.docx: " in page
    assert list(station.home.reports.iterdir()) == []
    with station.db.read() as session:
        assert work_queries.reports(session) == []


@pytest.mark.medium
def test_drawing_a_report_is_shown_and_stopped_and_leaves_nothing(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/reports/", data={"period": "2026-Q1"})
    client.post("/reports/", data={"period": "2026-Q1"})  # a second press is the same work
    page = client.get("/reports/").text
    (polled,) = re.findall(r'hx-get="(/reports/drawing/\d+)"', page)
    assert "đang chờ, nhưng bộ phận xử lý nền" in page
    seen = []

    def presses_stop_at_the_workbook(here: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
        def told(share: float) -> None:
            progress(share)
            seen.append(client.get(polled, headers={"HX-Request": "true"}).text)
            if share > 0.8:
                assert client.post(f"{polled}/stop").status_code == 303

        report_job(here, arguments, told)

    assert perform(station, int(polled.rpartition("/")[2]), {JobKind.REPORT: presses_stop_at_the_workbook})
    shares = [int(re.search(r"(\d+)%", text)[1]) for text in seen]
    assert shares == sorted(shares)
    assert len(set(shares)) > 4
    assert max(shares) < 100
    assert list(station.home.reports.iterdir()) == []
    with station.db.read() as session:
        assert work_queries.reports(session) == []
    told = client.get(polled, headers={"HX-Request": "true"}).text
    assert "Đã dừng lập báo cáo" in told
    assert "hx-trigger" not in told
    client.post(f"{polled}/stop")
    assert "không dừng được nữa" in client.get("/reports/").text
    assert drawn(client, station) == "/reports/1"  # asked for again, it is drawn
    assert client.post("/reports/drawing/999/stop").status_code == 404
    assert client.post("/reports/", data={"period": "2027-Q3"}).status_code == 422
