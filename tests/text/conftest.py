from __future__ import annotations

import pytest

from broadcaster.text import Lexicon, Profile, speak_line
from tests.kit.places import ROOT


@pytest.fixture(scope="session")
def lexicon():
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "scripts" / "lexicon").glob("*.toml"))]
    return Lexicon.from_files(*texts)


@pytest.fixture(scope="session")
def south(lexicon):
    return lambda line: speak_line(line, profile=Profile.SOUTH, lexicon=lexicon)


@pytest.fixture(scope="session")
def north(lexicon):
    return lambda line: speak_line(line, profile=Profile.NORTH, lexicon=lexicon)


@pytest.fixture(scope="session")
def plan():
    return (ROOT / "tests" / "fixtures" / "ke-hoach-2026.txt").read_text(encoding="utf-8")
