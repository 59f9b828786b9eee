"""The table of wheels: which file fits where, and what is written of it."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from packaging.requirements import Requirement

from tests.kit.places import TESTS

PACKAGING = TESTS.parent / "packaging"


@pytest.fixture(scope="module")
def table():
    before = list(sys.path)
    spec = importlib.util.spec_from_file_location("wheels_table", PACKAGING / "wheels_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.mark.parametrize(
    ("wheel", "fitting"),
    [
        ("a-1-py3-none-any.whl", {"Linux x86_64", "Linux aarch64", "macOS arm64", "Windows amd64"}),
        ("a-1-cp312-cp312-manylinux_2_28_aarch64.whl", {"Linux aarch64"}),
        ("a-1-cp312-cp312-manylinux_2_39_aarch64.whl", set()),
        ("a-1-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", {"Linux x86_64"}),
        ("a-1-cp39-abi3-win_amd64.whl", {"Windows amd64"}),
        ("a-1-cp313-cp313-win_amd64.whl", set()),
        ("a-1-cp312-cp312-macosx_11_0_universal2.whl", {"macOS arm64"}),
        ("a-1-cp312-cp312-macosx_15_0_arm64.whl", set()),
        ("a-1-py3-none-linux_armv7l.whl", set()),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", set()),
    ],
)
def test_a_wheel_fits_by_the_tags_of_its_name(table, wheel, fitting):
    assert {name for name, (platforms, _) in table.SYSTEMS.items() if table.fits(wheel, platforms, (3, 12))} == fitting


def test_what_is_missing_is_told_with_what_is_done_then_or_that_nothing_is_known(table):
    pins = [Requirement(p) for p in ("pure==1", "bound==2", "miniaudio==1 ; platform_machine == 'x86_64'")]
    wheels = {
        "pure": ["pure-1-py3-none-any.whl"],
        "bound": [f"bound-2-cp3{n}-cp3{n}-win_amd64.whl" for n in (11, 12, 13)],
        "miniaudio": [f"miniaudio-1-cp3{n}-cp3{n}-manylinux_2_28_x86_64.whl" for n in (11, 12, 13, 14)],
    }
    page = "".join(table.page(pins, wheels, "2026-01-01"))
    assert "3 packages, 1 of which are pure Python" in page
    everywhere = "3.11, 3.12, 3.13, 3.14"
    assert f"| bound ==2 | {everywhere} | {everywhere} | {everywhere} | 3.14 |" in page
    assert "| miniaudio ==1 | yes | - | - | - |" in page
    assert "- **bound** (Linux x86_64, Linux aarch64, macOS arm64, Windows amd64): NOTHING IS KNOWN." in page
    assert "**miniaudio** (Linux aarch64, macOS arm64, Windows amd64)" in page
    assert "pure" not in page.split("32-bit")[1]


def test_the_page_that_is_shipped_leaves_nothing_open():
    page = (TESTS.parent / "docs" / "wheels.md").read_text()
    assert "NOTHING IS KNOWN" not in page
    assert "32-bit ARM is not supported" in page
