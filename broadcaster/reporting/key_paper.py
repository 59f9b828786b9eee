"""The sheet with the key that opens copies: in groups to be typed, as a QR code to be scanned, with what to do."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import segno

from broadcaster.reporting.pdf import Bullets, Grid, Heading, Paper, Paragraph, Picture

_A_ROW = 4


def key_paper(station: str, secret: str, groups: Sequence[str], mark: str, made_at: dt.datetime) -> Paper:
    """The sheet; `made_at` is in station time."""
    head, *rest = groups
    padded = [*rest, *[""] * (-len(rest) % _A_ROW)]
    rows = tuple(tuple(padded[n : n + _A_ROW]) for n in range(0, len(padded), _A_ROW))
    return Paper(
        kind="KHÓA MỞ BẢN SAO LƯU",
        subject=f"{station}, khóa số {mark}, in ngày {made_at:%d/%m/%Y}",
        blocks=[
            Paragraph(
                "Ai có tờ này và một bản sao lưu thì mở được tất cả: tài khoản, mật khẩu, lời thu. Mất tờ này thì "
                "không ai mở được các bản sao lưu, kể cả người làm phần mềm. Cất trong két hoặc tủ có khóa, không chụp "
                "ảnh, không để cùng chỗ với USB sao lưu; nên in hai tờ, cất ở hai nơi."
            ),
            Heading("Khóa"),
            Paragraph(head, indent=False),
            Grid(heads=("1", "2", "3", "4"), rows=rows, sides=("center", "center", "center", "center"), size=16),
            Picture(drawing(secret), f"Mã QR của khóa {mark}", width=35),
            Heading("Khi máy của đài hỏng"),
            Bullets(
                (
                    "Cài Loa Xã lên máy mới, cắm USB sao lưu (hoặc chuẩn bị địa chỉ nơi cất).",
                    "Chạy: loa restore --from usb THƯ_MỤC_MỚI, rồi gõ khóa trên tờ này khi được hỏi.",
                    "Xem những lệnh mà bản sao lưu sẽ chạy, đồng ý, rồi chạy: loa --home THƯ_MỤC_MỚI up.",
                )
            ),
            Paragraph("Không còn phần mềm này vẫn mở được bằng chương trình age: age -d -i TỆP_CÓ_KHÓA BẢN_SAO_LƯU."),
        ],
        author=station,
        made_at=made_at,
    )


def drawing(secret: str) -> str:
    """The QR code of a key, as SVG."""
    drawn = io.BytesIO()
    segno.make(secret, error="m", micro=False).save(drawn, kind="svg", xmldecl=False)
    return drawn.getvalue().decode()
