"""The tables of a report: columns by name, each with what its figures lead to and how a chart draws it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from broadcaster.domain.reports.figures import Tally, share
from broadcaster.domain.reports.plans import LOUDSPEAKER
from broadcaster.domain.reports.tracking import Progress
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.wording import clean_end, decimal, percent

Value = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What stands behind a figure: entries of the log, or other activities, of one row's code."""

    of: Literal["airings", "entries", "activities"]
    by: str
    """By which field the row's code narrows them."""
    outcome: str = ""
    days: Literal["period", "plan", "plan-in-period"] = "period"
    total: bool = False
    """The figure of the last row leads there too, without a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; it may be put anywhere in it."""

    name: str
    head: str
    cells: tuple[Value, ...]
    total: Value | None = None
    links_to: Link | None = None
    chart: Literal["drawn", "asked", ""] = ""
    """How a spreadsheet draws it: `asked` is hatched beside what was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the report: the names of its rows, then its columns."""

    title: str
    key: str
    """What its rows are: topic, unit, zone."""
    names: Column
    columns: tuple[Column, ...]
    codes: tuple[str, ...]
    """The code of each row."""
    note: str = ""
    """How its figures are counted, in small under it."""

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The names of the rows and the columns beside them."""
        return (self.names, *self.columns)

    @property
    def heads(self) -> tuple[str, ...]:
        """The words over the columns."""
        return tuple(c.head for c in self.all_columns)

    @property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        """The cells, row by row."""
        return tuple(zip(*(c.cells for c in self.all_columns), strict=True))

    @property
    def total(self) -> tuple[Value, ...] | None:
        """The last row, where the table has one."""
        return None if self.names.total is None else tuple("" if c.total is None else c.total for c in self.all_columns)

    @property
    def drawn(self) -> tuple[Column, ...]:
        """The columns that a spreadsheet draws: what was asked for before what was done."""
        return tuple(sorted((c for c in self.columns if c.chart), key=lambda c: c.chart != "asked"))


_AIRING = (
    "Mỗi lượt là một tin, bài của một buổi, tính một lần dù bao nhiêu cụm loa; phát đủ khi ít nhất một cụm nghe trọn, "
    "phút theo cụm nghe lâu nhất. Không phát gồm cả từ chối, lỗi, không ra loa và không rõ đã phát. "
    "Nhạc hiệu, tiếp âm, phát khẩn cấp, nói trực tiếp và nghe thử không tính ở đây."
)
_NOTES = {
    **dict.fromkeys(("topic", "unit", "genre", "month"), _AIRING),
    "zone": (
        "Mỗi lượt tính riêng ở từng cụm loa, nên cộng các cụm lớn hơn số lượt của cả đài. Chỉ tính tin, bài; cụm chỉ "
        "nghe phát khẩn cấp hay nói trực tiếp vẫn tính là cụm được phát tới."
    ),
    "reason": "Các lượt không phát đủ ở cụm nào, theo lý do của cụm nghe được nhiều nhất.",
    "plan": "Lượt phát đủ tin, bài của chủ đề, tính một lần dù bao nhiêu cụm loa.",
}


def tables_of(d: ReportDocument) -> list[Table]:
    """The tables of the report, each with the definition of its figures; one that was kept earlier had none."""
    found = _tables(d)
    defined = d.figures.zones_heard is not None
    return [replace(t, note=_NOTES.get(t.key, "")) for t in found] if defined else found


def _tables(d: ReportDocument) -> list[Table]:
    f = d.figures
    topics = {c: f"{i}. {t}" for i, (c, t) in enumerate(d.topic_short.items(), 1)}
    months = {m: f"Tháng {int(m[5:])}/{m[:4]}" for m in f.by_month}
    found = [
        _table(d, "Theo nhóm chủ đề", "Chủ đề", topics, f.by_topic, "topic", every=True),
        _table(d, "Theo đơn vị biên soạn", "Đơn vị", d.units, f.by_unit, "unit"),
        _table(d, "Theo thể loại", "Thể loại", d.genres, f.by_genre, "genre"),
        _table(d, "Theo tháng", "Tháng", months, f.by_month, "month"),
        _coverage(d),
    ]
    if f.reasons:
        found.append(_reasons_table(d))
    if d.plan and d.plan.topics:
        found.append(_plan_table(d, d.plan))
    if d.activities or (d.plan and len(d.plan.forms) > 1):
        found.append(_forms_table(d))
    return found


def _table(
    d: ReportDocument,
    title: str,
    head: str,
    names: Mapping[str, str],
    tallies: Mapping[str, Tally],
    key: str,
    *,
    every: bool = False,
) -> Table:
    codes = [c for c in names if every or c in tallies] + [c for c in tallies if c not in names]
    return Table(
        title=title,
        key=key,
        names=_names(head, (names.get(c, c or "(không ghi)") for c in codes), total="Tổng cộng"),
        columns=_tally_columns([tallies.get(c, Tally()) for c in codes], "airings", key, d.figures.total),
        codes=tuple(codes),
    )


def _coverage(d: ReportDocument) -> Table:
    codes = [*d.zones, *(z for z in d.figures.by_zone if z not in d.zones)]
    tallies = [d.figures.by_zone.get(code, Tally()) for code in codes]
    parts = (share(t.full, t.full + t.partial + t.missed) for t in tallies)
    full_share = tuple("-" if part is None else f"{decimal(part)}%" for part in parts)
    return Table(
        title="Theo cụm loa",
        key="zone",
        names=_names("Cụm loa", (d.zones.get(code, code) for code in codes)),
        columns=(
            *_tally_columns(tallies, "entries", "zone"),
            Column(name="share", head="Tỷ lệ phát đủ", cells=full_share),
        ),
        codes=tuple(codes),
    )


def _reasons_table(d: ReportDocument) -> Table:
    reasons = d.figures.reasons
    behind = Link(of="airings", by="reason")
    many, total = tuple(reasons.values()), sum(reasons.values())
    return Table(
        title="Lý do không phát trọn vẹn",
        key="reason",
        names=_names("Lý do", (clean_end(why) or "không ghi lý do" for why in reasons), total="Tổng cộng"),
        columns=(Column(name="airings", head="Lượt", cells=many, total=total, links_to=behind, chart="drawn"),),
        codes=tuple(reasons),
    )


def _plan_table(d: ReportDocument, plan: Progress) -> Table:
    topics = plan.topics
    due, within = sum(t.due for t in topics), tuple(d.within(t.code) for t in topics)
    since = Link(of="airings", by="topic", outcome="full", days="plan")
    here = replace(since, days="plan-in-period")
    done = percent(plan.completion) if due else "-"
    target, asked = tuple(t.target for t in topics), tuple(t.due for t in topics)
    aired, shares = tuple(t.done for t in topics), tuple(percent(t.percent) for t in topics)
    return Table(
        title="Thực hiện kế hoạch",
        key="plan",
        names=_names(
            "Chủ đề của kế hoạch",
            (f"{n}. {clean_end(t.title)}" for n, t in enumerate(topics, 1)),
            total="Tổng cộng",
        ),
        columns=(
            Column(name="target", head="Chỉ tiêu", cells=target, total=sum(target)),
            Column(name="due", head="Phải đạt", cells=asked, total=due, chart="asked"),
            Column(name="done", head="Từ đầu kế hoạch", cells=aired, total=sum(aired), links_to=since, chart="drawn"),
            Column(name="within", head="Trong kỳ", cells=within, total=sum(within), links_to=here),
            Column(name="share", head="So chỉ tiêu", cells=shares, total=done),
        ),
        codes=tuple(t.code for t in topics),
    )


def _forms_table(d: ReportDocument) -> Table:
    wanted = [t.code for t in d.plan.forms] if d.plan else []
    codes = [f for f in dict.fromkeys([*wanted, *(a.form for a in d.activities)]) if f != LOUDSPEAKER]
    done = [[a for a in d.activities if a.form == c] for c in codes]
    people = tuple(sum(a.attendance or 0 for a in those) for those in done)
    views = tuple(sum(a.views or 0 for a in those) for those in done)
    proofs = tuple(sum(a.proofs for a in those) for those in done)
    behind = Link(of="activities", by="form")
    return Table(
        title="Hình thức khác ngoài loa",
        key="form",
        names=_names("Hình thức khác", (d.forms.get(c, c) for c in codes)),
        columns=(
            Column(name="activities", head="Hoạt động", cells=tuple(map(len, done)), links_to=behind, chart="drawn"),
            Column(name="people", head="Người dự", cells=people),
            Column(name="views", head="Lượt xem", cells=views),
            Column(name="proofs", head="Tệp minh chứng", cells=proofs),
        ),
        codes=tuple(codes),
    )


def days_of(d: ReportDocument, link: Link) -> tuple[dt.date, dt.date]:
    """The days on which lies what stands behind a figure."""
    if link.days == "period":
        return d.period.first, d.period.last
    return d.plan_days(within=link.days == "plan-in-period")


def _names(head: str, names: Iterable[str], *, total: str | None = None) -> Column:
    return Column(name="name", head=head, cells=tuple(names), total=total)


def _tally_columns(
    tallies: Sequence[Tally], of: Literal["airings", "entries"], by: str, total: Tally | None = None
) -> tuple[Column, ...]:
    """The columns that every count of airings has; with `total` their sum, which leads to all of them."""

    def column(name: str, head: str, value: Callable[[Tally], Value], outcome: str = "") -> Column:
        return Column(
            name=name,
            head=head,
            cells=tuple(value(t) for t in tallies),
            total=None if total is None else value(total),
            links_to=Link(of=of, by=by, outcome=outcome, total=total is not None),
            chart="" if outcome else "drawn",
        )

    return (
        column("full", "Phát đủ", lambda t: t.full, "full"),
        column("partial", "Dừng giữa chừng", lambda t: t.partial, "partial"),
        column("missed", "Không phát", lambda t: t.missed, "missed"),
        column("minutes", "Phút", lambda t: round(t.minutes, 1)),
    )
