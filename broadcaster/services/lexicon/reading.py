"""What is read of a script: its body less what must not be read, by the lexicon of the station and of the script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from broadcaster.db.models import Script
from broadcaster.domain.scripts.fields import Kept, kept_of
from broadcaster.services.lexicon import layers as words
from broadcaster.services.station import Station
from broadcaster.text import Lexicon, LexiconEntry, Profile, RegionalProfile, Spoken, normalize
from broadcaster.text.prepared import prepare


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the words of a reading are made from, less the lexicon."""

    body: str
    kept: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, station: Station, script: Script, body: str) -> Recipe:
        """The recipe of a script with one of its bodies, the station's names filled in."""
        return cls(filled(station, body), kept_of(script.kept))


PLACES: Final = {"{station}": "name", "{commune}": "commune", "{province}": "province"}
"""What stands in a text for a name of the station: filled in when it is read or shown, so that it never grows old."""


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A text with names filled in, by the key of the setting."""
    for place, key in PLACES.items():
        text = text.replace(place, names[key])
    return text


def filled(station: Station, text: str) -> str:
    """A text with the station's names of today filled in."""
    return with_names(text, station.settings.station.model_dump())


def profile_of(station: Station) -> RegionalProfile:
    """How the station's region says figures."""
    return Profile.NORTH if station.settings.station.region == "north" else Profile.SOUTH


def spoken_of(
    station: Station,
    body: str,
    *,
    kept: Iterable[Kept] = (),
    script_id: int | None = None,
    extra: Sequence[LexiconEntry] = (),
    keep_unknown: bool = False,
) -> Spoken:
    """What an announcer would say for a body, today.

    Args:
        station: whose words and region.
        body: as it was written.
        kept: what was put back.
        script_id: the script whose own words count too.
        extra: entries over all others.
        keep_unknown: read what stands in brackets and is no direction.
    """
    with station.db.read() as session:
        layers = [words.entries(session)]
        if script_id is not None:
            layers.append(words.entries(session, script_id))
    lexicon = words.layered(station, *layers, extra)
    return normalize(
        prepare(filled(station, body), kept, keep_unknown=keep_unknown).text,
        profile=profile_of(station),
        lexicon=lexicon,
    )


def spoken_with(station: Station, recipe: Recipe, lexicon: Lexicon) -> list[str]:
    """The sentences of a recipe by a given lexicon, without explanations."""
    return sentences_of(station, prepare(recipe.body, recipe.kept).text, lexicon)


def sentences_of(station: Station, text: str, lexicon: Lexicon) -> list[str]:
    """The sentences of a cleaned text by a given lexicon, without explanations."""
    return [s.text for s in normalize(text, profile=profile_of(station), lexicon=lexicon, explain=False).sentences]


def spelled_for(station: Station, recipe: Recipe, lexicon: Lexicon, engine: str, said: Sequence[str]) -> list[str]:
    """The sentences `said` as `engine` needs them spelled: as many, in the same order.

    A respelling may be longer or shorter than the word and move the place where a breath ends; then each sentence
    is respelled for itself.
    """
    own = lexicon.for_engine(engine)
    if own.entries == lexicon.entries:
        return list(said)
    spelled = spoken_with(station, recipe, own)
    if len(spelled) == len(said):
        return spelled
    profile = profile_of(station)
    return [normalize(s, profile=profile, lexicon=own, explain=False).text or s for s in said]
