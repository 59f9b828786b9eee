"""What brings a new version: every fault of a bundle is named in Vietnamese, and nothing was changed by then."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broadcaster.errors import RuleError
from broadcaster.services.setup.upgrade import bundles
from broadcaster.services.setup.upgrade.bundles import LIST, SIGNATURE
from broadcaster.services.setup.upgrade.versions import Versions
from tests.kit.releases import wheel

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    (tmp_path / "opt" / "versions").mkdir(parents=True)
    return Versions(tmp_path / "opt" / "versions")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    wheel(folder, "loa-xa", "0.2.0", {"broadcaster/__init__.py": b""})
    wheel(folder, "other", "1", {"other.py": b"x = 1\n"})
    return folder


def said(bundle: Path, **changes: object) -> None:
    listed = json.loads((bundle / LIST).read_text(encoding="utf-8"))
    (bundle / LIST).write_text(json.dumps(listed | changes), encoding="utf-8")


def listed(bundle: Path) -> dict[str, str]:
    return json.loads((bundle / LIST).read_text(encoding="utf-8"))["wheels"]


OTHER = "other-1-py3-none-any.whl"
FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a wheel is missing": (lambda b: (b / OTHER).unlink(), "thiếu tệp other-1"),
    "a wheel is another": (lambda b: (b / OTHER).write_bytes(b"changed"), "hỏng hoặc đã bị thay"),
    "our own wheel is another": (
        lambda b: next(b.glob("loa_xa*")).write_bytes(b""),
        "hỏng hoặc đã bị thay",
    ),
    "there is no list": (lambda b: (b / LIST).unlink(), "không có danh sách"),
    "the list is torn": (lambda b: (b / LIST).write_bytes((b / LIST).read_bytes()[:40]), "danh sách hỏng"),
    "the list is no table": (lambda b: (b / LIST).write_text("[]"), "danh sách hỏng"),
    "another platform": (lambda b: said(b, platform="win-amd64"), "dành cho máy win-amd64"),
    "another Python": (lambda b: said(b, python="3.99"), "Python 3.99"),
    "a newer kind of bundle": (lambda b: said(b, format=2), "mới hơn"),
    "our own wheel is not listed": (lambda b: said(b, wheels={OTHER: listed(b)[OTHER]}), "không có phần chính"),
    "a version that is a path": (lambda b: said(b, version="../0.2.0"), "không phải số phiên bản"),
    "a wheel that lies elsewhere": (
        lambda b: said(b, wheels={**listed(b), "../x.whl": "0" * 64}),
        "tên tệp lạ",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bundle_with_a_fault_is_refused_by_its_name_before_anything_is_laid(
    fault: str, wheels: Path, versions: Versions, tmp_path: Path
) -> None:
    bundle = bundles.packed(wheels, "0.2.0", tmp_path / "bundle")
    spoil, words = FAULTS[fault]
    spoil(bundle)
    with pytest.raises(RuleError, match=words), bundles.opened(bundle, versions, tmp_path / "scratch"):
        pass
    assert list(versions.root.iterdir()) == []


def test_a_bundle_in_one_file_is_looked_at_like_a_folder_and_leaves_nothing_unpacked(
    wheels: Path, versions: Versions, tmp_path: Path
) -> None:
    single = bundles.packed(wheels, "0.2.0", tmp_path / "bundle.loa")
    with bundles.opened(single, versions, tmp_path / "scratch") as found:
        assert (found.version, found.signed, len(found.wheels)) == ("0.2.0", False, 2)
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("cut", [0, 1, 100, 2000])
def test_a_file_that_was_copied_in_part_is_refused(cut: int, wheels: Path, versions: Versions, tmp_path: Path) -> None:
    single = bundles.packed(wheels, "0.2.0", tmp_path / "bundle.loa")
    single.write_bytes(single.read_bytes()[: -cut - 1])
    with pytest.raises(RuleError, match="gói nâng cấp"), bundles.opened(single, versions, tmp_path / "scratch"):
        pass
    assert not (tmp_path / "scratch").exists()


def test_a_file_that_would_unpack_elsewhere_is_refused(versions: Versions, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.loa", "w") as archive:
        archive.writestr("../outside", b"x")
    with pytest.raises(RuleError, match="dạng"), bundles.opened(tmp_path / "bad.loa", versions, tmp_path / "scratch"):
        pass
    assert not (tmp_path / "outside").exists()


def test_where_the_machine_trusts_a_key_only_its_signature_of_these_very_bytes_opens_a_bundle(
    wheels: Path, versions: Versions, tmp_path: Path
) -> None:
    versions.key.write_text(KEY.public_key().public_bytes_raw().hex(), encoding="ascii")
    signed = bundles.packed(wheels, "0.2.0", tmp_path / "signed", KEY)
    assert bundles.checked(signed, versions).signed
    bare = bundles.packed(wheels, "0.2.0", tmp_path / "bare")
    strange = bundles.packed(wheels, "0.2.0", tmp_path / "strange", Ed25519PrivateKey.generate())
    changed = bundles.packed(wheels, "0.2.0", tmp_path / "changed", KEY)
    (changed / LIST).write_bytes((changed / LIST).read_bytes() + b" ")
    for bundle in (bare, strange, changed):
        with pytest.raises(RuleError, match="chữ ký"):
            bundles.checked(bundle, versions)
    (strange / SIGNATURE).write_text("không phải", encoding="utf-8")
    with pytest.raises(RuleError, match="chữ ký"):
        bundles.checked(strange, versions)


def test_the_pointer_names_the_old_version_or_the_new_one_and_two_versions_are_kept(versions: Versions) -> None:
    assert versions.current() == ""
    for version in ("0.1.0", "0.2.0", "0.10.0"):
        versions.place(version).mkdir()
        versions.made_whole(version)
    versions.place("0.3.0").mkdir()  # cut off while it was laid
    (versions.root / ".kept-0.0.9").mkdir()  # what a package puts aside for a moment
    (versions.root / ".kept-0.0.9" / ".complete").touch()
    versions.point("0.1.0")
    versions.pointer.with_name(".current.part").touch()  # of a move that was cut off
    versions.point("0.10.0")
    assert versions.current() == "0.10.0"
    assert versions.pointer.resolve() == versions.place("0.10.0")
    assert versions.kept() == ["0.1.0", "0.2.0", "0.10.0"]
    assert versions.keep_only("0.2.0", "0.10.0") == [".kept-0.0.9", "0.1.0", "0.3.0"]
    assert versions.kept() == ["0.2.0", "0.10.0"]
