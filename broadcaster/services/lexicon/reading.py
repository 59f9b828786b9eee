"""What is read of a script: its body less what must not be read, by the lexicon of the station and of the script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from broadcaster.db.models import Script
from broadcaster.domain.scripts.fields import Kept, kept_of
from broadcaster.services.lexicon import layers as words
from broadcaster.services.station import Station
from broadcaster.text import Lexicon, LexiconEntry, Profile, RegionalProfile, Spoken, directions, normalize
from broadcaster.text.clean import Cleaned, Removal, clean


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the words of a reading are made from, less the lexicon."""

    body: str
    kept: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, script: Script, body: str) -> Recipe:
        """The recipe of a script with one of its bodies."""
        return cls(body, kept_of(script.kept))


def name_of(removal: Removal) -> Kept:
    """The name by which a removal can be put back."""
    return removal.kind, " ".join(removal.text.split())


def cleaned_of(body: str, kept: Iterable[Kept] = ()) -> Cleaned:
    """The body ready to be read, with what was put back left in, its stage directions out."""
    found = _cleaned(body, kept)
    return replace(found, text=directions.read(found.text).text)


def directions_of(body: str, kept: Iterable[Kept] = ()) -> tuple[directions.Direction, ...]:
    """The stage directions of a body, by their places in what `cleaned_of` returns."""
    return directions.read(_cleaned(body, kept).text).directions


def _cleaned(body: str, kept: Iterable[Kept]) -> Cleaned:
    first = clean(body)
    names = set(kept)
    back = [r for r in first.removed if name_of(r) in names]
    return clean(body, keep=back) if back else first


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
) -> Spoken:
    """What an announcer would say for a body, today; `extra` entries are over all others."""
    with station.db.read() as session:
        layers = [words.entries(session)]
        if script_id is not None:
            layers.append(words.entries(session, script_id))
    lexicon = words.layered(station, *layers, extra)
    return normalize(cleaned_of(body, kept).text, profile=profile_of(station), lexicon=lexicon)


def spoken_with(station: Station, recipe: Recipe, lexicon: Lexicon) -> list[str]:
    """The sentences of a recipe by a given lexicon, without explanations."""
    return sentences_of(station, cleaned_of(recipe.body, recipe.kept).text, lexicon)


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
