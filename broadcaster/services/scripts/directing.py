"""Stage directions against a station: none may be mistyped, none may call a sound that the station does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from broadcaster import faults
from broadcaster.db.models import Script
from broadcaster.db.queries.scripts.one import latest_revision
from broadcaster.db.queries.zones import cue_sounds
from broadcaster.domain.scripts.fields import Kept, kept_of
from broadcaster.errors import RuleError, Where
from broadcaster.text.prepared import Prepared, prepare


def sound_faults(prepared: Prepared, sounds: Iterable[str]) -> list[str]:
    """What to say of each sound that a direction calls and the station does not have."""
    names = sorted(sounds)
    called = dict.fromkeys(d.sound for d in prepared.directions if d.sound)
    return [
        f"Lời dặn gọi âm thanh “{name}” mà đài không có. {faults.meant(name, names)} "
        f"Các âm thanh của đài: {', '.join(names)}.".replace("  ", " ")
        for name in called
        if name not in names
    ]


def faults_of(session: Session, prepared: Prepared) -> Sequence[str]:
    """What is wrong with the directions of a text, each once."""
    found = [*(f.message for f in prepared.faults), *sound_faults(prepared, cue_sounds(session))]
    return list(dict.fromkeys(found))


def require(session: Session, body: str, kept: Iterable[Kept], where: str | Where) -> None:
    """Refuse a text that holds a direction which cannot be carried out.

    Raises:
        RuleError: there is one.
    """
    if found := faults_of(session, prepare(body, kept)):
        raise RuleError(" ".join(found), field=where)


def require_script(session: Session, script: Script) -> None:
    """Refuse a script whose newest words hold a direction which cannot be carried out.

    Raises:
        RuleError: there is one.
    """
    require(session, latest_revision(session, script.id).body, kept_of(script.kept), "body")
