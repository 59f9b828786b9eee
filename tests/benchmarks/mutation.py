"""Mutation testing of the reading rules: the share of small faults, drawn by lot over all rules, that the tests catch.

    nice -n 10 python tests/benchmarks/mutation.py                  150 mutants, seed 1
    nice -n 10 python tests/benchmarks/mutation.py --count 60 --seed 7 --show
    nice -n 10 python tests/benchmarks/mutation.py --count 0        every mutant
    nice -n 10 python tests/benchmarks/mutation.py --tables         the words and patterns of module level, not the logic

The tests that judge readings are collected and run once, and it is noted which lines of `broadcaster/text/rules` each
of them passes. A mutant changes one place of one module there: a child of this process takes the changed code in and
runs the tests that pass the changed statement, until one fails. Nothing is written to the tree. Operators are those of
mutmut (comparison, and/or, not, condition held true or false, arithmetic, number, text, constant, returned value,
break/continue, argument left out). A mutant is drawn with equal chance among all places of all modules. A test that
fails, an error, or 20 seconds without an answer counts as caught; a place that no test passes counts as survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import signal
import sys
import time
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parents[2]
RULES = Path("broadcaster", "text", "rules")
JUDGES = (
    "tests/text/test_explained_snapshot.py",
    "tests/text/test_edges.py",
    "tests/text/test_plan_snapshot.py",
    "tests/text/test_readings.py",
    "tests/text/test_explain.py",
    "tests/text/test_corpus.py::test_class_keeps_its_floor",
    "tests/text/test_lexicon.py",
    "tests/text/test_readings_shown.py",
    "tests/text/test_sentences.py",
)
LONGEST = 20
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


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
    elif isinstance(node, ast.Return) and not _is_nothing(node.value):
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


def _is_nothing(node: ast.expr | None) -> bool:
    """Whether a returned value is None already, or a False that every caller takes as it would take None."""
    return node is None or (isinstance(node, ast.Constant) and (node.value is None or node.value is False))


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


def statements(tree: ast.Module) -> dict[int, range | None]:
    """Return, by the identity of each node, the lines of its statement, or None where it runs when the module is loaded."""
    lines: dict[int, range | None] = {}

    def walk(node: ast.AST, own: range | None, *, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            here = own
            if isinstance(child, ast.stmt):
                below = getattr(child, "body", None)
                last = below[0].lineno - 1 if below else child.end_lineno or child.lineno
                here = range(child.lineno, max(last, child.lineno) + 1) if inside else None
            lines[id(child)] = here
            walk(child, here, inside=inside or isinstance(child, ast.FunctionDef))

    walk(tree, None, inside=False)
    return lines


class Judge:
    """A pytest plugin that runs the tests once with a note of the lines they pass, then once more for every mutant."""

    def __init__(self, drawn: list[Mutant], *, tables: bool, show: bool) -> None:
        self.drawn = drawn
        self.tables = tables
        self.show = show
        self.survivors: list[Mutant] = []
        self.sound = True
        self._passed: dict[pytest.Item, set[tuple[str, int]]] = {}
        self._took: dict[pytest.Item, float] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge every mutant drawn; stands instead of pytest's own loop."""
        items = session.items
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            began = time.monotonic()
            lines: set[tuple[str, int]] = set()
            if not _passes(item, following, lines):
                print(f"{item.nodeid} fails on the tree as it is; nothing was judged.", file=sys.stderr)
                self.sound = False
                return True
            self._passed[item] = lines
            self._took[item] = time.monotonic() - began
        # What a module's fixture has run once counts for all tests of the module.
        for item in items:
            if "wrong" in getattr(item, "fixturenames", ()):
                self._passed[item] = set().union(*(self._passed[i] for i in items if i.path == item.path))
        for mutant in self.drawn:
            if not self._caught(mutant, session):
                self.survivors.append(mutant)
                if self.show:
                    print(f"{mutant.module.name}:{mutant.line}: {mutant.change}", flush=True)
        return True

    def _caught(self, mutant: Mutant, session: pytest.Session) -> bool:
        whole = (ROOT / mutant.module).read_text(encoding="utf-8")
        tree = ast.parse(whole)
        node = list(places(tree, tables=self.tables))[mutant.place][3]
        lines = statements(tree)[id(node)]
        name = mutant.module.name
        judges = [i for i in session.items if lines is None or any((name, n) in self._passed[i] for n in lines)]
        # A few single lines, then the tables as a whole, which judge most, then what remains, each file's tests together.
        single = [item for item in judges if not {"snapshot", "wrong"} & set(getattr(item, "fixturenames", ()))]
        whole_tables = [item for item in judges if item not in set(single)]
        judges = [*single[:20], *whole_tables, *single[20:]]
        if not judges:
            return False
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST)
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            good = False
            try:
                take_in(mutant, source_of(mutant, whole, tables=self.tables), tables=self.tables)
                session._setupstate.teardown_exact(judges[0])
                good = all(_passes(item, judges[(n + 1) % len(judges)]) for n, item in enumerate(judges))
            finally:
                os._exit(0 if good else 1)
        _, status = os.waitpid(child, 0)
        return status != 0


def _passes(item: pytest.Item, following: pytest.Item, lines: set[tuple[str, int]] | None = None) -> bool:
    if lines is not None:
        sys.settrace(_tracer(lines))
    try:
        reports = runtestprotocol(item, log=False, nextitem=None if following is item else following)
    finally:
        if lines is not None:
            sys.settrace(None)
    return all(report.passed for report in reports)


def _tracer(lines: set[tuple[str, int]]):
    names = {str(path): path.name for path in (ROOT / RULES).glob("*.py")}

    def enter(frame, event, arg):
        name = names.get(frame.f_code.co_filename)
        if name is None:
            return None

        def note(frame, event, arg):
            if event == "line":
                lines.add((name, frame.f_lineno))
            return note

        return note

    return enter


def take_in(mutant: Mutant, source: str, *, tables: bool) -> None:
    """Give the loaded modules the mutant's code, in place, so that whoever holds a function of theirs has it too."""
    package = ".".join(RULES.parts)
    changed = f"{package}.{mutant.module.stem}"
    loaded = [name for name in sys.modules if name.startswith(f"{package}.")] if tables else [changed]
    old = {name: sys.modules[name] for name in loaded}
    fresh: dict[str, types.ModuleType] = {}
    for name in loaded:
        # The modules stand in the order of their imports, so that what is built of a changed table is built anew.
        module = types.ModuleType(name)
        path = ROOT / RULES / f"{name.rpartition('.')[2]}.py"
        code = source if name == changed else path.read_text(encoding="utf-8")
        sys.modules[name] = module
        exec(compile(code, str(path), "exec"), module.__dict__)
        fresh[name] = module
    sys.modules.update(old)
    for name, module in fresh.items():
        for key, value in vars(module).items():
            before = vars(old[name]).get(key)
            if isinstance(before, types.FunctionType) and isinstance(value, types.FunctionType):
                if before.__module__ == name:
                    _swap(before, value)
            elif isinstance(before, type) and isinstance(value, type):
                if before.__module__ == name:
                    for part, method in vars(value).items():
                        if isinstance(method, types.FunctionType):
                            _swap(vars(before)[part], method)
            elif tables and not key.startswith("__") and key != "RULES":
                setattr(old[name], key, value)


def _swap(before: types.FunctionType, value: types.FunctionType) -> None:
    before.__code__, before.__defaults__, before.__kwdefaults__ = (
        value.__code__,
        value.__defaults__,
        value.__kwdefaults__,
    )


def main() -> int:
    """Draw, judge and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=150, help="mutants to draw (150); 0: every one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the lot (1)")
    parser.add_argument("--tables", action="store_true", help="change module-level words and patterns instead of logic")
    parser.add_argument("--only", default="", help="the one module to change, by name")
    parser.add_argument("--show", action="store_true", help="print each survivor as it is found")
    options = parser.parse_args()
    modules = sorted(p.relative_to(ROOT) for p in (ROOT / RULES).glob("*.py"))
    every = [m for module in modules for m in mutants(module, tables=options.tables)]
    drawn = [m for m in every if options.only in ("", m.module.stem)]
    drawn = random.Random(options.seed).sample(drawn, min(options.count or len(drawn), len(drawn)))
    began = time.monotonic()
    judge = Judge(drawn, tables=options.tables, show=options.show)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    pytest.main(
        ["-q", "-n0", "-s", "-p", "no:cacheprovider", "--assert=plain", "--tb=no", "--no-header", *JUDGES], [judge]
    )
    if not judge.sound:
        return 1
    caught = len(drawn) - len(judge.survivors)
    of = Counter(m.module.stem for m in drawn)
    alive = Counter(m.module.stem for m in judge.survivors)
    for stem in sorted(of):
        print(f"{stem:14} {of[stem] - alive[stem]:4} of {of[stem]}")
    print(
        f"{caught} of {len(drawn)} caught: {100 * caught / max(len(drawn), 1):.1f} % "
        f"({len(every):,} mutants in {len(modules)} modules, seed {options.seed}, {time.monotonic() - began:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
