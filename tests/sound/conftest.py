import pytest

from broadcaster.sound.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")
