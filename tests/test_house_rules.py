"""Rules of the tests themselves, read from their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.kit import program
from tests.kit.places import TESTS

CODE = TESTS.parent / "broadcaster"
MODULES = sorted(TESTS.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, with each name taken out of it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_what_tests_share_lies_in_the_kit_and_never_in_a_test_module() -> None:
    taken = {
        f"{path.relative_to(TESTS)}: {name}"
        for path in MODULES
        for name in imported(path)
        if name.startswith("tests.") and any(p == "conftest" or p.startswith("test_") for p in name.split(".")[:-1])
    }
    assert len(MODULES) > 100
    assert taken == set()


def test_no_test_sleeps_it_waits_for_what_must_come_true() -> None:
    """Benchmarks are no tests, nor are the makers of older stations: they let a station run for so many seconds."""
    apart = {TESTS / "kit", TESTS / "benchmarks", TESTS / "db" / "older"}
    found = [
        f"{path.relative_to(TESTS)}:{node.lineno}"
        for path, tree in program.trees(TESTS, "sleep")
        if not apart & set(path.parents)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep"
    ]
    assert found == []


def test_a_folder_of_tests_has_the_name_of_the_folder_that_it_tests() -> None:
    """The others belong to no folder of the code: what is shipped beside it, the project, and what tests work with."""
    apart = {"benchmarks", "content", "corpus", "fixtures", "kit", "plugins", "project", "stories", "year"}
    rooms = {path.parent.relative_to(TESTS) for path in MODULES if path.name.startswith("test_")} - {Path()}
    strange = {
        str(room)
        for room in rooms
        if room.parts[0] not in apart and room != Path("panel/browser") and not (CODE / room).is_dir()
    }
    assert len(rooms) > 30
    assert strange == set()


def test_nothing_that_is_read_can_run_as_code() -> None:
    """What pickle, marshal, shelve or an array with objects reads may be a program; JSON and TOML are not."""
    runs = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle", "yaml", "torch"}
    calls = {"eval", "exec", "compile", "__import__"}
    found = set()
    for path, tree in program.trees(CODE, *runs, *calls, "load", "shell"):
        where = path.relative_to(CODE)
        found |= {f"{where}: imports {name}" for name in imported(path) if runs & set(name.split("."))}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name in calls:
                found.add(f"{where}:{node.lineno}: {name}")
            if name in {"np.load", "numpy.load"} and "allow_pickle=False" not in ast.unparse(node):
                found.add(f"{where}:{node.lineno}: {name} of objects")
            if any(k.arg == "shell" for k in node.keywords):
                found.add(f"{where}:{node.lineno}: a shell")
    assert found == set()


def test_every_thread_of_the_house_is_watched() -> None:
    """A thread that nobody watches dies unseen: what `broadcaster.threads` gives out is counted, told of, begun anew."""
    own = CODE / "threads.py"
    found = {
        f"{path.relative_to(CODE)}:{node.lineno}"
        for path, tree in program.trees(CODE, "Thread", "_thread")
        if path != own
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Name, ast.alias))
        and (ast.unparse(node).rpartition(".")[2] in {"Thread", "start_new_thread", "_thread"})
        and not (isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self")
    }
    assert found == set()


def _calls(*words: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call of the program in a module that has one of the words: its module, the function around it, itself."""
    for path, tree in program.trees(CODE, *words):
        for outer in ast.walk(tree):
            if isinstance(outer, ast.FunctionDef):
                for node in ast.walk(outer):
                    if isinstance(node, ast.Call):
                        yield path.relative_to(CODE).as_posix(), outer.name, node


def test_a_file_takes_its_name_in_one_place_so_that_none_is_lost_or_torn_by_a_power_cut() -> None:
    """Who appends lines or streams a sound brings his own bytes down; names are given by `broadcaster.keeping`."""
    own = "keeping.py"
    appending = {
        ("playout/record/journal.py", "_flush"),
        ("playout/record/signing.py", "_append"),
        ("services/log/places.py", "_laid"),
    }
    folders = {("speech/fetching.py", "_shelve")}
    """A voice's folder changes places with another: whatever is left is loaded only when its hashes agree."""
    renames = {"replace", "rename", "renames"}
    found, unsynced = set(), set()
    for where, function, node in _calls("replace", "rename", "fsync", "fdatasync", "copyfile", "move"):
        name = ast.unparse(node.func)
        last = name.rpartition(".")[2]
        of_path = last in renames and len(node.args) == 1 and not node.keywords
        if of_path or name in {"os.replace", "os.rename", "shutil.move"}:
            found.add((where, function))
        if last in {"fsync", "fdatasync"}:
            unsynced.add((where, function))
    assert {one for one in found if one[0] != own} == folders
    assert {one for one in unsynced if one[0] != own} == appending


def test_what_a_power_cut_may_take_back_is_only_what_comes_again_by_itself() -> None:
    """All else is on the disk before the answer: who adds a write need not think of it, and cannot leave it out."""
    found = {
        (where, function): next(ast.unparse(k.value) for k in node.keywords if k.arg == "lasting")
        for where, function, node in _calls("lasting")
        if isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
        and any(k.arg == "lasting" for k in node.keywords)
    }
    assert found == {
        ("services/air/heartbeats.py", "beat"): "False",  # the next one comes in seconds
        ("services/people/sign_ins.py", "holder"): "False",  # when a browser was seen last
        ("services/people/tokens.py", "holder"): "False",  # when a token was used last
        ("services/work/performing.py", "renew"): "False",  # who was at work is dead after a cut
        ("services/work/performing.py", "_set"): "'state' in values",  # how far a job is
    }


def test_files_that_may_be_broken_after_a_power_cut_are_those_that_are_checked_or_made_anew() -> None:
    found = {
        (where, function)
        for where, function, node in _calls("keeping")
        if ast.unparse(node.func).startswith("keeping.") and any(k.arg == "lasting" for k in node.keywords)
    }
    assert found == {
        ("playout/host/loopback.py", "announce"),  # an address of this process
        ("services/work/knock.py", "__init__"),  # the same
        ("playout/record/journal.py", "replayed"),  # without it the journal is read again from its beginning
        ("playout/sound/decoded.py", "_decoded"),  # compared with its hash before each use
        ("services/setup/voices.py", "_remember"),  # a figure that is measured again
    }
