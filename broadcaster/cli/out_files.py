"""One rule for what a command writes where a person says: whole or not at all, and over nothing unless that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click

from broadcaster.errors import RuleError
from broadcaster.sound.store import keep_whole

_OVER: Final = "broadcaster.overwrite"


def out_option(words: str, *, required: bool = False) -> Callable[[Any], Any]:
    """The options `-o`, `--out` (the parameter `target`) and `--overwrite`, alike in every command."""

    def dress(command: Any) -> Any:
        over = click.option(
            "--overwrite",
            is_flag=True,
            expose_value=False,
            callback=lambda ctx, _, value: ctx.meta.__setitem__(_OVER, value),
            help="Ghi đè tệp đã có.",
        )
        out = click.option(
            "-o",
            "--out",
            "target",
            required=required,
            metavar="TỆP",
            callback=_with_file,
            type=click.Path(dir_okay=False, path_type=Path),
            help=words,
        )
        return out(over(command))

    return dress


def _with_file(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Refuse `--overwrite` where no file is named; what a person gave is looked at before what was left out."""
    if value is None and ctx.meta.get(_OVER):
        raise RuleError("--overwrite chỉ dùng cùng --out.", field="--overwrite")
    return value


def overwrite() -> bool:
    """Whether the person at the command line wants a file that is there to be replaced."""
    return bool(click.get_current_context().meta.get(_OVER))


def keep(target: Path, data: bytes | Iterable[bytes]) -> None:
    """Write what a command made, and say so.

    Raises:
        RuleError: the folder is missing, or there is a file of that name and nobody asked to replace it.
        MediaError: the disk is full or refuses.
    """
    keep_whole(target, data, overwrite=overwrite())
    click.echo(f"Đã ghi {target}.")
