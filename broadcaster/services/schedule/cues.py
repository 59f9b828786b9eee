"""Sounds of the station that may be heard: the shipped ones by their manifest, others as a leader let them in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import CueOffer
from broadcaster.rooms import room


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, dict[str, Any]]:
    """The sounds of the starter kit by name, as their manifest describes them."""
    text = (room("audio") / "manifest.toml").read_text(encoding="utf-8")
    return {str(s["name"]): s for s in tomllib.loads(text)["sound"]}


def let_in(session: Session, sha256: str) -> bool:
    """Whether these bytes may be heard as a sound of the station."""
    if any(sound["sha256"] == sha256 for sound in shipped().values()):
        return True
    found = select(CueOffer.id).where(CueOffer.audio_sha256 == sha256, CueOffer.accepted.is_(True))
    return session.scalar(found.limit(1)) is not None
