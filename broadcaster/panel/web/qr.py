"""QR codes as SVG in the page: no request outside, nothing inline that the policy forbids."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str, label: str = "Mã QR cho ứng dụng xác thực") -> Markup:
    """The QR code of `text`, dark on light whatever the page's ground is; `label` says what it is for."""
    code = segno.make(text, error="m", micro=False)
    border = 4
    size = len(code.matrix) + 2 * border
    path = "".join(
        f"M{x + border} {y + border}h1v1h-1z" for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{2}">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{1}" fill="#000"/></svg>'
    ).format(size, path, label)
