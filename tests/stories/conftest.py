"""The station that every story begins with, founded once, and a story on a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import broadcaster.playout.engine  # noqa: F401 - its rooms must be there when the story's threads take their places
from tests.kit import story as stories
from tests.kit.story_founding import found


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found(tmp_path_factory.mktemp("founded") / "station")


@pytest.fixture
def story(founded: Path, tmp_path: Path) -> Iterator[stories.Story]:
    with stories.story(founded, tmp_path) as one:
        yield one
