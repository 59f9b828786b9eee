"""Bundles: what is due in the coming day, pinned on play-out's own disk, so that it airs without the database."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from broadcaster.domain.air.desk import AirHours, Bundle

log = logging.getLogger(__name__)


class PinnedPlan:
    """Keeps bundles in `folder`, one file each, replaced whole; and the hours that bind them, in memory."""

    def __init__(self, folder: Path, hours: AirHours) -> None:
        self.hours = hours
        self._folder = folder
        self._known: dict[int, Bundle] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[int, Bundle]:
        """Every whole bundle on the disk."""
        for path in self._folder.glob("*.json"):
            try:
                bundle = Bundle.from_json(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("bundle %s left out: %s", path.name, error)
                continue
            self._known[bundle.broadcast.id] = bundle
        return dict(self._known)

    def put(self, bundle: Bundle) -> bool:
        """Pin a bundle; return whether it is new or changed. A full disk keeps it in memory only."""
        number = bundle.broadcast.id
        if self._known.get(number) == bundle:
            return False
        self._known[number] = bundle
        path = self._path(number)
        partial = path.with_suffix(".part")
        try:
            partial.write_text(json.dumps(bundle.as_json(), ensure_ascii=False), encoding="utf-8")
            partial.replace(path)
        except OSError as error:
            log.warning("bundle %s not pinned: %s", path.name, error)
        return True

    def get(self, broadcast_id: int) -> Bundle | None:
        """A pinned bundle."""
        return self._known.get(broadcast_id)

    def numbers(self) -> list[int]:
        """The broadcasts that are pinned."""
        return list(self._known)

    def drop(self, broadcast_id: int) -> None:
        """Forget a bundle."""
        self._known.pop(broadcast_id, None)
        self._path(broadcast_id).unlink(missing_ok=True)

    def _path(self, broadcast_id: int) -> Path:
        return self._folder / f"{broadcast_id}.json"
