"""Options that mean something only together, or never together: what would be overruled in silence is refused by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from broadcaster.errors import RuleError

F = TypeVar("F", bound=Callable[..., Any])
MODES: Final = "loa_modes"
"""Where a command's callback keeps its table."""
ALWAYS: Final = frozenset({"--home", "--help"})


def modes(table: Mapping[str, Collection[str]], *, plain: Collection[str] = ()) -> Callable[[F], F]:
    """Say for each option that makes the command do something of its own which others may stand beside it.

    Args:
        table: the option (or argument, by its metavar) and what may go with it; without any of these the command does its
            plain work.
        plain: what means nothing in that plain work.
    """

    def dress(callback: F) -> F:
        @functools.wraps(callback)
        def checked(*args: Any, **kwargs: Any) -> Any:
            require_together(click.get_current_context(), table, plain)
            return callback(*args, **kwargs)

        setattr(checked, MODES, (table, plain))
        return checked  # type: ignore[return-value]

    return dress


def require_together(ctx: click.Context, table: Mapping[str, Collection[str]], plain: Collection[str]) -> None:
    """Refuse what the command would not look at.

    Raises:
        RuleError: two things were asked for at once, or one option is nothing without another; both are named.
    """
    free = [p for p in ctx.command.params if p.name and not p.required]
    given = [
        name_of(p)
        for p in free
        if ctx.get_parameter_source(p.name or "") in _BY_PERSON and ctx.params.get(p.name or "") != ()
    ]
    if ctx.invoked_subcommand is not None and given:
        raise RuleError(f"{given[0]} không đi cùng {ctx.invoked_subcommand}. Hãy bỏ một trong hai.", field=given[0])
    chosen = [name for name in table if name in given]
    for mode in chosen:
        for other in given:
            if other not in {mode, *table[mode], *ALWAYS}:
                raise RuleError(f"{mode} không đi cùng {other}. Hãy bỏ một trong hai.", field=other)
    if not chosen and (idle := [name for name in given if name in plain]):
        wanted = " hoặc ".join(mode for mode, beside in table.items() if idle[0] in beside)
        raise RuleError(f"{idle[0]} chỉ dùng cùng {wanted}.", field=idle[0])


def name_of(parameter: click.Parameter) -> str:
    """What people write for a parameter: its long option, or the word that stands for an argument."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.name or "").strip("[]").upper()


_BY_PERSON = {ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT}
