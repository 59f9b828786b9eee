"""A home that cannot be used as it is: one true sentence, no trace of a program's insides; what can start, starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import Database
from broadcaster.errors import RuleError, StationError
from broadcaster.home import LONGEST
from broadcaster.services.setup.founding import init
from broadcaster.services.station import open_station
from broadcaster.settings import load
from tests.kit.founding import founded

NAMES = ["đài % xã", "a?b#c", "hai  dấu cách", "&'Mẫu'", "ấp\u0323", "%(x)s {y} $z", "x" * 120]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = founded(tmp_path_factory.mktemp("đài") / "home")
    made.close()
    return made.home.root


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(home, tmp_path / "home")


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.mark.parametrize("name", NAMES)
def test_a_home_of_any_name_is_opened(name: str, home: Path, tmp_path: Path) -> None:
    station = open_station(shutil.copytree(home, tmp_path / name))
    with station.db.write():
        pass
    station.close()


def test_a_path_that_a_database_cannot_have_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["k" * 100] * (LONGEST // 100))
    with pytest.raises(RuleError, match="quá dài"):
        init(deep)
    assert not deep.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Cơ sở dữ liệu của đài trống"),
        (b"khong phai co so du lieu " * 40, "tệp station.db bị hỏng"),
    ],
)
def test_a_database_that_is_none_is_told_in_a_sentence(copy: Path, data: bytes, words: str) -> None:
    for path in copy.glob("station.db*"):
        path.write_bytes(data)
    with pytest.raises(StationError, match=words):
        open_station(copy)


def test_a_database_whose_folder_is_gone_is_told_in_a_sentence(tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path / 'khong-co' / 'station.db'}")
    with pytest.raises(DatabaseUnavailableError, match=r"không mở được tệp station\.db"), away.connect():
        pass


def test_a_server_that_does_not_answer_is_told_in_a_sentence() -> None:
    away = Database("postgresql+psycopg://loa@127.0.0.1:9/loa")
    with pytest.raises(DatabaseUnavailableError) as raised, away.connect():
        pass
    assert "\n" not in raised.value.message


@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="wants another account")
@pytest.mark.slow
def test_a_home_that_may_only_be_read_is_told_in_a_sentence(home: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are shut to others
        Path(folder).chmod(0o755)
        root = shutil.copytree(home, Path(folder) / "đài")
        for path in [root, *root.rglob("*")]:
            path.chmod(0o555)
        command = [*NOBODY, sys.executable, "-m", "broadcaster", "--home", str(root), "up"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "không có quyền ghi tệp station.db" in done.stderr


@pytest.mark.parametrize("saved", ["bom", "crlf", "tabs", "all"])
def test_settings_saved_by_any_editor_say_the_same(copy: Path, saved: str) -> None:
    path = copy / "station.toml"
    before = load(path).model_dump()
    text = path.read_text(encoding="utf-8")
    if saved in {"tabs", "all"}:
        text = text.replace(" = ", "\t=\t")
    if saved in {"crlf", "all"}:
        text = text.replace("\n", "\r\n")
    path.write_bytes((b"\xef\xbb\xbf" if saved in {"bom", "all"} else b"") + text.encode())
    assert load(path).model_dump() == before
