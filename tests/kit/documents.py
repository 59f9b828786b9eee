"""Real documents made for the tests: Word by python-docx, OpenDocument and PDF by hand, a printed plan by typst."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import docx as word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from broadcaster.text.encodings import _TCVN3, _VIQR_TONES, _VNI
from broadcaster.text.syllables import TONES
from tests.kit.places import FIXTURES

PLAN = FIXTURES / "ke-hoach-2026.txt"


def word_bytes(fill: Callable[[Any], object]) -> bytes:
    document = word.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def add_xml(document: object, inner: str) -> None:
    """Append raw WordprocessingML before the section properties."""
    namespaces = nsdecls("w", "r", "wp", "a") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    for node in parse_xml(f"<w:body {namespaces}>{inner}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, node)  # type: ignore[attr-defined]


def zip_bytes(parts: Iterable[tuple[str, bytes | str]], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def docx_with_body(body: str | bytes, extra: Iterable[tuple[str, bytes | str]] = ()) -> bytes:
    return zip_bytes([("[Content_Types].xml", "<Types/>"), ("word/document.xml", body), *extra])


ODT_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
)


def odt_bytes(body: str, styles: str = "", extra: Iterable[tuple[str, bytes | str]] = ()) -> bytes:
    content = f"{ODT_HEAD}<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return zip_bytes(
        [
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", "<manifest/>"),
            ("content.xml", content),
            *extra,
        ]
    )


def pdf_bytes(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of the given objects, the first of which is the catalog."""
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def scanned_pdf() -> bytes:
    pixels = zlib.compress(b"\x00" * 64)
    content = b"q 500 0 0 700 0 0 cm /Im0 Do Q"
    return pdf_bytes(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(pixels), pixels),
    )


def printed_pdf(source: str) -> bytes:
    import typst

    return typst.compile(source.encode())


# --- the old character sets, written by the inverse of the tables, so that a real document can be made in each ---


def in_tcvn3(text: str) -> bytes:
    inverse = {letter: chr(code) for code, letter in _TCVN3.items()}
    return "".join(inverse.get(c) or inverse.get(c.lower()) or c for c in text).encode("latin-1", "replace")


def in_vni(text: str) -> bytes:
    inverse: dict[str, str] = {}
    for written, letter in _VNI.items():
        if written.islower() or written.isupper():
            inverse.setdefault(letter, written)
    return "".join(inverse.get(c, c) for c in text).encode("latin-1", "replace")


def in_viqr(text: str) -> bytes:
    shapes = {"\u0302": "^", "\u0306": "(", "\u031b": "+"}
    tones = {mark: sign for sign, mark in _VIQR_TONES.items()}
    out = []
    for c in text:
        parts = unicodedata.normalize("NFD", c)
        if c in "đĐ":
            out.append("dd" if c == "đ" else "DD")
        elif len(parts) > 1:
            out.append(
                parts[0] + "".join(shapes.get(p, "") for p in parts[1:]) + "".join(tones.get(p, "") for p in parts[1:])
            )
        else:
            out.append("\\" + c if c in ".?'" else c)
    return "".join(out).encode("ascii", "replace")


def in_windows_1258(text: str) -> bytes:
    out = b""
    for c in re.findall(".", unicodedata.normalize("NFC", text), re.DOTALL):
        parts = unicodedata.normalize("NFD", c)
        shaped = unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES))
        out += (shaped + "".join(p for p in parts if p in TONES)).encode("cp1258", "replace")
    return out
