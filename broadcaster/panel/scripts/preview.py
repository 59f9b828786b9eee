"""What will be said of the words being typed: beside them, explained, and mended by one click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import people
from broadcaster.db.queries.scripts import many
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.scripts.fields import Kept
from broadcaster.domain.scripts.scripts import MAX_BODY
from broadcaster.errors import RuleError
from broadcaster.panel.scripts.drafting import Hand, pack_kept, pack_own, unpack_kept, unpack_own
from broadcaster.panel.web import differences
from broadcaster.panel.web.access import actor, needs, station
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.sending import send_trial
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.reading import filled, profile_of
from broadcaster.services.scripts import directing, drafts
from broadcaster.services.scripts.drafts import WordsKept
from broadcaster.services.scripts.trial import trial_lexicon
from broadcaster.speech.pace import pace_of
from broadcaster.text import Lexicon, LexiconEntry, Mode, Spoken, estimate_seconds, normalize
from broadcaster.text.encodings import ENCODING_NAMES, detect
from broadcaster.text.pace import length_of
from broadcaster.text.prepared import Prepared, name_of, prepare
from broadcaster.text.readings import choices, entry_for, lines, long_sentences, readings

blueprint = Blueprint("preview", __name__, url_prefix="/scripts")
_ENOUGH = 40
"""Letters from which a character set can be told."""
_TRIFLES = {"soft-hyphen", "bullet", "rule"}


@dataclass(frozen=True, slots=True)
class WorkInHand:
    """The words in hand, what was put back in them, and the readings of their own."""

    body: str
    kept: tuple[Kept, ...]
    own: tuple[LexiconEntry, ...]


@blueprint.post("/preview")
@needs(Permission.WRITE)
def preview() -> ResponseReturnValue:
    """The spoken words of the form, after what the button that was pressed asked for; the form is kept as a draft."""
    held = _held()
    with station().db.read() as session:
        entries = layers.entries(session)
    refused = ""
    try:
        held, changed = _done(held, entries)
    except RuleError as error:  # the words typed are kept and shown all the same
        refused, changed = error.message, False
    lexicon = layers.layered(station(), entries, held.own)
    prepared = prepare(filled(station(), held.body), held.kept)
    spoken = normalize(prepared.text, profile=profile_of(station()), lexicon=lexicon)
    values = {
        "refused": refused,
        "kept": pack_kept(held.kept),
        "own": pack_own(held.own),
        "body": held.body if changed else None,
    }
    return render_template(
        "scripts/_preview.html",
        **values,
        **_keep(held),
        **_shown(held, prepared, spoken, lexicon),
        names_of_modes=layers.MODES,
    )


@blueprint.post("/hear")
@needs(Permission.WRITE)
def hear_one() -> ResponseReturnValue:
    """The sound of one sentence of the form, by its voice and with its own words; nothing is kept."""
    held = _held()
    prepared = prepare(filled(station(), held.body), held.kept)
    lexicon = trial_lexicon(station(), held.own)
    spoken = normalize(prepared.text, profile=profile_of(station()), lexicon=lexicon)
    number = a_number(request.form.get("sentence"), most=len(spoken.sentences) - 1)
    if number is None:
        raise RuleError("Câu này vừa thay đổi. Hãy đợi lời đọc hiện lại rồi nghe.", field="sentence")
    sentence = spoken.sentences[number]
    return send_trial(
        spoken.source[sentence.start : sentence.end],
        held.own,
        voice=request.form.get("voice") or None,
        rate=_rate(request.form.get("rate", "")),
        cache="no-store",
    )


def _held() -> WorkInHand:
    form = request.form
    body = form.get("body", "").replace("\r\n", "\n")[:MAX_BODY]
    return WorkInHand(body, unpack_kept(form.get("kept")), unpack_own(form.get("own")))


def _done(held: WorkInHand, entries: tuple[LexiconEntry, ...]) -> tuple[WorkInHand, bool]:
    """Do what a button asks for; return what is then in hand, and whether the text itself changed."""
    form = request.form
    match form.get("do", ""):
        case "pick":
            return _picked(held, entries), False
        case "unpick":
            gone = form.get("written", "")
            return replace(held, own=tuple(e for e in held.own if e.written != gone)), False
        case "keep":
            removed = {name_of(r) for r in prepare(filled(station(), held.body), held.kept).cleaned.removed}
            back = (form.get("kind", ""), " ".join(form.get("what", "").split()))
            return (replace(held, kept=(*held.kept, back)) if back in removed else held), False
        case "leave":
            gone_kept = (form.get("kind", ""), form.get("what", ""))
            return replace(held, kept=tuple(k for k in held.kept if k != gone_kept)), False
        case "convert":
            return replace(held, body=detect(held.body).text), True
    return held, False


def _picked(held: WorkInHand, entries: tuple[LexiconEntry, ...]) -> WorkInHand:
    """Take the chosen way to say a written form among the script's own words."""
    form = request.form
    lexicon = layers.layered(station(), entries, held.own)
    text = prepare(filled(station(), held.body), held.kept).text
    found = readings(normalize(text, profile=profile_of(station()), lexicon=lexicon))
    reading = next((r for r in found if r.written == form.get("written")), None)
    mode = form.get("mode", "expand")
    if reading is None or mode not in list(layers.MODES):
        return held
    entry = entry_for(reading, Mode(mode), form.get("say", "") or form.get("said", ""))
    alternatives = entry.alternatives
    entry = replace(layers.checked(entry), alternatives=alternatives)
    return replace(held, own=(*(e for e in held.own if e.key != entry.key), entry))


def _shown(held: WorkInHand, prepared: Prepared, spoken: Spoken, lexicon: Lexicon) -> dict[str, Any]:
    form = request.form
    voice = form.get("voice") or station().settings.speech.voices[0]
    rate = _rate(form.get("rate", "")) or station().settings.speech.rate
    with station().db.read() as session:
        pace = many.pace(session, voice)
        wrong = directing.faults_of(session, prepared)
    found = readings(spoken)
    # What this station's own renditions took is best; else what the voice was measured to take.
    seconds = estimate_seconds(spoken, pace * rate) if pace else length_of(spoken, pace_of(voice), rate)
    detection = detect(held.body) if len(held.body) >= _ENOUGH else None
    old = detection.encoding if detection and detection.encoding not in {"utf-8", "utf-16"} else None
    return {
        "spoken": spoken if spoken.sentences else None,
        "lines": lines(spoken),
        "readings": [(r, choices(r, lexicon)) for r in found],
        "removed": [(r, *name_of(r)) for r in prepared.cleaned.removed if r.kind not in _TRIFLES],
        "own_words": held.own,
        "kept_words": held.kept,
        "faults": wrong,
        "warnings": differences.messages(spoken.warnings),
        "long": long_sentences(spoken),
        "unmarked": bool(detection and detection.missing_marks),
        "old_encoding": ENCODING_NAMES[old] if old and detection and not detection.alternatives else None,
        "milliseconds": round(seconds * 1000),
        "measured": pace is not None,
    }


def _keep(held: WorkInHand) -> dict[str, Any]:
    """Keep the form as a draft; what cannot be kept is told, and the words are shown all the same."""
    hand = Hand.of_request()
    looking = request.form.get("do") == "look"  # a page that was only opened has nothing to keep
    if hand is None or looking or not (held.body.strip() or request.form.get("title", "").strip()):
        return {"hand": hand, "written": None, "trouble": ""}
    fields = request.form.to_dict() | {"body": held.body, "kept": pack_kept(held.kept), "own": pack_own(held.own)}
    try:
        written: WordsKept = drafts.write(
            station(),
            actor(),
            fields,
            draft=hand.draft,
            tab=hand.tab,
            seen=hand.seen,
            script_id=hand.script_id,
            base=hand.base,
        )
    except RuleError as error:
        return {"hand": hand, "written": None, "trouble": error.message}
    names: dict[str, str] = {}
    if written.beside:
        with station().db.read() as session:
            names = people.names_by_username(session)
    return {"hand": hand, "written": written, "trouble": "", "names": names, "me": actor().username}


def _rate(text: str) -> float | None:
    try:
        return min(max(float(text), 0.5), 2.0)
    except ValueError:
        return None
