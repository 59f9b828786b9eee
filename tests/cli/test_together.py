"""No option is ignored in silence: it has an effect, or it is refused together with what overrules it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from broadcaster.cli import cli
from broadcaster.cli.together import ALWAYS, MODES, name_of
from broadcaster.errors import RuleError

SHOWN = {"--yes", "--hold"}
"""Consent given beforehand: it answers a question, if one is asked."""


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path, command


ALL = dict(commands(cli))


def overruled(command: click.Command) -> set[tuple[str, str]]:
    """The pairs (this option, that one is not looked at) which the branches of a command's body show."""
    callback = inspect.unwrap(command.callback)  # type: ignore[arg-type]
    body = ast.parse(textwrap.dedent(inspect.getsource(callback))).body[0].body  # type: ignore[attr-defined]
    words = {p.name: name_of(p) for p in command.params if p.name and not p.required}
    found: set[tuple[str, str]] = set()
    for deciding, looked_at, elsewhere in branches(body, set()):
        for one in deciding & set(words):
            found |= {(words[one], words[other]) for other in (elsewhere - looked_at) & set(words) if other != one}
    return {(one, other) for one, other in found if not {one, other} & (ALWAYS | SHOWN)}


def branches(body: list[ast.stmt], above: set[str]) -> Iterator[tuple[set[str], set[str], set[str]]]:
    """Each branch that ends a command's work: what decides it, what was looked at by its end, what only others look at."""
    seen = set(above)
    for place, statement in enumerate(body):
        if isinstance(statement, ast.With):
            seen |= names(*[item.context_expr for item in statement.items])
            yield from branches([*statement.body, *body[place + 1 :]], seen)
            return
        if isinstance(statement, ast.If):
            yield from of_if(statement, body[place + 1 :], seen)
        seen |= names(statement)


def of_if(statement: ast.If, after: list[ast.stmt], seen: set[str]) -> Iterator[tuple[set[str], set[str], set[str]]]:
    deciding, ends = names(statement.test), isinstance(statement.body[-1], ast.Return)
    other = [*statement.orelse, *after]
    if ends or statement.orelse:
        rest = set[str]() if ends else names(*after)
        yield deciding, seen | deciding | names(*statement.body) | rest, names(*other)
    if statement.orelse and isinstance(statement.orelse[0], ast.If):
        yield from of_if(statement.orelse[0], after, seen | deciding)


def names(*nodes: ast.AST) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def refused(command: click.Command) -> set[tuple[str, str]]:
    """Pairs that the table of a command refuses; what means nothing without a mode is refused beside anything else."""
    table, plain = getattr(command.callback, MODES, ({}, ()))
    every = {name_of(p) for p in command.params if not p.required} - ALWAYS
    apart = {(mode, other) for mode, beside in table.items() for other in every - {mode, *beside}}
    return apart | {(one, other) for one in every - set(table) for other in plain}


def test_what_a_branch_of_a_command_does_not_look_at_is_refused_with_what_chose_the_branch() -> None:
    silent = {
        " ".join(path): missing for path, command in ALL.items() if (missing := overruled(command) - refused(command))
    }
    assert silent == {}


def test_the_walk_sees_a_branch_that_looks_at_less() -> None:
    @click.command()
    @click.option("--one", is_flag=True)
    @click.option("--two")
    def command(*, one: bool, two: str | None) -> None:
        if one:
            click.echo("one")
            return
        click.echo(two)

    assert overruled(command) == {("--one", "--two")}


def words_of(parameter: click.Parameter, file: Path) -> list[str]:
    kind: Any = parameter.type
    value = "1"
    if isinstance(kind, click.Choice):
        value = str(next(iter(kind.choices)))
    elif isinstance(kind, click.Path):
        value = str(file if kind.file_okay else file.parent)
    elif isinstance(kind, click.DateTime):
        value = "2026-03-04"
    elif kind.name not in {"text", "integer", "float", "integer range", "float range", "boolean"}:
        value = "18:30"
    if not isinstance(parameter, click.Option):
        return [value]
    longest = max(parameter.opts, key=len)
    return [longest] if parameter.is_flag else [longest, value]


@pytest.mark.parametrize("path", [p for p, c in ALL.items() if hasattr(c.callback, MODES)], ids=" ".join)
def test_what_does_not_go_together_is_refused_by_both_names(path: tuple[str, ...], tmp_path: Path) -> None:
    command, file = ALL[path], tmp_path / "tep"
    file.write_text("x", encoding="utf-8")
    table, plain = getattr(command.callback, MODES)
    by_name = {name_of(p): p for p in command.params if not p.required}
    assert {*table, *plain, *(other for beside in table.values() for other in beside)} <= set(by_name)
    needed = [word for p in command.params if p.required for word in words_of(p, file)]
    for mode, other in sorted((m, o) for m, o in refused(command) if m in table and o != "--overwrite"):
        given = [word for name in (mode, other) for word in words_of(by_name[name], file)]
        with pytest.raises(RuleError) as told:
            cli.main(["--home", str(tmp_path), *path, *needed, *given], standalone_mode=False)
        assert {mode, other} <= set(told.value.message.rstrip(".").replace(".", " ").split()), (mode, other)
    for idle in plain:
        with pytest.raises(RuleError, match=f"{idle} chỉ dùng cùng"):
            cli.main(["--home", str(tmp_path), *path, *needed, *words_of(by_name[idle], file)], standalone_mode=False)


def test_an_option_of_a_group_is_refused_beside_a_command_of_it(tmp_path: Path) -> None:
    groups = {path: c for path, c in ALL.items() if isinstance(c, click.Group)}
    assert groups
    for path, group in groups.items():
        for name in group.list_commands(click.Context(group)):
            for option in (p for p in group.params if name_of(p) not in ALWAYS):
                given = ["--home", str(tmp_path), *path, *words_of(option, tmp_path), name]
                with pytest.raises(RuleError, match=f"{name_of(option)} không đi cùng {name}"):
                    cli.main([*given, *["1"] * 2], standalone_mode=False)


WRITING = [p for p, c in ALL.items() if any(name_of(o) == "--overwrite" for o in c.params)]


@pytest.mark.parametrize("path", WRITING, ids=" ".join)
def test_overwriting_without_a_file_is_refused(path: tuple[str, ...], tmp_path: Path) -> None:
    command = ALL[path]
    if any(p.required and name_of(p) == "--out" for p in command.params):
        return
    needed = [word for p in command.params if p.required for word in words_of(p, tmp_path / "tep")]
    with pytest.raises(RuleError, match="--overwrite chỉ dùng cùng --out"):
        cli.main(["--home", str(tmp_path), *path, *needed, "--overwrite"], standalone_mode=False)
