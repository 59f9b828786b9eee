"""The yearly plan of communication (kế hoạch): what was promised, topic by topic and form by form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from broadcaster.domain.fold import fold, nfc, slug
from broadcaster.errors import RuleError

LOUDSPEAKER = "loa"
"""The form that the play log proves; all others are proved by activities entered by hand."""
_WORDS = re.compile(r"\w+")
_MAX_TARGET = 100_000
_VERB = re.compile(
    r"^(?:công tác\s+)?(?:(?:thông tin|tuyên truyền|phổ biến)(?:,\s+|\s+))+(?:sâu rộng\s+)?(?:giới thiệu\s+)?"
    r"(?:về\s+|trên\s+)?(?:các\s+)?",
    re.IGNORECASE,
)


class CampaignState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return {"draft": "Bản nháp", "active": "Đang thực hiện", "closed": "Đã kết thúc"}[self.value]


class FormGroup(StrEnum):
    """Kinds of forms, as the score of diversity sees them."""

    LOUDSPEAKER = "loudspeaker"
    ONLINE = "online"
    SCREEN = "screen"
    DIRECT = "direct"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of communication (hình thức tuyên truyền); `words` are how a plan's text names it, folded."""

    code: str
    title: str
    group: FormGroup
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTopic:
    """A topic of the plan, in the plan's own words, with its targets for the whole plan by form code."""

    code: str
    title: str
    targets: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanUnit:
    """An office with its share of the work; `code` is None for one that the station does not list."""

    name: str
    task: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something due by the end of a station day."""

    title: str
    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """All that a plan says. Days are station days, both ends included."""

    title: str
    first: dt.date
    last: dt.date
    number: str = ""
    issued_on: dt.date | None = None
    basis: tuple[str, ...] = ()
    topics: tuple[PlanTopic, ...] = ()
    forms: tuple[str, ...] = (LOUDSPEAKER,)
    audiences: tuple[str, ...] = ()
    units: tuple[PlanUnit, ...] = ()
    deadlines: tuple[Deadline, ...] = ()

    def checked(self, known_forms: Sequence[str]) -> Campaign:
        """The plan in normal form.

        Raises:
            RuleError: a field is wrong; `field` names it.
        """
        title = nfc(self.title).strip()
        if not title or len(title) > 300:
            raise RuleError("Kế hoạch cần có tên (trích yếu), không quá 300 ký tự.", field="title")
        if self.last < self.first:
            raise RuleError("Ngày kết thúc kế hoạch phải sau ngày bắt đầu.", field="last")
        if (self.last - self.first).days > 366 * 6:
            raise RuleError("Một kế hoạch kéo dài nhiều nhất sáu năm.", field="last")
        if unknown := [f for f in self.forms if f not in known_forms]:
            raise RuleError(f"Không có hình thức tuyên truyền “{unknown[0]}”.", field="forms")
        self._check_topics(known_forms)
        return Campaign(
            title=title,
            first=self.first,
            last=self.last,
            number=nfc(self.number).strip()[:60],
            issued_on=self.issued_on,
            basis=_lines(self.basis),
            topics=tuple(
                PlanTopic(t.code, nfc(t.title).strip(), {f: n for f, n in t.targets.items() if n}) for t in self.topics
            ),
            forms=self.forms,
            audiences=_lines(self.audiences),
            units=tuple(
                PlanUnit(nfc(u.name).strip(), nfc(u.task).strip(), u.code) for u in self.units if u.name.strip()
            ),
            deadlines=tuple(sorted((d for d in self.deadlines if d.title.strip()), key=lambda d: (d.day, d.title))),
        )

    def _check_topics(self, known_forms: Sequence[str]) -> None:
        codes = [t.code for t in self.topics]
        if twice := next((c for c in codes if codes.count(c) > 1), None):
            raise RuleError(f"Chủ đề “{twice}” có hai lần trong kế hoạch.", field="topics")
        for topic in self.topics:
            for form, target in topic.targets.items():
                if form not in known_forms:
                    raise RuleError(f"Không có hình thức tuyên truyền “{form}”.", field="topics")
                if not 0 <= target <= _MAX_TARGET:
                    raise RuleError(
                        f"Chỉ tiêu của chủ đề “{topic.title[:60]}” phải từ 0 đến {_MAX_TARGET}.", field="topics"
                    )

    def target(self, topic: str, form: str = LOUDSPEAKER) -> int:
        """The target of a topic in a form; 0 when the plan sets none."""
        return next((t.targets.get(form, 0) for t in self.topics if t.code == topic), 0)

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON-able values."""
        values = asdict(self)
        for name in ("first", "last", "issued_on"):
            values[name] = values[name].isoformat() if values[name] else None
        values["deadlines"] = [{"title": d.title, "day": d.day.isoformat()} for d in self.deadlines]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Campaign:
        """Rebuild a plan from `as_json()`."""
        return cls(
            title=values["title"],
            first=dt.date.fromisoformat(values["first"]),
            last=dt.date.fromisoformat(values["last"]),
            number=values["number"],
            issued_on=dt.date.fromisoformat(values["issued_on"]) if values["issued_on"] else None,
            basis=tuple(values["basis"]),
            topics=tuple(PlanTopic(**t) for t in values["topics"]),
            forms=tuple(values["forms"]),
            audiences=tuple(values["audiences"]),
            units=tuple(PlanUnit(**u) for u in values["units"]),
            deadlines=tuple(Deadline(d["title"], dt.date.fromisoformat(d["day"])) for d in values["deadlines"]),
        )


def matches(lines: Sequence[str], known: Mapping[str, str], *, least: float = 0.34) -> list[str | None]:
    """For each topic line of a plan the code of the known topic that it speaks of, or None.

    `known` are titles by code. The measure is the share of the title's word pairs that the line has; each topic is
    given out once, the surest first.
    """
    pairs = {code: _pairs(title) for code, title in known.items()}
    scores = []
    for index, line in enumerate(lines):
        there = _pairs(line)
        scores += [
            (len(there & wanted) / len(wanted), -index, code)
            for code, wanted in pairs.items()
            if wanted and len(there & wanted) / len(wanted) >= least
        ]
    found: list[str | None] = [None] * len(lines)
    given: set[str] = set()
    for _, minus, code in sorted(scores, reverse=True):
        if found[-minus] is None and code not in given:
            found[-minus] = code
            given.add(code)
    return found


def short_title(text: str, *, words: int = 9) -> str:
    """The first clause of a topic, without the verb that every line begins with."""
    said = _VERB.sub("", text.strip())
    clause = re.split(r"[,;:.(]", said, maxsplit=1)[0].split()
    kept = clause[:words] if len(clause) >= 4 else said.split()[: words - 2]
    if not kept:
        return text.strip()[:60]
    kept[0] = kept[0][:1].upper() + kept[0][1:]
    return " ".join(kept).rstrip(" ,;:.(")[:120]


def topic_code(title: str, taken: Sequence[str]) -> str:
    """A new code for a topic, unlike all that are `taken`."""
    base = "-".join(slug(short_title(title, words=5)).split("-")[:5])[:48] or "chu-de"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def _pairs(text: str) -> set[tuple[str, str]]:
    words = _WORDS.findall(fold(text))
    return set(pairwise(words))


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := nfc(text).strip()))
