"""What every command shares: the open station, the actor, two ways of showing things, and asking."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from broadcaster.cli.place import where
from broadcaster.domain.people.roles import Actor, machine
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS
from broadcaster.errors import RuleError
from broadcaster.services.people.accounts import actor_named
from broadcaster.services.schedule.rotations import Applied
from broadcaster.services.station import Station, open_station

COMMAND_LINE = "dòng lệnh"

format_option = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Cách in kết quả."
)


@contextmanager
def opened(ctx: click.Context, own_home: str | None = None, *, patient: bool = False) -> Iterator[Station]:
    """Open the station for the length of a command, which says when it goes by settings of before.

    `patient` is for a command that does what it can while the database is away.
    """
    station = open_station(where(ctx, own_home), patient=patient)
    try:
        if fault := station.home.settings_fault():
            click.echo(f"Lưu ý: {fault}", err=True)
        yield station
    finally:
        station.close()


def actor_of(ctx: click.Context, station: Station) -> Actor:
    """The account of `--as`, else the command line itself: whoever owns the files may do all, by that name."""
    username = ctx.find_root().obj["as"]
    return actor_named(station, username) if username else machine(COMMAND_LINE)


def show_json(value: Any) -> None:
    """Print JSON as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print rows as a table, or the sentence that says there are none."""
    if not rows:
        click.echo(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        # As text: what stands in brackets, as in 'loa-xa[edge]', is no markup.
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    Console(width=None if console.is_terminal else 160).print(table)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while something long goes on; the callback takes a share from 0 to 1."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task(label, total=1.0)
        yield lambda share: progress.update(task, completed=share)
        progress.update(task, completed=1.0)


def moment_words(station: Station, moment: dt.datetime) -> str:
    """A moment in station time, as a person reads it."""
    local = station.local(moment)
    return f"{local:%H:%M:%S} {WEEKDAY_LABELS[local.weekday()].lower()} {local:%d/%m/%Y}"


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


_SHAPES = ("%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


class _Moment(click.ParamType):
    """A moment of station time; without a day the next one of that hour."""

    name = "GIỜ"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Callable[[dt.datetime], dt.datetime]:
        """Read it; what comes back asks for the station's own present."""
        for shape in _SHAPES:
            try:
                day = dt.datetime.strptime(value, shape)  # noqa: DTZ007 - the station's zone comes with its present
            except ValueError:
                continue
            return lambda now: day.replace(tzinfo=now.tzinfo)
        try:
            time = dt.time.fromisoformat(value)
        except ValueError:
            self.fail("phải viết như 18:30 hay 18:30 02/12/2026", param, ctx)

        def coming(now: dt.datetime) -> dt.datetime:
            today = dt.datetime.combine(now.date(), time.replace(tzinfo=None), now.tzinfo)
            return today if today > now else today + dt.timedelta(days=1)

        return coming


MOMENT = _Moment()
