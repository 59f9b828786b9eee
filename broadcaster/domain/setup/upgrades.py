"""An upgrade as a row of steps, each on the disk before the next: what is done after a cut at any of them, and when.

The pointer to the version in use is what decides. Until it moves, the version before and its database are the station;
from then on the new ones are. The database follows the pointer at the next start, whoever starts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from broadcaster.errors import RuleError

QUIET: Final = dt.timedelta(minutes=15)
"""An upgrade begins only when nothing is due for so long."""
WATCH_S: Final = 120.0
"""So long the new version is watched before it is trusted."""
LIMIT_S: Final = 180.0
"""So long a trial lasts at most, unless the watch is longer than two thirds of it."""
TRIAL: Final = "LOA_TRIAL"
"""Set in the environment of a version that is being tried."""
_VERSION: Final = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,4}")


class UpgradeStep(StrEnum):
    """How far an upgrade is."""

    REHEARSING = "rehearsing"
    """A backup is taken and a copy of the database migrated, while the station goes on."""
    WAITING = "waiting"
    STOPPING = "stopping"
    COPYING = "copying"
    """The station is down; its last state is copied and the copy migrated."""
    SWAPPING = "swapping"
    """The copy is put in the place of the database."""
    TRIAL = "trial"
    MOVING = "moving"
    """The new version is found well; the pointer moves."""
    DONE = "done"
    BACK = "back"
    """The version before is in use, with its database."""

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self in {UpgradeStep.DONE, UpgradeStep.BACK}

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]


_LABELS = {
    UpgradeStep.REHEARSING: "đang sao lưu và thử chuyển một bản sao của cơ sở dữ liệu",
    UpgradeStep.WAITING: "đang đợi lúc yên",
    UpgradeStep.STOPPING: "đang tắt đài",
    UpgradeStep.COPYING: "đang chuyển bản sao cuối của cơ sở dữ liệu",
    UpgradeStep.SWAPPING: "đang thay cơ sở dữ liệu",
    UpgradeStep.TRIAL: "đang chạy thử phiên bản mới",
    UpgradeStep.MOVING: "đang chuyển hẳn sang phiên bản mới",
    UpgradeStep.DONE: "đã xong",
    UpgradeStep.BACK: "đã trở về phiên bản cũ",
}
_TOUCHED: Final = frozenset({UpgradeStep.SWAPPING, UpgradeStep.TRIAL, UpgradeStep.MOVING})
"""The steps in which the database may be the new one."""


class Action(StrEnum):
    """What a start does about an upgrade that was cut off."""

    NOTHING = "nothing"
    FORGET = "forget"
    """Nothing was changed yet: its leavings are cleared away."""
    RETURN = "return"
    """The old database comes back, and what was aired meanwhile is told to it again."""
    KEEP = "keep"
    """The new version is the one in use: its database is in place, or is put there."""


def settle(step: UpgradeStep, *, moved: bool) -> Action:
    """What to do about an upgrade that stands at `step`, undone; `moved`: the pointer names the new version."""
    if step.over:
        return Action.NOTHING
    if step not in _TOUCHED:
        return Action.FORGET
    return Action.KEEP if moved else Action.RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """One upgrade, as it lies on the disk; `at` and `begun` aware UTC."""

    old: str
    new: str
    step: UpgradeStep
    versions: str
    """The folder of the versions."""
    begun: dt.datetime
    at: dt.datetime
    """When it came to this step."""
    migrated: bool = False
    """The new version has another form of the database."""
    replayed: tuple[str, int] | None = None
    """Where play-out's journal was when the old database was last written: what follows must be told to it again."""
    marks: int = 0
    """The size of the file of signed marks at that moment."""
    entries: int = 0
    """Of the play log, at that moment."""
    why: str = ""
    """Why it waits or went back, in a Vietnamese sentence."""
    told: bool = False
    """The station's own record names it."""
    back: bool = False
    """It is a return to the version before, which a person asked for."""

    def as_json(self) -> dict[str, Any]:
        """For the disk."""
        names = ("old", "new", "versions", "migrated", "marks", "entries", "why", "told", "back")
        return {name: getattr(self, name) for name in names} | {
            "step": self.step.value,
            "begun": self.begun.isoformat(),
            "at": self.at.isoformat(),
            "replayed": list(self.replayed) if self.replayed else None,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """From the disk; what a newer program wrote besides is left aside."""
        known = {name: found[name] for name in cls.__dataclass_fields__ if name in found}
        replayed = known.get("replayed")
        return cls(
            **known
            | {
                "step": UpgradeStep(found["step"]),
                "begun": dt.datetime.fromisoformat(found["begun"]),
                "at": dt.datetime.fromisoformat(found["at"]),
                "replayed": (str(replayed[0]), int(replayed[1])) if replayed else None,
            }
        )

    @property
    def sentence(self) -> str:
        """How it stands, for a person."""
        whole = f"{'Trở lại' if self.back else 'Nâng cấp từ'} {'' if self.back else f'{self.old} lên '}{self.new}"
        return f"{whole}: {self.step.label}.{f' {self.why}' if self.why else ''}"


def numbered(version: str) -> tuple[int, ...]:
    """A version as numbers, to be compared.

    Raises:
        RuleError: it is none.
    """
    if not _VERSION.fullmatch(version):
        raise RuleError(f"“{version[:40]}” không phải số phiên bản, như 0.2.0.", field="version")
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def next_gap(
    now: dt.datetime, sounding: Iterable[tuple[dt.datetime, dt.datetime]], need: dt.timedelta = QUIET
) -> dt.datetime:
    """The first moment from `now` on at which nothing sounds and nothing begins for `need`; all aware."""
    at = now
    for start, end in sorted(sounding):
        if start >= at + need:
            break
        at = max(at, end)
    return at


class Part(StrEnum):
    """What must work besides the organs of fitness."""

    PANEL = "panel"
    PINNED = "pinned"
    """Play-out has the next broadcast with it."""
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was found wrong at one moment of the trial, by part."""

    after_s: float
    wrong: Mapping[str, str] = field(default_factory=dict)


def judge(samples: Sequence[Sample], before: Collection[str], watch_s: float) -> str | None:
    """Whether the new version is well: None not known yet, an empty text yes, else what is wrong.

    It must be well for `watch_s` on end, within `LIMIT_S` or half as long again; what was wrong `before` may stay so.
    """
    since: float | None = None
    for sample in samples:
        if any(part not in before for part in sample.wrong):
            since = None
        elif since is None:
            since = sample.after_s
    if not samples or (since is not None and samples[-1].after_s - since >= watch_s):
        return "" if samples else None
    if samples[-1].after_s < max(LIMIT_S, 1.5 * watch_s):
        return None
    news = [words for part, words in samples[-1].wrong.items() if part not in before]
    return " ".join(news) or "Lúc tốt lúc hỏng, không đứng yên được."


def lost_by_going_back(aired: int, done: int) -> str:
    """Why a person may not return to the version before, whose database lacks so many entries and deeds; else empty."""
    if aired <= 0 and done <= 0:
        return ""
    return (
        f"Từ lúc nâng cấp, nhật ký phát có thêm {max(aired, 0)} dòng và nhật ký hệ thống {max(done, 0)} việc; cơ sở dữ "
        "liệu của phiên bản trước không có chúng, trở lại thì mất. Vì vậy lệnh này không làm. Nếu phiên bản mới hỏng, "
        "hãy chờ bản sửa lỗi rồi nâng cấp tiếp."
    )
