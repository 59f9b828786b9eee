"""The furniture of an official document: what stands on the page and is never read aloud.

Source of the shapes: NĐ 30/2020/NĐ-CP, Phụ lục I (components of an administrative document) and Hướng dẫn 36-HD/VPTW
for the Party's documents. Each function judges one line, already in plain characters, by its text alone; where a line
stands in the document is judged in `clean`.
"""

from __future__ import annotations

import re

from broadcaster.domain.fold import fold

_GAP = re.compile(r"\t+| {3,}")
#: Room left for a clerk's pen inside one cell: "Số:        /KH-UBND", "ngày     tháng     năm 2026".
_BLANK_SLOT = re.compile(
    r"(?<=Số:)\s+(?=[/\d])|(?<=Số)\s+(?=[/\d])|(?<=ngày)\s+(?=[\dt])|(?<=tháng)\s+(?=[\dn])|(?<=năm)\s+(?=\d)"
)
_STATE_NAMES = frozenset({"cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam"})
_MOTTO = "doc lap tu do hanh phuc"
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(
    r"Số\s{0,3}[:.]?\s{0,40}[\d.…_]{0,40}[\s/–-]{0,40}(?:\d{4}\s?/\s?)?(?=[A-ZĐ…]{2})[A-ZĐƯa-z0-9&.…]{2,24}(?:\s?[-/–]\s?[A-ZĐƯa-z0-9&.…()]{1,24}){0,5}",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:[\w.'-]{1,20}(?: [\w.'-]{1,20}){0,8}\s?,\s?)?ngày\s{0,20}[\d.…_]{0,20}\s{0,20}tháng\s{0,20}[\d.…_]{0,20}\s{0,20}năm\s{0,20}[\d.…_]{0,20}"
)
_RULE = re.compile(
    r"(?:[-–—_=*~.·•─━═⸺⸻]\s?){3,}|[─━═⸺⸻]+|\*|[-–—=*~_ ]{1,200}[o0O]{3}[-–—=*~_ ]{1,200}|[-–—]+\s?[o0O]{3}\s?[-–—]+"
)
_PAGE = re.compile(
    r"(?:trang|page|tr\.)\s{0,3}:?\s{0,3}\d{1,4}(?:\s?(?:/|trên|of)\s?\d{1,4})?|[-–—]\s?\d{1,4}\s?[-–—]|\d{1,4}\s?\|\s?(?:trang|page)",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,4}(?:\s?/\s?\d{1,4})?")
_RECIPIENTS = re.compile(r"nơi nhận\s?[:：]?(?:\s?\(.{0,40}\))?", re.IGNORECASE)
_ARCHIVE = re.compile(r"[-–+*•]?\s?Lưu\s?:\s?.{0,60}", re.IGNORECASE)
_ARCHIVE_OFFICE = re.compile(r"\b(?:VT|VP|VPUB|HS|HSCV|TH|TC|VX|NC|KT|CCHC|hồ sơ|văn thư)\b", re.IGNORECASE)
_ON_BEHALF = re.compile(r"(?:TM|KT|TL|TUQ|T/M|K/T|T/L)\s?\.?\s?[^\d;:!?]{2,90}")
_TITLE_WORDS = frozenset(
    """
    chủ tịch|phó chủ tịch|quyền chủ tịch|q. chủ tịch|bí thư|phó bí thư|phó bí thư thường trực|bí thư đảng ủy|giám đốc|phó giám đốc
    |trưởng phòng|phó trưởng phòng|trưởng ban|phó trưởng ban|trưởng ấp|trưởng thôn|tổ trưởng|tổ phó|chánh văn phòng|phó chánh văn phòng
    |trưởng công an|phó trưởng công an|trưởng công an xã|chỉ huy trưởng|chỉ huy phó|phó chỉ huy trưởng|trưởng trạm|trạm trưởng|hiệu trưởng
    |phó hiệu trưởng|thủ trưởng đơn vị|thủ trưởng|bộ trưởng|thứ trưởng|thủ tướng|phó thủ tướng|thứ trưởng thường trực|chủ nhiệm|cục trưởng|vụ trưởng
    |chánh thanh tra|chủ tọa|thư ký|chủ trì|người lập|người lập biểu|người báo cáo|kế toán|người viết|người làm đơn|chủ tịch hội|chủ tịch công đoàn
    |phó chủ tịch thường trực|phó chủ tịch phụ trách|chủ tịch ubnd|chủ tịch ủy ban nhân dân|chủ tịch uỷ ban nhân dân|trưởng đài|trưởng đoàn|ủy viên|thường trực
    |chủ tịch hđnd|tổng giám đốc|viện trưởng|chánh án|cán bộ truyền thanh|văn phòng|chuyên viên|công chức
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_SIGNED = re.compile(
    r"[(\[]\s?(?:đã ký|ký tên|ký, |ký và|ký ghi|ký số|chữ ký|ghi rõ họ tên).{0,60}[)\]]|đã ký"
    r"|(?:người ký|ký bởi|ký số bởi|được ký bởi|thời gian ký|ngày ký|email|cơ quan)\s?:.{0,160}",
    re.IGNORECASE,
)
_RANK = (
    r"(?:(?:Đại|Thượng|Trung|Thiếu) (?:tá|úy|uý|tướng)|ThS\.?|TS\.?|BS\.?(?:CKI{1,2})?|CN\.?|KS\.?|PGS\.?|GS\.?|LS\.?)"
)
_RANKS = re.compile(rf"(?:{_RANK}\s?)+")


def cells(line: str) -> list[str]:
    """The columns of a line that a page set side by side (three spaces or a tab apart)."""
    return [cell.strip() for cell in _GAP.split(_BLANK_SLOT.sub(" ", line)) if cell.strip()]


def _bare(line: str) -> str:
    return line.strip().strip("*_#>").strip()


def is_rule(line: str) -> bool:
    """Tell whether a line only decorates: dashes, stars, "--- o0o ---"."""
    return bool(_RULE.fullmatch(line.strip()))


def is_state_name(cell: str) -> bool:
    """Tell whether a cell is the quốc hiệu, or the Party's heading in its place."""
    return _NOT_LETTERS.sub(" ", fold(cell)).strip() in _STATE_NAMES and cell == cell.upper()


def is_motto(cell: str) -> bool:
    """Tell whether a cell is the tiêu ngữ."""
    return len(cell) < 60 and _NOT_LETTERS.sub(" ", fold(cell)).strip() == _MOTTO


def is_number_line(cell: str) -> bool:
    """Tell whether a cell is the số, ký hiệu of the document itself ("Số: 12/KH-UBND")."""
    bare = _bare(cell)
    return len(bare) < 90 and bool(_NUMBER.fullmatch(bare)) and ("/" in bare or "-" in bare)


def is_place_and_date(cell: str) -> bool:
    """Tell whether a cell is the place and date of signing, its figures filled in or left blank."""
    bare = _bare(cell).rstrip(".")
    return (
        len(bare) < 100
        and bare[:1].isupper()
        and bool(_DATE.fullmatch(bare))
        and ("," in bare or ".." in bare or "…" in bare)
    )


_KINDS = frozenset(
    """kế hoạch|báo cáo|thông báo|quyết định|nghị quyết|chỉ thị|quy chế|quy định|hướng dẫn|chương trình|phương án|đề án|dự án|biên bản|tờ trình
    |công điện|công văn|giấy mời|giấy giới thiệu|thư ngỏ|thư công|lời kêu gọi|thông cáo|bản tin|phụ lục|kết luận|tuyên truyền|bài tuyên truyền
    |nội quy|hợp đồng|bản cam kết|đề cương|danh sách|kịch bản|lịch|thư mời|thông tư|nghị định|luật|phiếu|đơn""".replace(
        "\n", ""
    )
    .replace("    ", "")
    .split("|")
)


def is_document_kind(line: str) -> bool:
    """Tell whether a line in capitals names the kind of document (tên loại văn bản): the title, which is read."""
    words = _bare(line).lower()
    return is_capitals(line) and any(words == kind or words.startswith(kind + " ") for kind in _KINDS)


def is_capitals(cell: str) -> bool:
    """Tell whether every letter of a cell is a capital, and there are at least two."""
    letters = [c for c in cell if c.isalpha()]
    return len(letters) > 1 and all(c.isupper() for c in letters)


def is_page_number(line: str) -> bool:
    """Tell whether a line says a page number in a way that nothing else does ("Trang 3/10", "- 3 -")."""
    return bool(_PAGE.fullmatch(line.strip()))


def is_bare_number(line: str) -> bool:
    """Tell whether a line is a lone figure, which is a page number only where a page turns."""
    return bool(_BARE_NUMBER.fullmatch(line.strip()))


def is_recipients_head(line: str) -> bool:
    """Tell whether a line opens the Nơi nhận block, alone or with the signature's first line beside it."""
    first = cells(_bare(line))[:1]
    return bool(first) and bool(_RECIPIENTS.fullmatch(first[0].strip("*_ ")))


def is_archive_line(line: str) -> bool:
    """Tell whether a line is the "Lưu: VT, ..." entry."""
    first = cells(_bare(line))[:1]
    if not first:
        return False
    match = _ARCHIVE.fullmatch(first[0])
    return bool(match) and bool(_ARCHIVE_OFFICE.search(first[0]))


def is_signer_title(line: str) -> bool:
    """Tell whether every column of a line is an office in capitals, as over a signature ("KT. CHỦ TỊCH")."""
    columns = cells(line)
    return bool(columns) and all(_is_title(_bare(column)) for column in columns)


def _is_title(cell: str) -> bool:
    if len(cell) > 95 or not is_capitals(cell):
        return False
    if _ON_BEHALF.fullmatch(cell):
        return True
    words = cell.lower().rstrip(".,:")
    if words in _TITLE_WORDS:
        return True
    head = next((title for title in _TITLE_WORDS if words.startswith(title + " ")), "")
    return bool(head) and len(words.split()) <= 8 and "," not in words


def is_signed_mark(line: str) -> bool:
    """Tell whether every column of a line is "(đã ký)" or what a digital signature prints."""
    columns = cells(line)
    return bool(columns) and all(_SIGNED.fullmatch(_bare(column)) for column in columns)


def is_name(line: str) -> bool:
    """Tell whether every column of a line is shaped like a person's name: two to six capitalised words, nothing else."""
    columns = cells(line)
    return bool(columns) and all(_is_name(_bare(column)) for column in columns)


def _is_name(cell: str) -> bool:
    rank = _RANKS.match(cell)
    words = cell[rank.end() if rank else 0 :].split()
    return (
        2 <= len(words) <= 6
        and len(cell) <= 60
        and all(w.isalpha() and (w == w.capitalize() or w.isupper()) for w in words)
    )
