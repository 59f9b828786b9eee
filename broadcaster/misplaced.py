"""Settings that stand under a table which does not know them, and the one table that does.

A key that follows the head of another table belongs to that table, whatever stands in the comment above it: that is
how TOML reads it, and not how people do.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

Table: TypeAlias = dict[str, Any]
_SINK: Final = ("playout", "sinks")
_KEPT: Final = frozenset({"database"})
"""Sections into which nothing is moved: a slip there takes the station away."""


def moved(
    table: Mapping[str, Any], sections: Mapping[str, Collection[str]], sink: Callable[[str], Collection[str]]
) -> tuple[Table, list[str]]:
    """The table as it was meant, and a sentence for each key that stood in the wrong place.

    What is known nowhere, or in several places, stays where it is, to be refused.

    Args:
        table: the file.
        sections: the keys of each section.
        sink: the options that a kind of sink takes.
    """
    found: Table = copy.deepcopy(dict(table))
    notes: list[str] = []
    for name, value in list(found.items()):
        if name not in sections:
            _move(found, found, (), name, _owner(name, sections, ""), notes)
        elif isinstance(value, dict):
            for key in [k for k in value if k not in sections[name]]:
                _move(found, value, (name,), key, _owner(key, sections, name), notes)
    playout = found.get("playout")
    sinks = playout.get("sinks") if isinstance(playout, dict) else None
    for name, one in sinks.items() if isinstance(sinks, dict) else ():
        if isinstance(one, dict):
            _in_sink(found, name, one, sections["playout"], sink, notes)
    return found, notes


def _in_sink(
    whole: Table,
    name: str,
    one: Table,
    above: Collection[str],
    sink: Callable[[str], Collection[str]],
    notes: list[str],
) -> None:
    """Find what belongs to the options of a sink, or to the section above it, and follows the head of its table."""
    kind, where = str(one.get("kind", "file")), (*_SINK, name)
    for key in [k for k in one if k not in {"kind", "options"}]:
        own = key in sink(kind)
        _move(whole, one, where, key, (*where, "options") if own else ("playout",) if key in above else None, notes)
    options = one.get("options")
    if isinstance(options, dict):
        for key in [k for k in options if k in above and k not in sink(kind)]:
            _move(whole, options, (*where, "options"), key, ("playout",), notes)


def _owner(key: str, sections: Mapping[str, Collection[str]], besides: str) -> tuple[str, ...] | None:
    owners = [name for name, keys in sections.items() if key in keys and name != besides]
    return (owners[0],) if len(owners) == 1 and owners[0] not in _KEPT else None


def _move(
    whole: Table, held: Table, where: tuple[str, ...], key: str, target: tuple[str, ...] | None, notes: list[str]
) -> None:
    if target is None:
        return
    into: Any = whole
    for part in target:
        into = into.setdefault(part, {}) if isinstance(into, dict) else None
    if not isinstance(into, dict):
        return
    value, right = held.pop(key), ".".join(target)
    used = into.setdefault(key, value) is value
    here = f"bảng [{'.'.join(where)}]" if where else "đầu tệp"
    done = "đài dùng nó như ghi ở đó" if used else "ở đó đã ghi, nên dòng đặt sai chỗ không dùng"
    notes.append(f"“{key}” đặt ở {here} là sai chỗ: nó thuộc bảng [{right}]; {done}. Hãy chuyển dòng ấy về đúng bảng.")
