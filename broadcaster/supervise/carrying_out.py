"""What a wish comes to: its version is laid, when it is another's to lay, and the upgrade carried out."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from broadcaster.clock import Clock
from broadcaster.domain.setup.upgrades import Upgrade, UpgradeStep, numbered
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade import bundles, record, wishes
from broadcaster.services.setup.upgrade.versions import Versions
from broadcaster.services.setup.upgrade.wishes import TRIES, Wish
from broadcaster.supervise.keepers import Rights
from broadcaster.supervise.upgrading import Upgrader


def laid(versions: Versions, wish: Wish, tell: Callable[[str], object]) -> str:
    """See that the version that is wished for lies there; its number.

    Raises:
        RuleError: it cannot, it is no newer one, or whoever wishes may not have it laid.
    """
    old = versions.current()
    if not old:
        raise RuleError(f"Máy này chưa có phiên bản đang dùng ({versions.pointer}).", field="--versions")
    if not wish.bundle:
        if not versions.is_whole(wish.version):
            raise RuleError(f"Phiên bản {wish.version} không có trên máy này.", field="version")
        if not wish.back:
            _require_newer(wish.version, old)
        return wish.version
    with bundles.opened(Path(wish.bundle), versions, versions.root.parent / "bundle.part") as bundle:
        if not (wish.trusted or bundle.signed):
            raise RuleError(
                "Máy này không có khóa của nơi phát hành nên không biết gói này là của ai. Người có quyền quản trị máy "
                "phải tự đặt nó: sudo loa upgrade --from GÓI",
                field="bundle",
            )
        _require_newer(bundle.version, old)
        signed = "có chữ ký của nơi phát hành" if bundle.signed else "không kiểm chữ ký vì máy này không có khóa"
        tell(f"Gói {bundle.version}: {len(bundle.wheels)} tệp nguyên vẹn, {signed}. Đang đặt cạnh bản {old}.")
        bundles.lay(bundle, versions)
        return bundle.version


def _require_newer(version: str, old: str) -> None:
    if numbered(version) <= numbered(old):
        raise RuleError(
            f"Gói là phiên bản {version}; máy đang dùng {old}. Chỉ nâng lên phiên bản mới hơn; muốn trở lại phiên bản "
            "trước: loa upgrade back",
            field="--from",
        )


def carried_out(
    home: Home,
    versions: Versions,
    wish: Wish,
    clock: Clock,
    tell: Callable[[str], object],
    stop: threading.Event,
    *,
    by_service: bool = False,
) -> Upgrade:
    """Carry out what is wished for; how it ended. Raises as `Upgrader.run`."""
    last = record.last(home)
    other_form = wish.back and last is not None and last.step is UpgradeStep.DONE and last.migrated
    upgrader = Upgrader(
        home,
        versions,
        clock,
        tell,
        stop,
        watch_s=wish.watch_s,
        wanted=lambda: not by_service or wishes.stands(home, versions, wish),
        touching=functools.partial(_forget, home, versions, wish),
        by_service=by_service,
    )
    lay = functools.partial(laid, versions, wish, tell)
    return upgrader.run(lay, hurry=wish.hurry, back=wish.back, other_form=other_form)


def _forget(home: Home, versions: Versions, wish: Wish) -> None:
    """Let a wish be over; one that came in its place meanwhile is the next."""
    if wishes.stands(home, versions, wish):
        wishes.forget(home, versions)


def carry_out_wish(
    home: Home, versions: Versions, clock: Clock, tell: Callable[[str], object], stop: threading.Event
) -> None:
    """Carry out what is wished for as the system's service does, whose own process this is.

    A wish outlives a cut for as long as the station was not touched, but not for ever.

    Raises:
        StationError: it could not begin, which is on the disk then.
    """
    rights = Rights(home)
    rights.lower()
    wish = wishes.wished(home, versions)
    if wish is None:
        with rights.high():
            wishes.forget(home, versions)  # one that cannot be read would be seen for ever
        return
    try:
        if wish.tries >= TRIES:
            raise RuleError(f"Đã bắt đầu {TRIES} lần mà lần nào cũng bị cắt ngang.", code="cut-off")
        with rights.high() if wish.trusted else contextlib.nullcontext():
            wishes.make(home, versions, replace(wish, tries=wish.tries + 1), clock.now())
        record.forget_refusal(home)
        carried_out(home, versions, wish, clock, tell, stop, by_service=True)
    except StationError as error:
        if stop.is_set():
            raise
        record.refuse(home, wish.version, error.message, clock.now())
        raise
    finally:
        if not stop.is_set():
            with rights.high():
                _forget(home, versions, wish)
