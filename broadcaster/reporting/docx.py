"""The report as Word files, by templates that the office may change with Word (docxtpl).

Three shapes: the report in the layout of Phụ lục I, Nghị định 30/2020/NĐ-CP; the section to be merged into the CCHC
report; the annex that lists each airing. What a template may name is said in `scripts/templates/README.md`.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

from broadcaster import apart, faults
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.errors import RuleError, StationError
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.pdf import picture, signer
from broadcaster.reporting.tables import Table, tables_of
from broadcaster.reporting.wording import decimal
from broadcaster.rooms import room

T = TypeVar("T")
_TRIAL_S: Final = 60.0
_TRIED_ROWS: Final = 3
_DAMAGED: Final = (PackageNotFoundError, BadZipFile, LxmlError)
SHAPES = {"full": "bao-cao", "section": "phan-long-ghep", "annex": "phu-luc"}
"""Shapes of the report, and the names of their templates and files."""
ANNEX_LINES = 6_000
"""Airings that an annex lists: two hundred pages. The rest is in the spreadsheet, and the annex says so."""


def write(document: ReportDocument, path: Path, *, shape: str = "full", templates: Path | None = None) -> None:
    """Write the report to `path` in one of `SHAPES`; a template in the folder `templates` wins over the shipped one.

    Raises:
        RuleError: the template cannot be read, or names something that a report does not have; `field` is the file.
    """
    source = _template(shape, templates)
    if apart.is_on() and source.parent == templates:
        with apart.on_behalf_of(str(path)):
            apart.done(_TRIAL_S, try_out, _short(document), source, shape)
    made = _rendered(document, source, shape)
    try:
        made.save(str(path))
    except OSError as error:
        raise StationError(f"Không ghi được tệp báo cáo ({error.strerror or error}).", field=str(path)) from None


def try_out(document: ReportDocument, source: Path, shape: str) -> None:
    """Fill a template once for nothing: one of the office's may ask for more memory than there is.

    Raises:
        RuleError: as `write`.
    """
    _rendered(document, source, shape)


def _short(document: ReportDocument) -> ReportDocument:
    """The report with the first lines of its log."""
    return replace(document, entries=_first(document.entries), airings=_first(document.airings))


def _first(rows: Iterable[T]) -> tuple[T, ...]:
    walk = iter(rows)
    try:
        return tuple(islice(walk, _TRIED_ROWS))
    finally:
        if isinstance(walk, Generator):
            walk.close()


def broken(templates: Path) -> dict[str, str]:
    """What is wrong with the templates of the office, by name, as far as it shows without a report to be written."""
    found: dict[str, str] = {}
    for shape in SHAPES:
        source = _template(shape, templates)
        if source.parent == templates:
            try:
                with _told(source):
                    DocxTemplate(str(source)).get_undeclared_template_variables(_environment())
            except RuleError as error:
                found[source.name] = error.message
    return found


def _rendered(document: ReportDocument, source: Path, shape: str) -> DocxTemplate:
    with _told(source):
        return _filled(document, source, shape)


@contextmanager
def _told(source: Path) -> Iterator[None]:
    """Say in words what a template is wrong in."""
    try:
        yield
    except UndefinedError as error:
        raise _undefined(error, source) from None
    except TemplateSyntaxError as error:
        raise RuleError(f"Mẫu viết sai cú pháp: {error.message}. Hãy sửa mẫu trong Word.", field=source.name) from None
    except StationError:
        raise
    except (
        TemplateError,
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        PackageNotFoundError,
        BadZipFile,
        LxmlError,
    ) as error:
        raise RuleError(f"Không dùng được mẫu: {error}. Hãy sửa mẫu trong Word.", field=source.name) from None


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _filled(document: ReportDocument, source: Path, shape: str) -> DocxTemplate:
    env = _environment()
    named = DocxTemplate(str(source)).get_undeclared_template_variables(env)
    template = DocxTemplate(str(source))
    template.init_docx()
    context = _context(document, template, shape)
    if unknown := sorted(named - context.keys()):
        raise _unknown(unknown[0], context, source)
    template.render(context, env, autoescape=True)
    _widen(template.docx)
    template.docx.core_properties.title = document.title
    template.docx.core_properties.author = document.station.name
    return template


def _template(shape: str, folder: Path | None) -> Path:
    name = f"{SHAPES[shape]}.docx"
    own = folder / name if folder else None
    return own if own and own.is_file() else room("scripts") / "templates" / name


def _context(d: ReportDocument, template: DocxTemplate, shape: str) -> dict[str, Any]:
    form = d.form
    values: dict[str, Any] = {
        "co_quan_chu_quan": form.superior,
        "co_quan": d.station.commune.upper(),
        "ky_hieu": "BC-UBND",
        "dia_danh": form.place or d.station.place,
        "nam": d.drawn_at.astimezone(d.tz).year,
        "trich_yeu": d.title,
        "ten_dai": d.station.name,
        "ky": d.period.title,
        "tu_ngay": f"{d.period.first:%d/%m/%Y}",
        "den_ngay": f"{d.period.last:%d/%m/%Y}",
        "cac_cau": d.sentences(),
        "cac_bang": [_table(t) for t in tables_of(d)],
        "cac_bieu_do": [],
        "don_vi": [{"ten": p.unit, "noi_dung": [x.strip() for x in p.body.splitlines() if x.strip()]} for p in d.parts],
        "hoat_dong": [_activity(d, a) for a in d.activities],
        "luot_phat": [],
        "luot_phat_con_lai": "",
        "ket_thuc": d.closing,
        "noi_nhan": recipients(form.recipients),
        "chuc_vu": list(signer(form).lines),
    }
    if shape == "full":
        values["cac_bieu_do"] = [
            {"ten": c.title, "hinh": InlineImage(template, io.BytesIO(picture(c.svg)), width=Mm(160))}
            for c in d.pictures()
        ]
    if shape == "annex":
        values |= _airings(d)
    return values


def _table(table: Table) -> dict[str, Any]:
    def row(cells: tuple[str | int | float, ...]) -> dict[str, Any]:
        return {"dau": cells[0], "cac_o": [shown(v) for v in cells[1:]]}

    return {
        "ten": table.title,
        "cot_dau": table.heads[0],
        "cac_cot": list(table.heads[1:]),
        "cac_hang": [row(r) for r in table.rows],
        "tong": row(table.total) if table.total else None,
        "ghi_chu": f"({table.note})" if table.note else "",
    }


def _activity(d: ReportDocument, a: Any) -> dict[str, str]:
    said = [f"{a.attendance} người dự" if a.attendance else "", f"{a.views} lượt xem" if a.views else ""]
    said += [a.link, f"{a.proofs} tệp minh chứng" if a.proofs else ""]
    year, month, day = a.day.split("-")
    return {
        "ngay": f"{day}/{month}/{year}",
        "hinh_thuc": d.forms.get(a.form, a.form),
        "ten": a.title,
        "don_vi": a.unit,
        "ket_qua": "; ".join(s for s in said if s) or "-",
    }


def airing_rows(d: ReportDocument, limit: int = ANNEX_LINES) -> tuple[list[tuple[str, ...]], int]:
    """The lines of the annex (number, time, script, topic, minutes, outcome, zones), and how many are left."""
    own = (a for a in d.airings if a.kind != ItemKind.RELAY)
    rows: list[tuple[str, ...]] = [
        (
            str(n),
            f"{a.planned_at.astimezone(d.tz):%H:%M %d/%m/%Y}",
            a.title,
            d.topic_short.get(a.topic or "", a.topic or "-"),
            decimal(a.heard_ms / 60_000),
            a.outcome.label,
            f"{a.zones_full}/{a.zones}",
        )
        for n, a in enumerate(islice(own, limit), 1)
    ]
    return rows, sum(1 for _ in own)


def left_out(many: int) -> str:
    """The sentence about airings that an annex does not list; empty when there are none."""
    return f"Còn {many} lượt phát nữa được liệt kê đầy đủ trong tệp Excel và CSV kèm theo." if many else ""


def _airings(d: ReportDocument) -> dict[str, Any]:
    names = ("stt", "luc", "bai", "chu_de", "phut", "ket_qua", "cum_loa")
    rows, rest = airing_rows(d)
    return {"luot_phat": [dict(zip(names, row, strict=True)) for row in rows], "luot_phat_con_lai": left_out(rest)}


def shown(value: str | float) -> str:
    """A cell as the paper shows it: `12,5`, `1.234,5`; whole numbers as they are."""
    return decimal(value) if isinstance(value, float) else str(value)


def recipients(lines: Sequence[str]) -> list[str]:
    """The lines of Nơi nhận: each ends with a semicolon, the last with a full stop."""
    last = len(lines) - 1
    return [x if x.endswith((".", ";")) else f"{x}{'.' if n == last else ';'}" for n, x in enumerate(lines)]


def _widen(doc: Any) -> None:
    """Give each table the grid of its cells: Word heeds the cells, LibreOffice the grid; repeated columns lost it."""
    for table in doc.element.body.iter(qn("w:tbl")):
        rows = table.findall(qn("w:tr"))
        cells: list[Any] = max((row.findall(qn("w:tc")) for row in rows), key=len, default=[])
        found = [c.find(f"{qn('w:tcPr')}/{qn('w:tcW')}") for c in cells]
        if not cells or any(w is None for w in found):
            continue
        sizes = [int(w.get(qn("w:w"))) for w in found]
        most = 9354  # twentieths of a point between the margins: 165 mm
        if sum(sizes) > most:
            sizes[0] = max(most - sum(sizes[1:]), most // 4)
        elif len(sizes) > 3:
            sizes[0] = most - sum(sizes[1:])
        grid = table.find(qn("w:tblGrid"))
        for column in list(grid):
            grid.remove(column)
        for size in sizes:
            column = grid.makeelement(qn("w:gridCol"), {qn("w:w"): str(size)})
            grid.append(column)
        for row in rows:
            for cell, size in zip(row.findall(qn("w:tc")), sizes, strict=False):
                width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
                if width is not None:
                    width.set(qn("w:w"), str(size))


def _unknown(name: str, context: dict[str, Any], source: Path) -> RuleError:
    words = f"Mẫu có trường “{name}” mà báo cáo không có. {faults.meant(name, context)}"
    return RuleError(words.rstrip(), field=source.name)


def _undefined(error: UndefinedError, source: Path) -> RuleError:
    words = str(error.message)
    name = (
        words.rpartition("attribute ")[2].strip("'")
        if "attribute" in words
        else words.split("'")[1]
        if "'" in words
        else words
    )
    return RuleError(f"Mẫu có trường “{name}” mà báo cáo không có. Xem README.md của thư mục mẫu.", field=source.name)
