"""What an editor has in hand: the form of a script with its own words, what was put back, and the draft behind it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from wtforms import SelectChoice

from broadcaster.db.queries import people
from broadcaster.db.queries.scripts import many
from broadcaster.domain.scripts.fields import ABOUT, DEFAULTS, Face, Kept, ScriptFields, plain, shown_on
from broadcaster.domain.scripts.scripts import genre_of_title
from broadcaster.errors import EngineError, RuleError
from broadcaster.panel.web.access import own_units, station
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.forms import ScriptForm
from broadcaster.services.lexicon import layers
from broadcaster.services.scripts import drafts
from broadcaster.speech.registry import engines, voice_of
from broadcaster.text import LexiconEntry, Mode

_MOST = 200


@dataclass(frozen=True, slots=True)
class Hand:
    """Where the words being typed are kept: names of draft and window, and what was opened."""

    draft: str = field(default_factory=drafts.token)
    tab: str = field(default_factory=drafts.token)
    seen: int = 0
    base: int | None = None
    script_id: int | None = None
    version: str = ""
    """What the whole script was when it was opened."""

    @classmethod
    def of_request(cls) -> Hand | None:
        """What the page sent, or None when it sent none (a page without script)."""
        values = request.form
        if not values.get("draft"):
            return None
        return cls(
            values["draft"],
            values.get("tab", ""),
            a_number(values.get("seen")) or 0,
            a_number(values.get("base")),
            a_number(values.get("script_id")),
            values.get("version", "")[:8000],
        )


BY_TITLE = "auto"
"""The choice of a new script's genre by its title."""


def build_form(
    fields: Mapping[str, Any] | None = None, *, chosen_voice: str | None = None, new: bool = False
) -> ScriptForm:
    """The form with its lists; `fields` fill it where the page sent nothing."""
    form = ScriptForm() if request.method == "POST" or fields is None else ScriptForm(formdata=None, data=fields)
    with station().db.read() as session:
        form.unit.choices = [SelectChoice(u.code, u.name) for u in own_units(people.units(session))]
        form.topic.choices = [SelectChoice(t.code, t.short) for t in many.topics(session)]
    form.voice.choices = voice_choices(chosen_voice)
    if new:
        form.genre.choices = [SelectChoice(BY_TITLE, "Theo tên bài (Thông báo… là thông báo)"), *form.genre.choices]
    return form


def voice_choices(chosen: str | None) -> list[SelectChoice]:
    """The voices that work here, the station's order first; a chosen one that is gone stays to be seen."""
    found = [SelectChoice("", f"Giọng của đài ({_label(station().settings.speech.voices[0])})")]
    for engine in engines():
        usable = engine.check() is None and engine.name != "tone"
        found += [SelectChoice(v.name, v.label) for v in engine.voices() if usable]
    if chosen and chosen not in {c.value for c in found}:
        found.append(SelectChoice(chosen, f"{chosen} (không dùng được)"))
    return found


def _label(name: str) -> str:
    try:
        return voice_of(name).label
    except EngineError:
        return name


def shown_in_form(script: ScriptFields, own: Sequence[LexiconEntry] = ()) -> dict[str, Any]:
    """A script as the form shows it."""
    return {name: _as_typed(getattr(script, name)) for name in shown_on(Face.FORM)} | {"own": pack_own(own)}


def script_draft(form: ScriptForm, *, verify: tuple[str, ...] = ()) -> ScriptFields:
    """What the form says.

    Raises:
        RuleError: the hidden parts of the form are damaged.
    """
    said: dict[str, Any] = {name: form[name].data for name in shown_on(Face.FORM)}
    if said["genre"] == BY_TITLE:
        said["genre"] = genre_of_title(said["title"] or "").value
    said = {name: _as_meant(name, data) for name, data in said.items()}
    return ScriptFields(**said, verify=verify)


def _as_typed(value: Any) -> Any:
    if isinstance(value, tuple):
        return pack_kept(value)
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, dt.date):
        return value
    return plain(value) or (None if isinstance(value, int) else "")


def _as_meant(name: str, data: Any) -> Any:
    kind = ABOUT[name].kind
    if kind is tuple:
        return unpack_kept(data)
    if name in DEFAULTS and not data:
        return DEFAULTS[name]
    if kind is str:
        return (data or "").replace("\r\n", "\n")
    return data if kind is dt.date else kind(data)


def pack_kept(kept: Sequence[Kept]) -> str:
    """What was put back, for the form's hidden field."""
    return json.dumps([{"kind": k, "text": t} for k, t in kept], ensure_ascii=False)


def unpack_kept(text: str | None) -> tuple[Kept, ...]:
    """What was put back.

    Raises:
        RuleError: the field is damaged.
    """
    return tuple((str(k["kind"])[:40], str(k["text"])[:20_000]) for k in _rows(text, {"kind", "text"}))


def pack_own(own: Sequence[LexiconEntry]) -> str:
    """The words of this script, for the form's hidden field."""
    rows = [
        {"written": e.written, "spoken": e.spoken, "mode": e.mode.value, "alternatives": list(e.alternatives)}
        for e in own
    ]
    return json.dumps(rows, ensure_ascii=False)


def unpack_own(text: str | None) -> tuple[LexiconEntry, ...]:
    """The words of this script.

    Raises:
        RuleError: the field is damaged, or an entry is wrong.
    """
    found = []
    for row in _rows(text, {"written", "spoken", "mode"}):
        if row["mode"] not in list(layers.MODES):
            raise _damaged()
        others = row.get("alternatives", ())
        alternatives = tuple(str(a)[:400] for a in others[:20]) if isinstance(others, list) else ()
        entry = LexiconEntry(
            written=str(row["written"]), spoken=str(row["spoken"]), mode=Mode(row["mode"]), alternatives=alternatives
        )
        found.append(replace(layers.checked(entry), alternatives=alternatives))
    return tuple(found)


def _rows(text: str | None, needed: set[str]) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text or "[]")
        plain = json.dumps(rows, ensure_ascii=False).encode()  # half a surrogate pair cannot be kept
    except (ValueError, RecursionError):
        raise _damaged() from None
    if rb"\u0000" in plain:
        raise _damaged()
    if not isinstance(rows, list) or len(rows) > _MOST or any(not isinstance(r, dict) or needed - set(r) for r in rows):
        raise _damaged()
    return rows


def _damaged() -> RuleError:
    return RuleError("Trang bị hỏng một phần. Hãy tải lại trang; bản nháp vẫn được giữ.")
