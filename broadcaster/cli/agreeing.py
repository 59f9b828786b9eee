"""A change of the schedule at the command line: shown first, with what it does to the air, and asked where it silences."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from broadcaster.errors import RuleError
from broadcaster.services.schedule.rotations import Applied

yes_option = click.option("--yes", is_flag=True, help="Không hỏi lại, kể cả khi có buổi sẽ không phát.")


def carried_out(change: Callable[[str | None], Applied], *, yes: bool, dry_run: bool = False) -> bool:
    """Show what `change` does, ask where something falls silent, and make it; return whether it was made.

    Args:
        change: makes the change when given the mark of what was agreed to, and only looks when given None.
        yes: whether the person agreed beforehand.
        dry_run: whether to show only.

    Raises:
        RuleError: something falls silent, nobody agreed, and there is no terminal to ask at.
    """
    seen = change(None)
    if not seen.lines:
        click.echo("Không có gì thay đổi.")
        return False
    click.echo("\n".join([*seen.lines, *(f"! {line}" for line in seen.never)]))
    if seen.news.lines:
        click.echo("Trên loa:\n" + "\n".join(f"  {line}" for line in seen.news.lines))
    if dry_run:
        return False
    if seen.news.silences and not yes:
        if not sys.stdin.isatty():
            raise RuleError(
                "Thay đổi này làm có buổi không còn được nghe như trước nên chưa áp dụng. Nếu đúng ý, hãy chạy lại với "
                "--yes.",
                field="--yes",
            )
        click.confirm("Có buổi sẽ không phát như trên. Vẫn áp dụng?", default=False, abort=True)
    change(seen.news.mark)
    return True
