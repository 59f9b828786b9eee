"""What a CAP message said, as a person is shown it before confirming: in Vietnamese, in station time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from broadcaster.db.models import Emergency
from broadcaster.services.station import Station
from broadcaster.text.ingest.cap import is_vietnamese, moment_of
from broadcaster.text.ingest.cap_elements import ELEMENTS, in_words

_MOMENTS: Final = frozenset({"alert/info/effective", "alert/info/onset", "alert/info/expires"})
_LANGUAGE: Final = "alert/info/language"


@dataclass(frozen=True, slots=True)
class CapFact:
    """One line: what, and what the message says of it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CapFacts:
    """All that is known of the message that an emergency came from."""

    lines: tuple[CapFact, ...]
    warnings: tuple[str, ...]
    """What to do something about before confirming: another language, a message that is not for everybody."""
    notes: tuple[str, ...]
    """What else to know: what is not read, harmless breaches of the standard."""
    unused: tuple[str, ...]
    """What the message holds besides, and why the station does nothing with it."""

    @property
    def told(self) -> list[str]:
        """The warnings and the notes, each with the word that tells them apart where there are no colours."""
        return [*(f"LƯU Ý: {words}" for words in self.warnings), *(f"Ghi chú: {words}" for words in self.notes)]


def cap_facts(station: Station, row: Emergency) -> CapFacts:
    """What the message of an emergency said; all empty when it came from none."""
    source: Mapping[str, Any] = row.source or {}
    shown: Mapping[str, list[str]] = source.get("shown", {})
    lines = []
    if language := source.get("language"):
        lines.append(CapFact(ELEMENTS[_LANGUAGE].label, _language(language)))
    for path, element in ELEMENTS.items():
        values = shown.get(path, [])
        if element.label and values and path != _LANGUAGE:
            said = [_moment(station, v) if path in _MOMENTS else in_words(path, v) for v in values]
            lines.append(CapFact(element.label, "; ".join(said)))
    unused: dict[str, list[str]] = {}
    for path in source.get("ignored", []):
        unused.setdefault(ELEMENTS[path].ignored, []).append(path.rpartition("/")[2])
    return CapFacts(
        lines=tuple(lines),
        warnings=tuple(source.get("warnings", [])),
        notes=tuple(source.get("notes", [])),
        unused=tuple(f"{', '.join(dict.fromkeys(names))}: {why}" for why, names in unused.items()),
    )


def _language(code: str) -> str:
    return f"tiếng Việt ({code})" if is_vietnamese(code) else f"{code}, KHÔNG phải tiếng Việt"


def _moment(station: Station, text: str) -> str:
    return f"{station.local(moment_of(text)):%H:%M %d/%m/%Y}"
