"""A station brought back from elsewhere with the paper alone: on a machine that has never seen it.

Only what is needed is fetched: the list of nights, one archive, and the sounds that the archive names and has not
within. Each file is proved by its name before it is opened, each sound by its hash after.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from broadcaster import handwritten
from broadcaster.errors import RuleError
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.setup.archives import sounds_beside
from broadcaster.services.setup.elsewhere import paper_key, sealed
from broadcaster.services.setup.elsewhere.carrying_out import whole_nights
from broadcaster.services.setup.elsewhere.paper_key import PaperKey
from broadcaster.sound.store import digest
from broadcaster.targets import target as places
from broadcaster.targets.target import Shelf, Target

USB: Final = "usb"
"""What stands for a stick of the usual label."""
_TWICE: Final = 2
"""Something fetched lies here sealed and open for a moment."""
_ENDING: Final = ".toml"


def source(said: str) -> Target:
    """The place that a person names: a folder, `usb`, or a file with `kind` and `options` as `station.toml` has them.

    Raises:
        RuleError: it is none of these.
    """
    path = Path(said).expanduser()
    if path.is_dir():
        return places.made(said, "folder", {"path": str(_top(path))})
    if said == USB:
        return places.made(said, USB, {})
    if path.is_file() and path.suffix == _ENDING:
        table = handwritten.table(handwritten.text(path), field=said)
        options = table.get("options", {})
        if isinstance(kind := table.get("kind"), str) and isinstance(options, dict):
            return places.made(path.stem, kind, options)
    raise RuleError(
        "Không thấy nơi này. Hãy chỉ thư mục của USB đã cắm, ghi usb, hoặc một tệp .toml có kind và options.",
        field=said,
    )


def _top(path: Path) -> Path:
    """The folder that holds copies: of a stick, the one that the station makes on it."""
    within = path / "loa-xa"
    return within if within.is_dir() else path


@contextmanager
def fetched(
    shelf: Shelf, key: PaperKey, root: Path, *, night: str = "", tell: Callable[[str], None] = lambda _: None
) -> Iterator[Path]:
    """The archive of the newest night that can be brought back, or of the one named, open, its sounds beside it.

    Everything lies next to `root` while it is used, and is gone afterwards.

    Raises:
        RuleError: the place holds nothing for this key, a file is damaged, or the disk has no room.
        TargetError: the place refuses.
    """
    above = next(p for p in (root.parent, *root.parent.parents) if p.exists())
    with tempfile.TemporaryDirectory(prefix=".loa-", dir=above) as folder:
        scratch = Path(folder)
        there, nights = whole_nights(shelf, key.mark, scratch)
        chosen = _chosen(nights, night, key)
        _require_room(above, _TWICE * there[chosen.archive])
        tell(f"Lấy bản {chosen.stem}…")
        archive = scratch / f"{chosen.stem}.zip"
        _take(shelf, chosen.archive, archive, key)
        _sounds(shelf, key, there, archive, tell)
        yield archive


def _chosen(nights: list[sealed.Night], stem: str, key: PaperKey) -> sealed.Night:
    """The night that was named, else the newest whole one, else the newest with an archive: better than nothing."""
    found = [one for one in nights if one.archive and stem in {"", one.stem}]
    best = next((one for one in found if one.whole), next(iter(found), None))
    if best is None:
        raise RuleError(
            f"Nơi này không có bản sao lưu nào mở được bằng khóa {key.mark}"
            f"{f' tên {stem}' if stem else ''}. Có đúng tờ khóa và đúng nơi cất không?",
            field="key",
        )
    return best


def _sounds(shelf: Shelf, key: PaperKey, there: dict[str, int], archive: Path, tell: Callable[[str], None]) -> None:
    """Fetch the sounds that the archive names and has not within; what is damaged is told and left out."""
    by_hidden = {sealed.stem_of(name): name for name, size in sorted(there.items()) if size}
    names = {sha: by_hidden.get(paper_key.hidden(key.recipient, sha), "") for sha in sounds_beside(archive)}
    _require_room(archive.parent, _TWICE * sum(there[name] for name in names.values() if name))
    bad = 0
    for sha256, name in names.items():
        target = archive.parent / BESIDE / sha256[:2] / f"{sha256}.flac"
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(RuleError):  # one that is damaged is told with the others, and spoken again
            if name:
                _take(shelf, name, target, key)
        if not target.is_file() or digest(target) != sha256:
            target.unlink(missing_ok=True)
            bad += 1
    tell(f"Đã lấy {len(names) - bad} âm thanh" + (f"; {bad} âm thanh thiếu hoặc hỏng." if bad else "."))


def _take(shelf: Shelf, name: str, to: Path, key: PaperKey) -> None:
    """Fetch a file, prove it, and open it."""
    closed = to.with_suffix(sealed.SUFFIX)
    shelf.get(name, closed)
    if not sealed.proved(name, closed):
        closed.unlink(missing_ok=True)
        raise RuleError("Bản sao lưu ở nơi cất bị hỏng: không còn đúng như lúc chép. Hãy chọn đêm khác.", field=name)
    sealed.unseal(closed, to, key.secret)
    closed.unlink()


def _require_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        words = f"Ổ đĩa còn trống {free / 1e6:.0f} MB, lấy bản sao lưu về cần chừng {wanted / 1e6:.0f} MB."
        raise RuleError(words, field=str(folder))
