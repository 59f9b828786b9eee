"""The program as it is written, for tests that read its syntax trees."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def trees(root: Path, *words: str) -> Iterator[tuple[Path, ast.Module]]:
    """The trees of the modules below a folder; with `words` of those alone that have one of them anywhere.

    To parse and to walk the whole program takes a second each time: name what must stand in what is looked for.
    """
    for path in sorted(root.rglob("*.py")):
        if not words or any(word in _text(path) for word in words):
            yield path, ast.parse(_text(path))
