"""Four eyes: whoever shaped any part of what is heard cannot approve it alone; whoever shaped nothing can.

Every use case of the station stands in one of two tables: those that change what a script sounds like, each with ways
to do it, and those that do not. A new one that stands in neither fails here.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.domain.scripts.shaping import Shaped
from broadcaster.domain.work.jobs import JobTurn
from broadcaster.errors import ForbiddenError
from broadcaster.services.lexicon import agreeing, changes, names
from broadcaster.services.lexicon.overrides import unpick
from broadcaster.services.scripts import editing, four_eyes, recordings, speaking
from broadcaster.services.scripts.four_eyes import contributors
from broadcaster.services.setup import settings_editor, voices
from broadcaster.services.station import Station
from broadcaster.services.work import performing
from broadcaster.sound.join import JoinPart, join
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.text import LexiconEntry, Mode
from broadcaster.worker.handlers import HANDLERS
from tests.kit.people import EDITOR, LEADER
from tests.kit.places import TESTS
from tests.kit.scripts import draft

SERVICES = TESTS.parent / "broadcaster" / "services"
ALL = Actor("kiem-nhiem", "Kiêm nhiệm", frozenset({Role.EDITOR, Role.CHIEF, Role.ADMIN, Role.OPERATOR}))


class At(NamedTuple):
    """Where a way is gone: a script whose text holds a word that no other has."""

    station: Station
    script: int
    word: str
    wav: Path

    @property
    def body(self) -> str:
        return f"Kính thưa bà con xã {{commune}}. Mời họp tại {self.word} lúc tám giờ."


Way = Callable[[At], object]


def revised(**more: object) -> Way:
    return lambda at: editing.revise(at.station, ALL, at.script, draft(**({"body": at.body} | more)))  # type: ignore[arg-type]


def entry(at: At, spoken: str = "nhà riêng", **more: object) -> LexiconEntry:
    return LexiconEntry(written=at.word, spoken=spoken, mode=Mode.EXPAND, **more)  # type: ignore[arg-type]


def put(at: At, made: LexiconEntry, *, mine: bool = True, by: Actor = ALL) -> None:
    changes.apply(at.station, by, changes.Change(add=(made,), script_id=at.script if mine else None))


def handed_in(at: At) -> None:
    """The worker makes it later; whoever handed it in is its maker."""
    recordings.take(at.station, ALL, at.script, io.BytesIO(at.wav.read_bytes()), "loi.wav")
    worked(at.station)


def machine_instead(at: At) -> None:
    recordings.record(at.station, EDITOR, at.script, at.wav)
    speaking.want_rendition(at.station, ALL, at.script)
    worked(at.station)


def taken_back(at: At) -> None:
    put(at, entry(at), by=EDITOR)
    unpick(at.station, ALL, at.script, at.word)


def worked(station: Station) -> None:
    while performing.perform_next(station, HANDLERS, up_to=JobTurn.ASKED):
        pass


def commune_renamed(at: At) -> None:
    now = at.station.settings
    renamed = now.model_copy(update={"station": now.station.model_copy(update={"commune": "xã Khác"})})
    names.follow(replace(at.station, settings=renamed), ALL, names.facts_of(now.station))


def louder(at: At) -> None:
    settings_editor.change(at.station, ALL, "sound", {"profile": "horn", "loudness": "-15.0", "true_peak": "-1.5"})


WAYS: dict[str, tuple[tuple[Shaped, Way], ...]] = {
    "scripts/editing.revise": (
        (Shaped.WORDS, revised(body="Kính thưa bà con. Trời mưa.")),
        (Shaped.TITLE, revised(title="Tên khác")),
        (Shaped.VOICE, revised(voice="tone:beep")),
        (Shaped.RATE, revised(rate=1.2)),
        (Shaped.KEPT, revised(kept=(("heading", "PHẦN I"),))),
    ),
    "lexicon/changes.apply": (
        (Shaped.READING, lambda at: put(at, entry(at))),
        (Shaped.READING, lambda at: put(at, entry(at, respell={"tone": "nhà chung"}))),
        (Shaped.LEXICON, lambda at: put(at, entry(at), mine=False)),
    ),
    "lexicon/agreeing.put": (
        (Shaped.LEXICON, lambda at: agreeing.put(at.station, ALL, changes.Change(add=(entry(at),)))),
    ),
    "lexicon/changes.replace_own": (
        (Shaped.READING, lambda at: changes.replace_own(at.station, ALL, at.script, [entry(at)])),
    ),
    "lexicon/overrides.unpick": ((Shaped.READING, taken_back),),
    "lexicon/names.follow": ((Shaped.NAMES, commune_renamed),),
    "scripts/recordings.record": (
        (Shaped.RECORDING, lambda at: recordings.record(at.station, ALL, at.script, at.wav)),
    ),
    "scripts/recordings.take": ((Shaped.RECORDING, handed_in),),
    "scripts/speaking.want_rendition": ((Shaped.MACHINE, machine_instead),),
    "setup/settings_editor.change": ((Shaped.SETTINGS, louder),),
    "setup/voices.make_default": ((Shaped.SETTINGS, lambda at: voices.make_default(at.station, ALL, "tone:beep")),),
}
THE_SAME = {
    "scripts/editing.add_script": "a new script is its writer's: see the test of the writer",
    "scripts/speaking.speak": "what `want_rendition` asks for, at once",
    "scripts/recordings.again": "the same file once more, in the name of whoever handed it in",
    "setup/founding.add_file": "`add_script` from a file",
}
SILENT = {
    "lexicon/agreeing.agree": "the second name under another's entry: see the test of agreeing",
    "lexicon/agreeing.decide": "the second name under another's wish: see the test of agreeing",
    "lexicon/names.make_anew": "puts the places of names where old names stood, by the machine's rule",
    "lexicon/stale.mark": "marks an approval",
    "people/contributing.shaped": "writes a contribution down",
    "scripts/approving.decide": "decides",
    "scripts/approving.send_back": "decides",
    "scripts/approving.withdraw": "decides",
    "scripts/drafts.drop": "words that are no revision yet",
    "scripts/drafts.mine": "words that are no revision yet",
    "scripts/drafts.open_draft": "words that are no revision yet",
    "scripts/drafts.write": "words that are no revision yet",
    "scripts/editing.restore": "another state, the same sound",
    "scripts/editing.retire": "another state, the same sound",
    "scripts/editing.submit": "another state, the same sound",
    "scripts/four_eyes.approve": "decides",
    "scripts/four_eyes.is_own": "asks",
    "scripts/hearing.listen": "listens",
    "scripts/hearing.listen_to_aircheck": "listens",
    "scripts/hearing.want_hearing": "listens",
    "work/telling.news_of": "tells",
    "work/telling.of_account": "tells",
    "setup/sounds.add": "waits for a leader who did not bring it",
    "setup/sounds.change": "waits for a leader who did not bring it",
    "setup/sounds.decide": "the other pair of eyes on what somebody brought",
    "setup/sounds.keep_shipped": "keeps the shipped one, by its manifest",
    "setup/sounds.remove": "takes one away that nothing uses",
    "setup/sounds.restore": "brings back what was shipped, by its manifest",
}
ELSEWHERE = {"air", "alerts", "log", "reports", "schedule"}
"""Wings that touch no script: what airs when and where, and what is told of it and of the station."""
APART = {
    "people/accounts",
    "people/boundaries",
    "people/delegating",
    "people/second_person",
    "people/second_step",
    "people/sign_ins",
    "people/signing_in",
    "people/tokens",
    "setup/agreeing",
    "setup/alert_ways",
    "setup/backup",
    "setup/carrying",
    "setup/elsewhere/carrying_out",
    "setup/elsewhere/copy_places",
    "setup/elsewhere/drill",
    "setup/elsewhere/paper_key",
    "setup/first_run",
    "setup/lacking",
    "setup/plugin_tables",
    "setup/restarting",
    "setup/restored",
    "setup/restoring",
    "setup/upgrade/asking",
    "setup/zones",
}
"""Modules of other wings that touch no script either."""


def use_cases() -> Iterator[str]:
    """Every public function of the use cases that somebody acts by."""
    for path in sorted(SERVICES.rglob("*.py")):
        module = path.relative_to(SERVICES).with_suffix("").as_posix()
        if module.partition("/")[0] not in ELSEWHERE and module not in APART:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "actor" in arguments(node):
                    yield f"{module}.{node.name}"


def arguments(node: ast.FunctionDef) -> set[str]:
    return {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}


def test_every_use_case_says_whether_it_changes_what_is_heard() -> None:
    assert not set(WAYS) & set(SILENT)
    assert set(use_cases()) == set(WAYS) | set(SILENT) | set(THE_SAME)
    assert {part for ways in WAYS.values() for part, _ in ways} == set(Shaped)


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person might have said."""
    path = tmp_path_factory.mktemp("voice") / "said.wav"
    engine = EspeakEngine()
    join([JoinPart(engine.speak(s, voice="vi"), 500) for s in ("Kính thưa bà con.", "Mời họp lúc tám giờ.")], path)
    return path


@pytest.mark.slow
def test_whoever_changes_what_is_heard_cannot_approve_it_and_who_changed_nothing_can(
    station: Station, clock: FrozenClock, wav: Path
) -> None:
    for n, (where, part, way) in enumerate((w, part, way) for w, ways in WAYS.items() for part, way in ways):
        at = At(station, 0, f"ZQ{chr(ord('A') + n)}", wav)
        at = at._replace(script=editing.add_script(station, EDITOR, draft(at.body)))
        speaking.speak(station, EDITOR, at.script)
        clock.advance(60)
        with station.db.read() as session:
            assert [c.username for c in contributors(station, session, at.script)] == [EDITOR.username], where
        way(at)
        if part not in {Shaped.RECORDING, Shaped.MACHINE}:
            speaking.speak(station, machine(), at.script)
        with station.db.read() as session:
            found = {c.username: c.parts for c in contributors(station, session, at.script)}
        assert part in found[ALL.username], where
        with pytest.raises(ForbiddenError, match="tự duyệt"):
            four_eyes.approve(station, ALL, at.script)
        clock.advance(60)
        four_eyes.approve(station, LEADER, at.script)
        editing.revise(station, EDITOR, at.script, draft(f"{at.body} Xin cảm ơn bà con."))
        speaking.speak(station, machine(), at.script)
        four_eyes.approve(station, ALL, at.script)  # since the last approval all is another's work
