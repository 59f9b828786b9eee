"""What a report says, before it takes the shape of a file: the same words and figures for every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from broadcaster.domain.figures import Figures, Tally, share
from broadcaster.domain.periods import ReportPeriod
from broadcaster.domain.playlog import Entry
from broadcaster.settings import Report, Station


@dataclass(frozen=True)
class Table:
    """A table of the report; the last row may be a total."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    total: tuple[str | int | float, ...] | None = None


@dataclass(frozen=True)
class ReportDocument:
    """Everything that a report says."""

    period: ReportPeriod
    figures: Figures
    before: Figures
    year_before: Figures
    scripts_written: int
    topics: Mapping[str, str]
    topic_short: Mapping[str, str]
    other_topic: str
    """The topic of what belongs to none of the plan's; it does not count as coverage."""
    units: Mapping[str, str]
    zones: Mapping[str, str]
    genres: Mapping[str, str]
    entries: tuple[Entry, ...]
    station: Station
    form: Report
    tz: ZoneInfo
    drawn_at: dt.datetime
    last_hash: str
    last_seq: int

    @property
    def title(self) -> str:
        """The trích yếu."""
        return f"Kết quả tuyên truyền trên hệ thống truyền thanh {self.station.commune} {self.period.title}"

    def sentences(self) -> list[str]:
        """Return the prose of the report, written from the figures; right at zero, one and many."""
        f = self.figures
        span = f"từ ngày {self.period.first:%d/%m/%Y} đến ngày {self.period.last:%d/%m/%Y}"
        if f.entries == 0:
            return [
                f"Trong kỳ báo cáo ({span}), nhật ký phát thanh không ghi nhận buổi phát nào.",
                f"Số kịch bản được biên soạn trong kỳ: {number(self.scripts_written)}.",
            ]
        lines = [
            f"Trong kỳ báo cáo ({span}), {self.station.name} đã thực hiện {number(f.broadcasts)} buổi phát thanh với "
            f"{number(f.total.full)} lượt tin, bài phát đủ, tổng thời lượng {minutes(f.total)}; "
            f"sử dụng {number(f.scripts_aired)} kịch bản, biên soạn mới {number(self.scripts_written)} kịch bản."
        ]
        if not_full := f.total.partial + f.total.missed:
            lines.append(
                f"Có {number(not_full)} lượt không phát trọn vẹn, trong đó {number(f.total.partial)} lượt dừng giữa "
                f"chừng và {number(f.total.missed)} lượt không phát. Lý do: {self._reasons()}"
            )
        else:
            lines.append("Toàn bộ các lượt tin, bài đã lên lịch trong kỳ đều được phát trọn vẹn.")
        planned = [code for code in self.topics if code != self.other_topic]
        aired = [code for code in planned if f.by_topic.get(code, Tally()).full]
        lines.append(
            f"Nội dung tuyên truyền thuộc {number(len(aired))}/{number(len(planned))} nhóm chủ đề của kế hoạch; "
            f"phát tới {number(self._zones_reached())}/{number(len(self.zones))} cụm loa."
        )
        if silent := [self.topic_short[c] for c in planned if c not in aired]:
            lines.append(f"Nhóm chủ đề chưa phát trong kỳ: {'; '.join(silent)}.")
        for label, other in (("kỳ trước", self.before), ("cùng kỳ năm trước", self.year_before)):
            if other.entries:
                lines.append(f"So với {label}: {_change(f.total.full, other.total.full)} lượt phát.")
        return lines

    def tables(self) -> list[Table]:
        """Return the tables of the report."""
        f = self.figures
        topics = {c: f"{i}. {t}" for i, (c, t) in enumerate(self.topic_short.items(), 1)}
        months = {m: f"Tháng {int(m[5:])}/{m[:4]}" for m in f.by_month}
        return [
            self._table("Theo nhóm chủ đề", "Chủ đề", topics, f.by_topic, every=True),
            self._table("Theo đơn vị biên soạn", "Đơn vị", self.units, f.by_unit),
            self._table("Theo thể loại", "Thể loại", self.genres, f.by_genre),
            self._table("Theo tháng", "Tháng", months, f.by_month),
            self._coverage(),
        ]

    def _table(
        self, title: str, head: str, names: Mapping[str, str], tallies: Mapping[str, Tally], *, every: bool = False
    ) -> Table:
        codes = [c for c in names if every or c in tallies] + [c for c in tallies if c not in names]
        rows = tuple((names.get(c, c or "(không ghi)"), *_cells(tallies.get(c, Tally()))) for c in codes)
        total = ("Tổng cộng", *_cells(self.figures.total))
        return Table(title, (head, "Phát đủ", "Dừng giữa chừng", "Không phát", "Phút"), rows, total)

    def _coverage(self) -> Table:
        rows = []
        for code in [*self.zones, *(z for z in self.figures.by_zone if z not in self.zones)]:
            tally = self.figures.by_zone.get(code, Tally())
            whole = tally.full + tally.partial + tally.missed
            percent = share(tally.full, whole)
            rows.append(
                (
                    self.zones.get(code, code),
                    *_cells(tally),
                    "-" if percent is None else f"{percent:.1f}%".replace(".", ","),
                )
            )
        heads = ("Cụm loa", "Phát đủ", "Dừng giữa chừng", "Không phát", "Phút", "Tỷ lệ phát đủ")
        return Table("Theo cụm loa", heads, tuple(rows))

    def _zones_reached(self) -> int:
        return sum(1 for code in self.zones if self.figures.by_zone.get(code, Tally()).full)

    def _reasons(self) -> str:
        shown = list(self.figures.reasons.items())[:5]
        return "; ".join(f"{why.rstrip('.')} ({number(n)} lượt)" for why, n in shown) + "."


def number(n: int) -> str:
    """Return a whole number as Vietnamese writes it: dots between thousands, a leading zero below ten."""
    return f"{n:02d}" if 0 < n < 10 else f"{n:,}".replace(",", ".")


def minutes(tally: Tally) -> str:
    """Return heard time in hours and minutes."""
    whole = round(tally.minutes)
    hours, rest = divmod(whole, 60)
    return f"{number(hours)} giờ {number(rest)} phút" if hours else f"{number(rest)} phút"


def _cells(tally: Tally) -> tuple[int, int, int, float]:
    return tally.full, tally.partial, tally.missed, round(tally.minutes, 1)


def _change(now: int, before: int) -> str:
    if now == before:
        return f"không đổi ({number(now)})"
    word = "tăng" if now > before else "giảm"
    percent = share(abs(now - before), before)
    tail = "" if percent is None else f" ({percent:.1f}%)".replace(".", ",")
    return f"{word} {number(abs(now - before))}{tail}"
