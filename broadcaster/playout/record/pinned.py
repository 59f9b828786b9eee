"""Bundles: what is due in the coming day, pinned on play-out's own disk, so that it airs without the database."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from broadcaster import keeping
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.desk import AirHours, Bundle

log = logging.getLogger(__name__)
_OWN = ("id", "starts_at", "ends_at", "grace")
"""What the soundings of one emergency do not have in common: of hundreds of repeats the rest is kept once."""


class PinnedPlan:
    """Keeps bundles in `folder`, replaced whole, and the hours that bind them, in memory.

    A broadcast has a file of its own, all soundings of an emergency that are alike have one together.
    """

    def __init__(self, folder: Path, hours: AirHours) -> None:
        self.hours = hours
        self._folder = folder
        self._known: dict[int, Bundle] = {}
        self._names: dict[int, str] = {}
        keeping.make_folder(folder)

    def load(self) -> dict[int, Bundle]:
        """Every whole bundle on the disk; of two that are one, what was written last."""
        for path in sorted(self._folder.glob("*.json"), key=lambda p: p.stat().st_mtime_ns):
            try:
                found = _read(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                log.warning("bundle %s left out: %s", path.name, error)
                continue
            for bundle in found:
                self._known[bundle.broadcast.id], self._names[bundle.broadcast.id] = bundle, path.stem
        return dict(self._known)

    def put(self, bundle: Bundle) -> bool:
        """Pin a bundle; return whether it is new or changed."""
        return bool(self.put_all([bundle]))

    def put_all(self, bundles: Iterable[Bundle]) -> set[int]:
        """Pin bundles; return the numbers of those that are new or changed. A full disk keeps them in memory only."""
        fresh = {b.broadcast.id: b for b in bundles if self._known.get(b.broadcast.id) != b}
        names = {number: _name(bundle) for number, bundle in fresh.items()}
        left = {self._names[number] for number in fresh if number in self._names}
        self._known |= fresh
        self._names |= names
        into = set(names.values())
        self._write([*sorted(into), *sorted(left - into)])  # what moves is in the new file before it leaves the old
        return set(fresh)

    def get(self, broadcast_id: int) -> Bundle | None:
        """A pinned bundle."""
        return self._known.get(broadcast_id)

    def numbers(self) -> list[int]:
        """The broadcasts that are pinned."""
        return list(self._known)

    def drop(self, broadcast_ids: Collection[int]) -> None:
        """Forget bundles."""
        for number in broadcast_ids:
            self._known.pop(number, None)
        self._write(sorted({self._names.pop(number) for number in broadcast_ids if number in self._names}))

    def _write(self, names: Iterable[str]) -> None:
        members: dict[str, list[Bundle]] = {name: [] for name in names}
        for number, name in self._names.items():
            if name in members:
                members[name].append(self._known[number])
        for name, bundles in members.items():
            path = self._folder / f"{name}.json"
            try:
                if bundles:
                    keeping.keep(path, json.dumps(_whole(bundles), ensure_ascii=False))
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                log.warning("bundle %s not pinned: %s", path.name, error)


def _name(bundle: Bundle) -> str:
    if bundle.broadcast.kind is not BroadcastKind.EMERGENCY:
        return str(bundle.broadcast.id)
    common, _ = _parts(bundle)
    return f"emergency-{hashlib.sha256(json.dumps(common, sort_keys=True).encode()).hexdigest()[:24]}"


def _parts(bundle: Bundle) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a bundle has in common with those of its file, and what is its own."""
    fields = bundle.as_json()
    own = {key: fields["broadcast"].pop(key) for key in _OWN}
    return fields, own


def _whole(bundles: Collection[Bundle]) -> dict[str, Any]:
    parts = [_parts(bundle) for bundle in bundles]
    return {**parts[0][0], "each": [own for _, own in parts]}


def _read(fields: dict[str, Any]) -> list[Bundle]:
    """The bundles of a file; an older play-out wrote each whole."""
    return [Bundle.from_json(fields | {"broadcast": fields["broadcast"] | own}) for own in fields.get("each", [{}])]
