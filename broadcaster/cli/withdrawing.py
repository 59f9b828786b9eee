"""A withdrawal at the command line that reaches into play-out's hands: asked about, or said by an option."""

from __future__ import annotations

import sys
from typing import Final

import click

from broadcaster.domain.air.in_hand import StillAirs, StillAirsError
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import RuleError
from broadcaster.services.air import withdrawing
from broadcaster.services.station import Station

still_option: Final = click.option(
    "--still",
    type=click.Choice([s.value for s in StillAirs]),
    help=f"Bài đang phát hoặc sắp phát thì sao. {'; '.join(f'{s.value}: {s.label.lower()}' for s in StillAirs)}.",
)


def withdrawn(station: Station, actor: Actor, script_id: int, given: str | None, act: withdrawing.Act) -> str:
    """Withdraw a script by `act`, asking first where it is too late for that; return what became of what airs.

    Raises:
        RuleError: nobody is there to ask, and `given` says nothing; nothing was done.
    """
    still = StillAirs(given) if given else None
    try:
        return withdrawing.of_script(station, actor, script_id, still, act)
    except StillAirsError as asked:
        ways = " hoặc ".join(f"--still {s.value} ({s.label.lower()})" for s in StillAirs)
        if not sys.stdin.isatty():
            raise RuleError(f"{asked.message} Ghi {ways}.", field="--still") from None
        click.echo(" ".join(one.words for one in asked.found))
        cut = click.confirm("Dừng luôn? Không thì để phát hết.", default=True)
        chosen = StillAirs.STOP if cut else StillAirs.LET
        return withdrawing.of_script(station, actor, script_id, chosen, act)
