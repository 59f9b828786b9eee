"""A whole report made of a drawn log: every table, an activity, a part of a unit, a plan."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.figures import airings, count
from broadcaster.domain.reports.periods import parse
from broadcaster.domain.reports.plans import Campaign, PlanTopic
from broadcaster.domain.reports.tracking import progress
from broadcaster.reporting.document import ActivityLine, PartLine, ReportDocument
from broadcaster.settings import Settings
from tests.kit.entries import entry

VN = ZoneInfo("Asia/Ho_Chi_Minh")
FORMS = {"loa": "Loa truyền thanh", "zalo": "Zalo", "truc-tiep": "Trực tiếp"}
TOPICS = {"mot-cua": "Một cửa", "chi-so": "Kết quả <chỉ số> & đất", "khac": "Khác"}


def whole_report(*, entries: int = 40) -> ReportDocument:
    rng = random.Random(7)
    log = []
    for n in range(entries):
        at = dt.datetime(2025, 12, 15, 22, tzinfo=dt.UTC) + dt.timedelta(days=rng.randint(0, 88))
        for zone in ("z1", "z2"):
            outcome = rng.choices([Outcome.FULL, Outcome.PARTIAL, Outcome.MISSED], [8, 1, 1])[0]
            log.append(
                entry(
                    n,
                    1,
                    zone,
                    outcome,
                    planned_at=at,
                    topic=rng.choice(["mot-cua", "chi-so"]) if zone == "z1" else log[-1].topic,
                    reason="" if outcome is Outcome.FULL else "Mất điện.",
                    title="=Bài “nguy hiểm”",
                )
            )
    plan = Campaign(
        title="Kế hoạch",
        first=dt.date(2026, 1, 1),
        last=dt.date(2026, 12, 31),
        number="12/KH-UBND",
        topics=(PlanTopic("mot-cua", "Một cửa", {"loa": 50}), PlanTopic("chi-so", "Chỉ số", {"loa": 10})),
        forms=("loa", "zalo"),
    )
    figures = count(log, VN)
    aired: dict[str, dict[str, int]] = {}
    for key, tally in figures.by_topic_month.items():
        topic, _, month = key.rpartition(" ")
        aired.setdefault(topic, {})[month] = tally.full
    return ReportDocument(
        period=parse("2026-Q1"),
        figures=figures,
        before=count([], VN),
        year_before=count(log[:10], VN),
        scripts_written=3,
        topics=TOPICS,
        topic_short=TOPICS,
        other_topic="khac",
        units={"vhxh": "Phòng Văn hóa - Xã hội"},
        zones={"z1": "Ấp Mẫu 1", "z2": "Ấp Mẫu 2"},
        genres={"column": "Chuyên mục"},
        entries=tuple(log),
        airings=tuple(airings(log)),
        station=Settings().issuer,
        form=Settings().paper_form,
        tz=VN,
        drawn_at=dt.datetime(2026, 3, 16, 3, tzinfo=dt.UTC),
        last_hash="ab" * 32,
        last_seq=len(log),
        plan=progress(plan, dt.date(2026, 3, 14), aired=aired, acted={"zalo": {"2026-02": 1}}, titles=FORMS),
        forms=FORMS,
        groups={"loa": "loudspeaker", "zalo": "online", "truc-tiep": "direct"},
        activities=(
            ActivityLine(
                id=1,
                form="zalo",
                title="Bài viết",
                topic="Một cửa",
                unit="Phòng Văn hóa - Xã hội",
                day="2026-02-03",
                place="",
                attendance=None,
                views=350,
                link="https://zalo.me/mau",
                proofs=1,
            ),
        ),
        parts=(PartLine("Công an xã", "Đã hướng dẫn <người dân>."),),
        slogans=("Dân hiểu, dân tin",),
    )
