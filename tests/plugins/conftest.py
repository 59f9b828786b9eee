"""Packages made here as wheels, and an environment of their own in which they are the only thing that is new."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit.packages import python, wheel

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """An environment that sees this one's packages, as one into which `pip install loa-xa` was said."""
    folder = tmp_path_factory.mktemp("moi-truong")
    venv.create(folder, with_pip=False)
    here = sysconfig.get_path("purelib")
    there = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    there.joinpath("base.pth").write_text(f"import site; site.addsitedir({here!r})\n", encoding="utf-8")
    return folder


@pytest.fixture
def install(environment, tmp_path) -> Callable[..., None]:
    """Install a package into the environment by pip, without the network."""

    def one(name: str, group: str, points: dict[str, str], source: str) -> None:
        made = wheel(tmp_path, name, group, points, source)
        options = ["--no-index", "--no-deps", "--quiet", "--force-reinstall"]
        command = [sys.executable, "-m", "pip", "--python", python(environment), "install", *options, made]
        subprocess.run(command, check=True, capture_output=True, text=True)

    return one


@pytest.fixture
def loa(environment, tmp_path) -> Run:
    """The command `loa` of that environment, over a home of this test."""

    def run(*words: str, **options) -> subprocess.CompletedProcess[str]:
        command = [str(python(environment)), "-m", "broadcaster", "--home", str(tmp_path / "dai"), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, **options)

    return run
