"""What a report says, before it takes the shape of a file: the same words and figures for every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from broadcaster.domain.log.playlog import Entry
from broadcaster.domain.reports.activities import DIVERSITY_FORMULA, diversity
from broadcaster.domain.reports.figures import CountedAiring, Figures, Tally, share
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.domain.reports.periods import ReportPeriod
from broadcaster.domain.reports.plans import LOUDSPEAKER, FormGroup
from broadcaster.domain.reports.tracking import FULFILMENT_FORMULA, Progress, fulfilment_points
from broadcaster.reporting import charts
from broadcaster.reporting.wording import change, clean_end, decimal, minutes, number, percent

__all__ = ["ActivityLine", "PartLine", "ReportDocument", "minutes", "number"]


@dataclass(frozen=True, kw_only=True)
class ActivityLine:
    """One activity of another form, as the report lists it."""

    id: int
    form: str
    title: str
    topic: str
    unit: str
    day: str
    """ISO."""
    place: str
    attendance: int | None
    views: int | None
    link: str
    proofs: int


@dataclass(frozen=True)
class PartLine:
    """The merged part of a unit."""

    unit: str
    body: str


@dataclass(frozen=True, kw_only=True)
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
    entries: Iterable[Entry]
    """May be read again and again; a year of a large station is never held whole."""
    station: Issuer
    form: PaperForm
    tz: ZoneInfo
    drawn_at: dt.datetime
    last_hash: str
    last_seq: int
    airings: Iterable[CountedAiring] = ()
    """As `entries`, an airing each."""
    plan: Progress | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group of each form."""
    activities: tuple[ActivityLine, ...] = ()
    parts: tuple[PartLine, ...] = ()
    plan_in_period: Mapping[str, int] | None = None
    """Full airings of each topic on the days of the plan that lie in the period."""
    slogans: tuple[str, ...] = ()
    """Approved by the end of the period."""

    @property
    def title(self) -> str:
        """The trích yếu."""
        return f"Kết quả tuyên truyền trên hệ thống truyền thanh {self.station.commune} {self.period.title}"

    @property
    def span(self) -> str:
        """The days of the period in words."""
        return f"từ ngày {self.period.first:%d/%m/%Y} đến ngày {self.period.last:%d/%m/%Y}"

    @property
    def closing(self) -> str:
        """The last sentence: where the figures come from, so that anyone can check them."""
        return (
            f"Số liệu trên được tổng hợp từ nhật ký phát thanh đến bản ghi số {self.last_seq}, "
            f"dấu kiểm tra {self.last_hash[:16]}./."
        )

    def sentences(self) -> list[str]:
        """The prose of the report, written from the figures; right at zero, one and many."""
        lines = self._broadcasting() if self.figures.entries else self._silence()
        lines += self._fulfilment()
        lines += self._other_forms()
        if self.form.self_score:
            lines += self._score()
        return lines

    def _silence(self) -> list[str]:
        return [
            f"Trong kỳ báo cáo ({self.span}), nhật ký phát thanh không ghi nhận buổi phát nào.",
            f"Số kịch bản được biên soạn trong kỳ: {number(self.scripts_written)}.",
        ]

    def _broadcasting(self) -> list[str]:
        f = self.figures
        lines = [
            f"Trong kỳ báo cáo ({self.span}), {self.station.name} đã thực hiện {number(f.broadcasts)} buổi phát thanh "
            f"với {number(f.total.full)} lượt tin, bài phát đủ, tổng thời lượng {minutes(f.total)}; "
            f"sử dụng {number(f.scripts_aired)} kịch bản, biên soạn mới {number(self.scripts_written)} kịch bản."
        ]
        lines += self._apart()
        if f.broadcasts_missed:
            lines.append(f"Số buổi theo lịch không phát được, hoặc không rõ đã phát: {number(f.broadcasts_missed)}.")
        if not_full := f.total.partial + f.total.missed:
            lines.append(
                f"Có {number(not_full)} lượt không phát trọn vẹn, trong đó {number(f.total.partial)} lượt dừng giữa "
                f"chừng và {number(f.total.missed)} lượt không phát. Lý do: {self._reasons()}"
            )
        elif f.total.full:
            short = sum(t.partial + t.missed for t in f.by_zone.values())
            tail = (
                f" ở ít nhất một cụm loa; tính riêng từng cụm loa có {number(short)} lượt không trọn vẹn"
                if short
                else ""
            )
            lines.append(f"Toàn bộ các lượt tin, bài đã lên lịch trong kỳ đều được phát trọn vẹn{tail}.")
        planned = self._planned_topics()
        aired = [code for code in planned if f.by_topic.get(code, Tally()).full]
        if planned:
            lines.append(
                f"Nội dung tuyên truyền thuộc {number(len(aired))}/{number(len(planned))} nhóm chủ đề của kế hoạch; "
                f"phát tới {number(self._zones_reached())}/{number(len(self.zones))} cụm loa."
            )
        else:
            lines.append(f"Phát tới {number(self._zones_reached())}/{number(len(self.zones))} cụm loa.")
        if silent := [self.topic_short.get(c, c) for c in planned if c not in aired]:
            lines.append(f"Nhóm chủ đề chưa phát trong kỳ: {'; '.join(silent)}.")
        for label, other in (("kỳ trước", self.before), ("cùng kỳ năm trước", self.year_before)):
            if other.entries:
                lines.append(f"So với {label}: {change(f.total.full, other.total.full)} lượt phát.")
        return lines

    def _apart(self) -> list[str]:
        """What was heard besides the station's own scripts, and is in none of the tables."""
        f, lines = self.figures, []
        if f.relay.full + f.relay.partial:
            lines.append(f"Thời lượng tiếp âm chương trình của đài cấp trên: {minutes(f.relay)}.")
        for apart, words in ((f.urgent, "phát khẩn cấp"), (f.live, "nói trực tiếp qua micro")):
            if many := apart.full + apart.partial:
                lines.append(f"Ngoài tin, bài còn có {number(many)} lượt {words}, thời lượng {minutes(apart)}.")
        return lines

    def _planned_topics(self) -> list[str]:
        """The plan's topics; without a plan, the station's own but the last."""
        if self.plan and self.plan.topics:
            return [t.code for t in self.plan.topics]
        return [code for code in self.topics if code != self.other_topic]

    def _fulfilment(self) -> list[str]:
        plan = self.plan
        if plan is None or not plan.topics:
            return []
        name = f"Kế hoạch số {plan.number}" if plan.number else f"Kế hoạch “{clean_end(plan.title)}”"
        if plan.issued_on:
            name += f" ngày {plan.issued_on:%d/%m/%Y}"
        done, due = sum(t.done for t in plan.topics), sum(t.due for t in plan.topics)
        lines = []
        here = sum(self.within(t.code) for t in plan.topics)
        tail = f"; riêng trong kỳ báo cáo đã phát {number(here)} lượt thuộc các chủ đề của kế hoạch."
        if due:
            lines.append(
                f"Thực hiện {name}: tính từ đầu kế hoạch đến hết kỳ đã phát {number(done)} lượt trên "
                f"{number(due)} lượt phải đạt, mức độ hoàn thành {percent(plan.completion)} "
                f"(chủ đề vượt chỉ tiêu không bù cho chủ đề thiếu){tail}"
            )
            if plan.behind:
                late = "; ".join(f"{clean_end(t.title)} (thiếu {number(t.late)} lượt)" for t in plan.behind[:10])
                lines.append(f"Chủ đề chưa đạt tiến độ: {late}.")
        else:
            covered = sum(1 for t in plan.topics if t.done)
            lines.append(
                f"Thực hiện {name}: tính từ đầu kế hoạch đến hết kỳ đã phát "
                f"{number(covered)}/{number(len(plan.topics))} chủ đề{tail}"
            )
        return lines

    def _other_forms(self) -> list[str]:
        lines = []
        if self.activities:
            by_form: dict[str, int] = {}
            for a in self.activities:
                by_form[a.form] = by_form.get(a.form, 0) + 1
            listed = "; ".join(f"{self.forms.get(f, f)}: {number(n)}" for f, n in by_form.items())
            people = sum(a.attendance or 0 for a in self.activities)
            views = sum(a.views or 0 for a in self.activities)
            tail = f", {number(people)} lượt người tham dự" if people else ""
            tail += f", {number(views)} lượt xem" if views else ""
            lines.append(
                f"Ngoài hệ thống loa, trong kỳ đã thực hiện {number(len(self.activities))} hoạt động tuyên truyền "
                f"bằng hình thức khác ({listed}){tail}."
            )
        if self.slogans:
            lines.append(f"Số khẩu hiệu được phê duyệt đến hết kỳ: {number(len(self.slogans))}.")
        return lines

    def forms_used(self) -> list[str]:
        """The forms that were used in the period."""
        used = {a.form for a in self.activities}
        if self.figures.total.full:
            used.add(LOUDSPEAKER)
        return [f for f in self.forms if f in used]

    def _score(self) -> list[str]:
        groups = {f: FormGroup(g) for f, g in self.groups.items()}
        lines = [
            f"Tự chấm mức độ đa dạng trong tuyên truyền: {decimal(diversity(self.forms_used(), groups), 2)}/1 điểm. "
            f"Cách tính: {DIVERSITY_FORMULA}."
        ]
        points = fulfilment_points(self.plan.completion) if self.plan else None
        if points is not None:
            lines.append(
                f"Tự chấm mức độ thực hiện kế hoạch tuyên truyền: {decimal(points, 2)}/1 điểm. "
                f"Cách tính: {FULFILMENT_FORMULA}."
            )
        return lines

    def pictures(self) -> list[charts.Chart]:
        """The charts, from the same figures as the tables."""
        f = self.figures
        topics = {c: f"{i}. {t}" for i, (c, t) in enumerate(self.topic_short.items(), 1)}
        codes = [*topics, *(c for c in f.by_topic if c not in topics)]
        by_topic = [
            charts.Bar(topics.get(c, c or "(không ghi)"), t.minutes, f"{decimal(t.minutes)} phút")
            for c in codes
            if (t := f.by_topic.get(c, Tally())) or c in topics
        ]
        zones = [
            charts.Bar(self.zones.get(z, z), part or 0.0, percent(part))
            for z in [*self.zones, *(z for z in f.by_zone if z not in self.zones)]
            for t in [f.by_zone.get(z, Tally())]
            for part in [share(t.full, t.full + t.partial + t.missed)]
        ]
        days = {dt.date.fromisoformat(d): t.full for d, t in f.by_day.items()}
        made = [charts.bars("chu-de", "Thời lượng phát theo chủ đề (phút)", by_topic)]
        if self.plan and any(t.target for t in self.plan.topics):
            made.append(
                charts.pairs("ke-hoach", "Lượt phát theo kế hoạch và đã thực hiện theo tháng", self._monthly(self.plan))
            )
        made.append(charts.bars("cum-loa", "Tỷ lệ phát đủ theo cụm loa", zones, most=100))
        if self.period.days <= 400:
            made.append(charts.heat("lich", "Lượt phát đủ theo ngày", self.period.first, self.period.last, days))
        return made

    def _monthly(self, plan: Progress) -> list[charts.Pair]:
        months = list(plan.topics[0].months)
        return [
            charts.Pair(
                f"{int(m[5:])}/{m[2:4]}",
                sum(t.months[m].planned for t in plan.topics if m in t.months),
                sum(t.months[m].done for t in plan.topics if m in t.months),
            )
            for m in months
        ]

    def plan_days(self, *, within: bool) -> tuple[dt.date, dt.date]:
        """The days of the plan up to the end of the period; `within`: only those that lie in the period."""
        if self.plan is None:
            return self.period.first, self.period.last
        last = min(self.plan.last, self.period.last, self.drawn_at.astimezone(self.tz).date())
        return (max(self.plan.first, self.period.first) if within else self.plan.first), last

    def within(self, topic: str) -> int:
        """The full airings of a topic in the period; a plan that begins within it counts all of them."""
        if self.plan_in_period is not None:
            return self.plan_in_period.get(topic, 0)
        return self.figures.by_topic.get(topic, Tally()).full

    def _zones_reached(self) -> int:
        if self.figures.zones_heard is not None:
            return len(set(self.zones) & set(self.figures.zones_heard))
        return sum(1 for code in self.zones if self.figures.by_zone.get(code, Tally()).full)

    def _reasons(self) -> str:
        shown = list(self.figures.reasons.items())[:5]
        rest = sum(self.figures.reasons.values()) - sum(n for _, n in shown)
        words = "; ".join(f"{clean_end(why) or 'không ghi lý do'} ({number(n)} lượt)" for why, n in shown)
        return f"{words}; lý do khác ({number(rest)} lượt)." if rest else f"{words}."
