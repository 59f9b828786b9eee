"""Mutation testing of the reading rules: the share of small faults, drawn by lot over all rules, that the tests catch.

    nice -n 10 python tests/benchmarks/mutation.py                  150 mutants, seed 1
    nice -n 10 python tests/benchmarks/mutation.py --count 60 --seed 7 --show
    nice -n 10 python tests/benchmarks/mutation.py --tables         the words and patterns of module level, not the logic

The tree is copied to a temporary folder; each mutant changes one place of one module of `broadcaster/text/rules` there
and is judged by the tests that judge readings, one process at a time, stopped at the first test that fails. Operators
are those of mutmut (comparison, and/or, not, condition held true or false, arithmetic, number, text, constant, returned
value, break/continue, argument left out). A mutant is drawn with equal chance among all places of all modules. A test
that fails, an error, or 60 seconds without an answer counts as caught.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = Path("broadcaster", "text", "rules")
# The quickest that catch the most come first.
JUDGES = (
    "tests/text/test_explained_snapshot.py", "tests/text/test_edges.py", "tests/text/test_plan_snapshot.py",
    "tests/text/test_readings.py", "tests/text/test_explain.py", "tests/text/test_corpus.py::test_class_keeps_its_floor",
)  # fmt: skip
LONGEST = 60
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One place to change: the module, the place's number there, and the number of the change."""

    module: Path
    place: int
    variant: int
    line: int
    change: str


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what could stand instead of a node by mistake."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[index] = _COMPARE[type(operator)]()
            yield other
    elif isinstance(node, ast.BoolOp):
        other_bool = copy.deepcopy(node)
        other_bool.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield other_bool
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            other_if = copy.deepcopy(node)
            other_if.test = ast.Constant(value)
            yield other_if
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Break | ast.Continue):
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    elif isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            other_call = copy.deepcopy(node)
            del other_call.keywords[index]
            yield other_call


def _constants(node: ast.Constant) -> Iterator[ast.Constant]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and value:
        yield ast.Constant(f"XX{value}XX")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def places(tree: ast.Module, *, tables: bool) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield (parent, field, index, node) of all that may be changed: inside functions, or at module level."""
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef) is tables or isinstance(top, ast.Import | ast.ImportFrom):
            continue
        if isinstance(top, ast.Expr | ast.TypeAlias if sys.version_info >= (3, 12) else ast.Expr):
            continue
        yield from _below(top)


def _below(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    for name, value in ast.iter_fields(parent):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(node, ast.AST) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                continue
            yield parent, name, index, node
            if not isinstance(node, ast.JoinedStr):
                yield from _below(node)
            else:
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        yield from _below(part)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def mutants(module: Path, *, tables: bool) -> list[Mutant]:
    """Return every mutant of one module."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    return [
        Mutant(module, number, which, getattr(node, "lineno", 0), f"{_short(node)}  ->  {_short(other)}")
        for number, (_, _, _, node) in enumerate(places(tree, tables=tables))
        for which, other in enumerate(variants(node))
    ]


def source_of(mutant: Mutant, whole: str, *, tables: bool) -> str:
    """Return the source of the mutant's module, `whole` as it stands, with its one change."""
    tree = ast.parse(whole)
    parent, field, index, node = list(places(tree, tables=tables))[mutant.place]
    other = ast.copy_location(list(variants(node))[mutant.variant], node)
    _put(parent, field, index, other)
    return ast.unparse(ast.fix_missing_locations(tree))


def _short(node: ast.AST) -> str:
    return ast.unparse(node).replace("\n", " / ")[:90]


def judged(tree: Path, *, aloud: bool = False) -> int:
    """Run the judging tests on the tree in a child of its own; return 0 when all pass."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        if not aloud:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        import pytest

        there = [j for j in JUDGES if (tree / j.partition("::")[0]).exists()]
        os._exit(
            pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", "--confcutdir=tests/text", "--no-header", *there])
        )
    _, status = os.waitpid(child, 0)
    return status


def main() -> int:
    """Draw, judge and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=150, help="mutants to draw (150)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the lot (1)")
    parser.add_argument("--tables", action="store_true", help="change module-level words and patterns instead of logic")
    parser.add_argument("--show", action="store_true", help="print each survivor as it is found")
    options = parser.parse_args()
    modules = sorted(p.relative_to(ROOT) for p in (ROOT / RULES).glob("*.py"))
    every = [m for module in modules for m in mutants(module, tables=options.tables)]
    drawn = random.Random(options.seed).sample(every, min(options.count, len(every)))
    import pytest  # noqa: F401 - loaded once here, for every child

    survivors: list[Mutant] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="loa-mutants-") as folder:
        tree = Path(folder, "tree")
        for name in ("broadcaster", "scripts", "tests/text", "tests/corpus", "tests/fixtures"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", tree)
        (tree / "tests" / "__init__.py").touch()
        if judged(tree, aloud=True):
            print("The tests fail on the tree as it is; nothing was judged.", file=sys.stderr)
            return 1
        for mutant in drawn:
            target = tree / mutant.module
            whole = target.read_text(encoding="utf-8")
            target.write_text(source_of(mutant, whole, tables=options.tables), encoding="utf-8")
            shutil.rmtree(target.parent / "__pycache__", ignore_errors=True)
            if not judged(tree):
                survivors.append(mutant)
                if options.show:
                    print(f"{mutant.module.name}:{mutant.line}: {mutant.change}", flush=True)
            target.write_text(whole, encoding="utf-8")
    caught = len(drawn) - len(survivors)
    of = Counter(m.module.stem for m in drawn)
    alive = Counter(m.module.stem for m in survivors)
    for stem in sorted(of):
        print(f"{stem:14} {of[stem] - alive[stem]:4} of {of[stem]}")
    print(
        f"{caught} of {len(drawn)} caught: {100 * caught / max(len(drawn), 1):.1f} % "
        f"({len(every):,} mutants in {len(modules)} modules, seed {options.seed}, {time.monotonic() - began:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
