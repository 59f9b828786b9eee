"""Plans of the year."""

from __future__ import annotations

import datetime as dt
import io

import docx

from broadcaster.domain.reports.plans import Campaign, CampaignState, PlanTopic
from broadcaster.services.reports import plans
from broadcaster.services.station import Station
from tests.kit.people import OPERATOR


def in_force(station: Station, **targets: int) -> int:
    topics = tuple(PlanTopic(code.replace("_", "-"), code, {"loa": n} if n else {}) for code, n in targets.items())
    number = plans.add(
        station,
        OPERATOR,
        Campaign(
            title="Kế hoạch", first=dt.date(2026, 1, 1), last=dt.date(2026, 4, 30), topics=topics, forms=("loa", "zalo")
        ),
    )
    plans.move(station, OPERATOR, number, CampaignState.ACTIVE)
    return number


def word_plan() -> bytes:
    """A plan as Word makes one: automatic numbers, a real table, an invented commune."""
    made = docx.Document()
    made.add_paragraph("KẾ HOẠCH")
    made.add_paragraph("Tuyên truyền phòng, chống đuối nước năm 2028 tại xã Bến Mẫu")
    made.add_paragraph("")
    made.add_paragraph("Căn cứ Kế hoạch số 9/KH-UBND ngày 15/01/2028 của Ủy ban nhân dân tỉnh Mẫu;")
    made.add_paragraph("A. NỘI DUNG TUYÊN TRUYỀN")
    table = made.add_table(rows=1, cols=4)
    for cell, words in zip(table.rows[0].cells, ("STT", "Nội dung", "Hình thức", "Thời gian"), strict=True):
        cell.text = words
    for row in (
        ("1", "Dạy bơi cho trẻ em", "Loa phát thanh", "trước ngày 01/6/2028"),
        ("2", "Rào chắn ao, hố sâu", "Tờ rơi, Zalo", "trước ngày 30/7/2028"),
    ):
        cells = table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
    made.add_paragraph("B. ĐỐI TƯỢNG")
    made.add_paragraph("Học sinh và cha mẹ học sinh", style="List Bullet")
    made.add_paragraph("C. TỔ CHỨC THỰC HIỆN")
    made.add_paragraph("Giao Trạm Y tế phối hợp các trường học thực hiện.", style="List Number")
    made.add_paragraph("Nơi nhận:")
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()
