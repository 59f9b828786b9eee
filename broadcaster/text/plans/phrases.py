"""What stands inside a line of a plan: cited documents, dates, periods, numbers to reach, names of offices."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from broadcaster.domain.fold import fold

_KINDS = (
    "Bộ luật|Luật|Nghị định|Nghị quyết|Quyết định|Kế hoạch|Thông tư|Chỉ thị|Công văn|Chương trình|Hướng dẫn|Đề án|"
    "Kết luận|Quy chế|Quy định|Công điện|Pháp lệnh"
)
_CITED = re.compile(
    rf"(?P<kind>{_KINDS})\s{{1,3}}(?:(?:[^\W\d_]+\s{{1,3}}){{1,12}}?(?=số\s))?(?:số\s{{1,3}})?(?P<number>\d{{1,6}}[a-z]?(?:/\d{{4}})?[-/][A-ZĐƯ][\w.&Đđ]{{0,14}}(?:[-/][A-ZĐƯ\d][\w.&Đđ]{{0,14}}){{0,3}})"
    r"(?P<date>\s{1,3}ngày\s{1,3}\d{1,2}\s?(?:tháng\s?\d{1,2}\s{1,3}năm\s{1,3}\d{4}|[/.-]\d{1,2}[/.-]\d{4}))?"
    r"(?P<issuer>\s{1,3}của\s{1,3}[^,;.()]{3,80}?(?=\s{1,3}(?:về|phê duyệt|ban hành|sửa đổi|quy định|hướng dẫn)\b|[,;.()]|$))?"
)
_DAY = re.compile(
    r"ngày\s{1,3}(?P<day>\d{1,2})\s?(?:/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?|\s?tháng\s{1,3}(?P<month2>\d{1,2})(?:\s{1,3}năm\s{1,3}(?P<year2>\d{4}))?)"
    r"|(?<!\d)(?P<day3>\d{1,2})/(?P<month3>\d{1,2})/(?P<year3>\d{4})",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"(?:từ\s{1,3})?tháng\s{1,3}(?P<a>\d{1,2})(?:/(?P<ya>\d{4}))?\s{0,3}(?:đến|-|–|tới)\s{0,3}(?:hết\s{1,3})?tháng\s{1,3}(?P<b>\d{1,2})(?:(?:/|\s{1,3}năm\s{1,3})(?P<yb>\d{4}))?",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"(?:giai đoạn|từ năm)\s{1,3}(?P<a>20\d\d)\s{0,3}(?:-|–|đến)\s{0,3}(?:năm\s{1,3})?(?P<b>20\d\d)", re.IGNORECASE
)
_YEAR = re.compile(r"năm\s{1,3}(20\d\d)(?!\d)", re.IGNORECASE)
_UNIT_OF_WORK = r"(?:lượt|tin,?\s?bài|tin|bài|buổi|cuộc|đợt|chuyên mục|kỳ|pano|tấm|lần|hội nghị|bài viết|cụm)"
_SPAN = r"(?:tuần|tháng|quý|6 tháng|sáu tháng|năm)"
_PER = re.compile(
    rf"(?P<n>\d{{1,4}})\s?(?:\([^)]{{1,20}}\)\s?)?{_UNIT_OF_WORK}[^.;\d/]{{0,30}}?(?:/|mỗi|một|hàng|hằng|trong)\s?(?:một\s)?(?P<span>{_SPAN})",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"(?:mỗi|hàng|hằng)\s{{1,3}}(?P<span>{_SPAN})[^.;\d]{{0,50}}?(?P<n>\d{{1,4}})\s?(?:\([^)]{{1,20}}\)\s?)?{_UNIT_OF_WORK}",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?:ít nhất|tối thiểu|chỉ tiêu:?)\s{{1,3}}(?P<n>\d{{1,4}})\s?(?:\([^)]{{1,20}}\)\s?)?{_UNIT_OF_WORK}",
    re.IGNORECASE,
)
_A_YEAR = {"tuần": 52, "tháng": 12, "quý": 4, "6 tháng": 2, "sáu tháng": 2, "năm": 1}
_OFFICE = re.compile(
    r"(?:Văn phòng|Phòng|Ban Chỉ huy|Ban Tuyên giáo|Ban nhân dân|Ban Biên tập|Trung tâm|Công an|Trạm|Đoàn|Hội|Ủy ban Mặt trận|Uỷ ban Mặt trận|Mặt trận|Trường|Đài|Tổ công nghệ)"
    r"(?:\s(?:-|–|và|cụm)?\s?[\wÀ-ỹĐđ]+,?){1,9}"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A document that a line names."""

    number: str
    text: str


def cited(text: str) -> list[Cited]:
    """The documents that a line names by number, as it writes them."""
    return [Cited(m["number"], " ".join(m[0].split())) for m in _CITED.finditer(text)]


def days(text: str, year: int) -> list[dt.date]:
    """The dates in a line; one without a year lies in `year`."""
    found = []
    for m in _DAY.finditer(text):
        day = m["day"] or m["day3"]
        month = m["month"] or m["month2"] or m["month3"]
        written = m["year"] or m["year2"] or m["year3"]
        try:
            found.append(dt.date(int(written) if written else year, int(month), int(day)))
        except ValueError:
            continue
    return found


def span(text: str, year: int | None) -> tuple[dt.date, dt.date] | None:
    """The first and last day of the time that a line names, or None."""
    if m := _YEARS.search(text):
        return _ordered(dt.date(int(m["a"]), 1, 1), dt.date(int(m["b"]), 12, 31))
    said = _YEAR.search(text)
    year = int(said[1]) if said else year
    if m := _MONTHS.search(text):
        end_year = int(m["yb"] or year or 0)
        begin_year = int(m["ya"] or end_year)
        first, last = int(m["a"]), int(m["b"])
        if 1 <= first <= 12 and 1 <= last <= 12 and all(1900 < y < 2200 for y in (begin_year, end_year)):
            end = dt.date(end_year, last, calendar.monthrange(end_year, last)[1])
            return _ordered(dt.date(begin_year, first, 1), end)
    return (dt.date(year, 1, 1), dt.date(year, 12, 31)) if said and year else None


def target(text: str) -> int | None:
    """How many a year a line asks for ("02 bài/tháng" is 24), or None."""
    if m := _PER.search(text) or _EACH.search(text):
        return int(m["n"]) * _A_YEAR[" ".join(m["span"].lower().split())]
    plain = _PLAIN.search(text)
    return int(plain["n"]) if plain else None


def office(text: str) -> str | None:
    """The first office that a line names, or None."""
    found = _OFFICE.search(text)
    if found is None:
        return None
    words = re.split(
        r"\s(?:chủ trì|phối hợp|có trách nhiệm|tham mưu|tổ chức|thực hiện|xây dựng|hướng dẫn|đăng|phát|trong|theo|để|là)\b",
        found[0],
    )[0]
    return words.strip(" ,-–") if len(words.split()) > 1 else None


def names(text: str, words: tuple[str, ...]) -> bool:
    """Whether a line has one of `words`, whatever the marks and capitals."""
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', fold(text))} "
    return any(f" {re.sub(r'[^a-z0-9]+', ' ', fold(word)).strip()} " in plain for word in words)


def _ordered(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date] | None:
    return (first, last) if first <= last else None
