"""Find the shipped rooms (`scripts`, `audio`, `schedules`, `web`): inside an installed wheel, else in the checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def room(name: str) -> Path:
    """The folder of the shipped room `name`.

    Raises:
        FileNotFoundError: the installation is broken.
    """
    for base in (_PACKAGE / "_rooms", _PACKAGE.parent):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"room {name!r} is missing from this installation")
