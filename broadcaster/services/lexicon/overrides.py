"""Choosing another reading: for one script or for the whole station."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from broadcaster.db.models import Script
from broadcaster.db.queries.scripts.one import get_script, latest_revision
from broadcaster.domain.people.roles import Actor
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.changes import Change, apply, find_entry
from broadcaster.services.lexicon.reading import Recipe, profile_of, spelled_for
from broadcaster.services.lexicon.stale import differences
from broadcaster.services.station import Station
from broadcaster.text import Lexicon, LexiconEntry, Mode, Spoken, normalize
from broadcaster.text.prepared import Prepared, prepare
from broadcaster.text.readings import Reading, entry_for, find, readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The newest revision of a script as it would be read today."""

    script: Script
    revision: int
    body: str
    prepared: Prepared
    spoken: Spoken
    readings: tuple[Reading, ...]
    lexicon: Lexicon
    own: tuple[LexiconEntry, ...]
    """The entries that are for this script alone."""


def explained(station: Station, script_id: int) -> Explained:
    """How the newest revision of a script would be read today, and why.

    Raises:
        NotFoundError: there is no such script.
    """
    with station.db.read() as session:
        script = get_script(session, script_id)
        revision = latest_revision(session, script_id)
        lexicon = layers.lexicon_of(station, session, script_id)
        own = layers.entries(session, script_id)
    recipe = Recipe.of(station, script, revision.body)
    prepared = prepare(recipe.body, recipe.kept)
    spoken = normalize(prepared.text, profile=profile_of(station), lexicon=lexicon)
    return Explained(
        script=script,
        revision=revision.number,
        body=revision.body,
        prepared=prepared,
        spoken=spoken,
        readings=tuple(readings(spoken)),
        lexicon=lexicon,
        own=own,
    )


def respelled(station: Station, found: Explained, voice: str) -> list[tuple[str, str]]:
    """The sentences of a script that a voice is given in another spelling than the words have."""
    said = [s.text for s in found.spoken.sentences]
    recipe = Recipe.of(station, found.script, found.body)
    return differences(said, spelled_for(station, recipe, found.lexicon, voice.partition(":")[0], said))


def pick_change(found: Explained, what: str, mode: Mode, spoken: str = "", *, whole_station: bool = False) -> Change:
    """The change that has a reading said otherwise.

    Raises:
        RuleError: there is no such reading.
    """
    reading = find(found.readings, what)
    entry = entry_for(reading, mode, spoken)
    said = f"“{spoken}”" if spoken else layers.MODES[mode].lower()
    return Change(
        add=(entry,),
        script_id=None if whole_station else found.script.id,
        note=f"Chọn cách đọc “{reading.written}”: {said}, từ bài số {found.script.id}.",
    )


def unpick(station: Station, actor: Actor, script_id: int, written: str, *, confirmed: Collection[int] = ()) -> int:
    """Take back what was chosen for one script.

    Raises:
        NotFoundError: nothing was.
        AffectedError: the script is approved and would be read otherwise, and nobody confirmed that.
    """
    with station.db.read() as session:
        number = find_entry(session, written, script_id).id
    return apply(station, actor, Change(remove=(number,), script_id=script_id), confirmed=confirmed)
