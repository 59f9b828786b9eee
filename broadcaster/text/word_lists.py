"""The words that the reading's rules know, kept as data beside the code: `word_lists.toml`, by module and name."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def word_list(name: str) -> tuple[str, ...]:
    """A list in the file's order; `name` is "module.list"."""
    return tuple(_of(name))


def word_map(name: str) -> dict[str, str]:
    """A table of words and what they stand for; `name` is "module.table"."""
    return dict(_of(name))


def _of(name: str) -> Any:
    module, _, key = name.partition(".")
    return _all()[module][key]


@cache
def _all() -> dict[str, Any]:
    return tomllib.loads((files("broadcaster.text") / "word_lists.toml").read_text(encoding="utf-8"))
