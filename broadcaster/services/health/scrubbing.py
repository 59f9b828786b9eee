"""Takes people, places and what they wrote out of texts that leave the station, and puts pseudonyms in their stead.

A pseudonym is the same for the same word throughout one bundle, and another in the next: what belongs together can be
seen, and nothing can be looked up. What a text is shown of is decided by what it is, not by what it looks like: free
words of people are hidden whole; only sentences of the program are shown, without what they quote and without every
word that the database keeps of anybody.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from broadcaster.secret import masked

_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|«[^»]*»|(?<!\w)'[^']*'")
_LOOKS: Final = re.compile(
    r"https?://\S+"  # addresses of the web
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*"  # mail
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"  # IPv4
    r"|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"  # IPv6
    r"|(?<![\w/])(?:[A-Za-z]:)?(?:[\\/][^\s\\/:“”\"]+){2,}"  # paths
    r"|(?<!\w)\+?\d(?:[ .-]?\d){7,}(?!\w)"  # telephones, accounts, papers
)
_PLACE: Final = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<what>[\w<>]+)')
_KIND: Final = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Timeout|Away))\b")
_SHORTEST: Final = 3
_NAMES: Final = 2
"""Letters of a part of somebody's name that are hidden by themselves."""
_STARTS: Final = 3

SHOWN_FIELDS: Final = frozenset({"level", "logger", "timestamp", "process", "kind", "thread", "state", "code", "verb"})
"""Fields of a log line whose words are the program's own."""
_SENTENCES: Final = frozenset({"error", "event", "template"})


class Scrubber:
    """Hides words; one for each bundle.

    Args:
        known: every word that the database keeps of people, places and programmes.
        people: those among them that name somebody: their parts are hidden as well.
        blind: nobody could be asked which words are anybody's: every sentence is hidden whole.
    """

    def __init__(self, known: Iterable[str] = (), people: Iterable[str] = (), *, blind: bool = False) -> None:
        self._blind = blind
        self._key = secrets.token_bytes(16)
        self._by_start: dict[str, list[str]] = {}
        named = list(people)
        parts = (part for name in named for part in re.findall(r"\w+", name) if len(part) >= _NAMES)
        words = {word.strip().lower() for word in (*known, *named)}
        whole = {word for word in words if len(word) >= _SHORTEST} | {part.lower() for part in parts}
        for word in sorted(whole, key=len, reverse=True):
            self._by_start.setdefault(word[:_STARTS], []).append(word)

    def name(self, word: str) -> str:
        """The pseudonym of a word."""
        if not word:
            return ""
        return f"~{hmac.new(self._key, word.strip().lower().encode(), hashlib.sha256).hexdigest()[:6]}"

    def sentence(self, text: str) -> str:
        """A sentence of the program, without what it quotes and without any word that is known of anybody."""
        if self._blind:
            return self.name(text)
        text = _QUOTED.sub(lambda m: f"“{self.name(m[0][1:-1])}”", masked(text))
        return self._known(_LOOKS.sub(lambda m: self.name(m[0]), text))

    def log_line(self, line: str) -> str:
        """A line of a log: its form, numbers and the program's own words; everything else is hidden."""
        try:
            fields = json.loads(line)
        except ValueError:
            return json.dumps({"hidden": self.name(line)})
        return json.dumps(self._fields(fields), ensure_ascii=False) if isinstance(fields, dict) else "{}"

    def _fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        ours = str(fields.get("logger", "")).startswith("broadcaster")
        for key, value in fields.items():
            if value is None or isinstance(value, bool | int | float):
                shown[key] = value
            elif key == "exception":
                shown[key] = self.trace(str(value))
            elif key == "event" and (not ours or "template" in fields):
                continue  # what was put into it is anybody's word
            elif key in SHOWN_FIELDS or key in _SENTENCES:
                shown[key] = self.sentence(str(value))
            else:
                shown[key] = self.name(str(value))
        return shown

    def trace(self, text: str) -> str:
        """Where something failed, and the kind of the failure; not what it said, nor the lines of the source."""
        kept = []
        for line in text.splitlines():
            if found := _PLACE.match(line):
                file = re.split(r"[\\/]", found["file"])
                at = next((n for n, part in enumerate(file) if part in {"broadcaster", "site-packages"}), len(file))
                shown = "/".join(file[at:]) if at < len(file) else self.name(file[-1])
                kept.append(f"{shown}:{found['line']} {found['what']}")
            elif found := _KIND.match(line):
                kept.append(found["kind"])
        return "\n".join(kept)

    def _known(self, text: str) -> str:
        low, out, at = text.lower(), [], 0
        if len(low) != len(text):  # letters whose small form is longer
            text = low
        while at < len(text):
            word = "" if at and low[at - 1].isalnum() else self._word_at(low, at)
            out.append(self.name(word) if word else text[at])
            at += len(word) or 1
        return "".join(out)

    def _word_at(self, low: str, at: int) -> str:
        for length in range(_STARTS, 0, -1):
            for word in self._by_start.get(low[at : at + length], ()):
                end = at + len(word)
                if low.startswith(word, at) and not (end < len(low) and low[end].isalnum()):
                    return word
        return ""
