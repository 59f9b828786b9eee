"""Shares and ratios: 2/3 diện tích, 12/15 ấp, 1:500, số nhà 12/3A."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.figures import Figure
from broadcaster.text.rules.measures import tail_of
from broadcaster.text.tokens import Context, Left, RuleReading

_SLASH = re.compile(r"(\d{1,6})\s?/\s?(\d{1,6})(?!\d|[/,.]\d|/)")

_RATIO = re.compile(r"(\d{1,4})\s?[:/]\s?(\d{1,3}(?:\.\d{3})+|\d{1,6})(?!\d)")

_GRADES = 4
_RATIOS = ("tỷ lệ", "tỉ lệ", "bản đồ")
_PLAIN_SHARES = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (1, 10)})

# "Ấp 3/4" is a name as "nhà 3/4" is, unless a part of it is counted: "toàn ấp 1/2 số hộ".
_PLACES = ("ấp", "khóm", "khu phố", "căn")
_BODY = r"\s*(?:thành viên|đại biểu|số|tổng số|ủy viên|hội viên|cử tri)\b"
_COUNTED = (
    r"\s*(?:chỉ tiêu|tiêu chí|xã|ấp|hộ|nội dung|đại biểu|thành viên|hồ sơ|nhiệm vụ|điểm|phường|thôn|khu|đơn vị|sản phẩm|"
    r"chi bộ|tổ|cơ quan|mô hình|công trình|dự án|[-–]|\d|$)"
)


def ratio(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """1:500, tỷ lệ 1/10.000."""
    m = _RATIO.match(ctx.text, pos)
    if not m or not (left.recent(*_RATIOS, words=4) or ":" in m[0]):
        return None
    # "bài 1: 5 phút" is a label; only 1:500 written tight is a ratio by itself.
    if ":" in m[0] and not left.recent(*_RATIOS, "pha", words=4) and not m[0].startswith("1:"):
        return None
    if ":" in m[0] and " " in m[0] and not left.ends(*_RATIOS, "pha loãng"):
        return None
    second = Figure(m[2], ctx, left).words
    return RuleReading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} trên {second}", "number.ratio")


def _smaller(a: int, b: int) -> bool:
    """Whether a/b can be a share of a whole: two thirds, a twentieth."""
    return 1 <= a < b and (b <= 10 or a == 1)


def share(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """2/3 diện tích, 12/15 ấp, số nhà 12/3."""
    m = _SLASH.match(ctx.text, pos)
    if not m:
        return None
    after = ctx.right(m.end(), 30)
    if re.match(r"[^\W_]", after) and not re.match(r"[a-zđ](?![^\W_])", after):
        return None
    a, b = int(m[1]), int(m[2])
    first, second = cardinal(m[1], ctx.profile), cardinal(m[2], ctx.profile)
    over, part = f"{first} trên {second}", f"{first} phần {'tư' if b == 4 else second}"
    address = left.ends(
        "số",
        "nhà",
        "hẻm",
        "ngõ",
        "ngách",
        "kiệt",
        "đường",
        "địa chỉ",
        "địa chỉ:",
        "mẫu",
        "tổ",
        "lớp",
        "phòng",
        "thửa",
        "lô",
        "tờ",
        "biểu",
    ) or (left.ends(*_PLACES) and not re.match(r"\s*(?:số|diện tích|dân số|tổng)\b", after))
    at_least = left.ends(
        "ít nhất",
        "tối thiểu",
        "trên",
        "quá",
        "hơn",
        "không dưới",
        "thiếu",
        "vắng",
        "đủ",
        "có",
        "được",
    ) and re.match(_BODY, after)
    if b == _GRADES and a <= b and left.ends("thương binh", "bệnh binh", "hạng", "tb"):
        # A disabled soldier's grade is no share: "thương binh hạng ba trên bốn".
        return RuleReading(pos, m.end(), over, "number.over", (part,))
    plain = (a, b) in _PLAIN_SHARES and not address and (at_least or not re.match(_COUNTED, after))
    if plain or (left.ends("vòng", "chung kết", "bán kết") and a == 1):
        return RuleReading(pos, m.end(), part, "fraction", (over,))
    if (
        not address
        and _smaller(a, b)
        and re.match(
            r"\s*(?:số|diện tích|dân số|tổng|thời gian|chiều|quãng|chặng|khối lượng|mức|lương|ngân sách|giá trị|lượng|dung tích|"
            r"sân|nửa|đường|thế giới|trái đất|cử tri|ngày công|suất|định mức|công việc|quân số|tiền|học phí|chi phí|kinh phí|nhu cầu|cả nước|nồng độ|biên chế|liều|hạn mức|thửa|bờ|đất|nước|thuốc|phân|hợp đồng)\b",
            after,
        )
    ):
        return RuleReading(pos, m.end(), part, "fraction", (over,))
    if left.ends("giảm", "rút ngắn", "còn") and re.match(r"\s*(?:ngày|giờ|bước|khâu|loại)\b", after):
        # "Giảm 2/7 ngày": two of the seven days that the procedure took.
        return RuleReading(pos, m.end(), over, "number.over", (part,))
    if (
        not address
        and _smaller(a, b)
        and left.ends(
            "hơn",
            "gần",
            "khoảng",
            "ít nhất",
            "tối thiểu",
            "trên",
            "chiếm",
            "quá",
            "bằng",
            "giảm",
            "tăng",
            "còn",
            "được",
        )
        and not re.match(
            r"\s*(?:chỉ tiêu|tiêu chí|xã|ấp|hộ|người|nội dung|đại biểu|thành viên|hồ sơ|nhiệm vụ|điểm|phường|thôn|khu|trường|đơn vị|sản phẩm|chi bộ|đảng viên|tổ|cơ quan)\b",
            after,
        )
    ):
        return RuleReading(pos, m.end(), part, "fraction", (over,))
    alternatives = (part,) if a < b <= 100 else ()
    look = not address and a <= 31 and 1 <= b <= 12 and a > b
    if look or (address and 1 <= a <= 31 and 1 <= b <= 12):
        alternatives = (*alternatives, f"ngày {first} tháng {'tư' if b == 4 else second}")
    rule = "address.slash" if address else "number.over"
    end = m.end()
    tail = re.match(r"[A-Za-zđĐ](?![^\W_])", ctx.text[end : end + 2])
    if tail:
        return RuleReading(pos, end + 1, f"{over} {ctx.lexicon.letter(tail[0])}", "address.slash")
    unit = tail_of(ctx, ctx.text, end)
    if unit:
        return RuleReading(pos, unit[1], over + unit[0], "number.over", alternatives)
    return RuleReading(pos, end, over, rule, alternatives, look)
