"""Packages made here as wheels, and an environment of their own in which they are the only thing that is new."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def wheel(folder: Path, name: str, group: str, points: dict[str, str], source: str) -> Path:
    """Build the wheel of a package with one module, and entry points of one group."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()),
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    made = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """An environment that sees this one's packages, as one into which `pip install loa-xa` was said."""
    folder = tmp_path_factory.mktemp("moi-truong")
    venv.create(folder, with_pip=False)
    here = sysconfig.get_path("purelib")
    there = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    there.joinpath("base.pth").write_text(f"import site; site.addsitedir({here!r})\n", encoding="utf-8")
    return folder


def python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


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
