"""Written forms and their Southern readings, each judged by eye; `readings.tsv` beside this file holds them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

with (Path(__file__).parent / "readings.tsv").open(encoding="utf-8", newline="") as file:
    READINGS = [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


@pytest.mark.parametrize(("written", "spoken"), READINGS)
def test_a_written_form_is_said_as_judged(south, written, spoken):
    assert south(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (
            "24 hộ, 104 người, 1.005 đồng",
            "hai mươi tư hộ, một trăm linh bốn người, một nghìn không trăm linh năm đồng",
        ),
        ("ngày 22/12/2024", "ngày hai mươi hai tháng mười hai năm hai nghìn không trăm hai mươi tư"),
        ("50k, 4‰", "năm mươi nghìn, bốn phần nghìn"),
    ],
)
def test_the_north_says_linh_nghin_and_tu(north, written, spoken):
    assert north(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (
            "Nghị định số 118/2025/NĐ-CP ngày 9 tháng 6 năm 2025 của Chính phủ",
            "Nghị định số một trăm mười tám ngày chín tháng sáu năm hai nghìn không trăm hai mươi lăm của Chính phủ",
        ),
        (
            "118/2025/NĐ-CP",
            "Nghị định số một trăm mười tám năm hai nghìn không trăm hai mươi lăm của Chính phủ",
        ),
        (
            "Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị",
            "Nghị quyết số năm mươi bảy ngày hai mươi hai tháng mười hai năm hai nghìn không trăm hai mươi tư của Bộ Chính trị",
        ),
        ("Nghị quyết số 57-NQ/TW", "Nghị quyết số năm mươi bảy của Trung ương"),
        ("Nghị quyết số 66/NQ-CP", "Nghị quyết số sáu mươi sáu của Chính phủ"),
        ("Quyết định số 06/QĐ-TTg", "Quyết định số không sáu của Thủ tướng Chính phủ"),
        ("150/KH-UBND", "Kế hoạch số một trăm năm mươi của Ủy ban nhân dân"),
        ("Đề án 06/CP", "Đề án không sáu của Chính phủ"),
        (
            "1654/NQ-UBTVQH15",
            "Nghị quyết số một nghìn sáu trăm năm mươi tư của Ủy ban Thường vụ Quốc hội khóa mười lăm",
        ),
        (
            "Luật 72/2025/QH15",
            "Luật bảy mươi hai năm hai nghìn không trăm hai mươi lăm của Quốc hội khóa mười lăm",
        ),
        ("Chỉ số cải cách hành chính (PAR INDEX)", "Chỉ số cải cách hành chính"),
        ("chỉ số Par Index", "chỉ số cải cách hành chính"),
        ("14.5, 27-8", "mười bốn phẩy năm, ngày hai mươi bảy tháng tám"),
        ("sáng 14.5, ngày 27-8", "sáng ngày mười bốn tháng năm, ngày hai mươi bảy tháng tám"),
        (
            "98,5%; 1.234; 1.500.000 đồng; 5,3 tỷ",
            "chín mươi tám phẩy năm phần trăm; một nghìn hai trăm ba mươi tư; một triệu năm trăm nghìn đồng; năm phẩy ba tỷ",
        ),
        (
            "17h30, 17g30, 17:30, 7h, 05h00",
            "mười bảy giờ ba mươi phút, mười bảy giờ ba mươi phút, mười bảy giờ ba mươi phút, bảy giờ, năm giờ",
        ),
        ("Điều 5 khoản 2 điểm a", "Điều năm khoản hai điểm a"),
    ],
)
def test_the_table_of_the_domain_research_is_followed(north, written, spoken):
    assert north(written) == spoken
