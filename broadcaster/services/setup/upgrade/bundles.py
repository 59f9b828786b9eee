"""What brings a new version without the Internet: wheels, and a list with the hash of each, which may be signed.

A folder, or the same in one file (a ZIP with the ending `.loa`). `list.json` names the version, the machines it is
for and every wheel by SHA-256; `list.sig` is the Ed25519 signature of those bytes. All is looked at before
anything is changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from broadcaster.domain.setup.upgrades import numbered
from broadcaster.errors import RuleError
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment

LIST, SIGNATURE, ENDING = "list.json", "list.sig", ".loa"
_FORMAT: Final = 1
_MOST: Final = 4_000_000_000
"""Bytes that a bundle may unpack to."""
_OURS: Final = "loa_xa-"
_LAYING_S: Final = 1800


@dataclass(frozen=True, slots=True)
class UpgradeBundle:
    """A bundle that was looked at."""

    folder: Path
    version: str
    wheels: Mapping[str, str]
    """Their SHA-256, by name."""
    signed: bool


@contextmanager
def opened(path: Path, versions: Versions, scratch: Path) -> Iterator[UpgradeBundle]:
    """Look at a bundle; one in a single file is unpacked into the folder `scratch`, which is taken away at the end.

    Raises:
        RuleError: it is none, it is damaged, or it is not for this machine.
    """
    if path.is_dir():
        yield checked(path, versions)
        return
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        _unpack(path, scratch)
        yield checked(scratch, versions)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _unpack(path: Path, scratch: Path) -> None:
    scratch.mkdir(mode=0o700, parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > _MOST or any(PurePosixPath(m.filename).parts[1:] for m in members):
                raise _none("nội dung không đúng dạng")
            archive.extractall(scratch)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _none("tệp hỏng hoặc chép dở") from error


def checked(folder: Path, versions: Versions) -> UpgradeBundle:
    """Look at the bundle in a folder: signature, machine, each wheel by its hash.

    Raises:
        RuleError: names what is wrong with it.
    """
    try:
        raw = (folder / LIST).read_bytes()
    except OSError as error:
        raise _none(f"không có danh sách {LIST}") from error
    signed = _signature(raw, folder / SIGNATURE, versions.key)
    try:
        said = json.loads(raw)
        version, wheels = str(said["version"]), {str(n): str(h).lower() for n, h in said["wheels"].items()}
        form, platform, python = int(said["format"]), str(said["platform"]), str(said["python"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _none("danh sách hỏng") from error
    if form != _FORMAT:
        raise RuleError("Gói nâng cấp có dạng mới hơn chương trình này hiểu được.", field=LIST)
    numbered(version)
    here = (sysconfig.get_platform(), ".".join(map(str, sys.version_info[:2])))
    if (platform, python) != here:
        raise RuleError(
            f"Gói nâng cấp dành cho máy {platform} với Python {python}; máy này là {here[0]} với Python "
            f"{here[1]}. Hãy lấy đúng gói cho máy này.",
            field=LIST,
        )
    if not any(name.startswith(f"{_OURS}{version}-") for name in wheels):
        raise _none(f"không có phần chính của phiên bản {version}")
    for name, sha256 in wheels.items():
        _wheel(folder, name, sha256)
    return UpgradeBundle(folder, version, wheels, signed)


def _wheel(folder: Path, name: str, sha256: str) -> None:
    if PurePosixPath(name).name != name or "\\" in name or not name.endswith(".whl"):
        raise _none("danh sách nêu một tên tệp lạ")
    try:
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RuleError(f"Gói nâng cấp thiếu tệp {name}. Hãy chép lại gói.", field=name) from error
    if found != sha256:
        raise RuleError(
            f"Tệp {name} trong gói nâng cấp hỏng hoặc đã bị thay. Hãy chép lại gói từ nơi phát hành.", field=name
        )


def _signature(raw: bytes, file: Path, key: Path) -> bool:
    """Whether the list is signed by the key that this machine trusts; where it has none, nothing is asked."""
    if not key.is_file():
        return False
    try:
        trusted = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.read_text(encoding="ascii").strip()))
    except ValueError as error:
        raise RuleError("Khóa kiểm chữ ký trên máy này hỏng.", field=str(key)) from error
    try:
        trusted.verify(bytes.fromhex(file.read_text(encoding="ascii").strip()), raw)
    except (OSError, ValueError, InvalidSignature) as error:
        raise RuleError("Gói nâng cấp không có chữ ký của nơi phát hành mà máy này tin.", field=SIGNATURE) from error
    return True


def _none(why: str) -> RuleError:
    return RuleError(f"Đây không phải một gói nâng cấp dùng được: {why}.", field="--from")


def packed(wheels: Path, version: str, target: Path, key: Ed25519PrivateKey | None = None) -> Path:
    """Make a bundle for machines like this one of the wheels in a folder: a file when `target` ends so, else a folder.

    Raises:
        RuleError: the folder lacks our own wheel of that version.
    """
    numbered(version)
    found = sorted(wheels.glob("*.whl"))
    if not any(path.name.startswith(f"{_OURS}{version}-") for path in found):
        raise RuleError(f"Trong {wheels} không có tệp {_OURS}{version}-….whl.", field=str(wheels))
    python = ".".join(map(str, sys.version_info[:2]))
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    whole = {"format": _FORMAT, "version": version, "platform": sysconfig.get_platform(), "python": python}
    raw = json.dumps(whole | {"wheels": hashes}, indent=1).encode()
    texts = {LIST: raw} | ({} if key is None else {SIGNATURE: key.sign(raw).hex().encode()})
    if target.suffix == ENDING:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in texts.items():
                archive.writestr(name, content)
            for path in found:
                archive.write(path, path.name)
        return target
    target.mkdir(parents=True, exist_ok=True)
    for name, content in texts.items():
        (target / name).write_bytes(content)
    for path in found:
        shutil.copyfile(path, target / path.name)
    return target


def lay(bundle: UpgradeBundle, versions: Versions) -> None:
    """Lay the environment of a bundle beside the others; one that is there whole stays as it is.

    Raises:
        RuleError: the environment cannot be made of these wheels; what was laid is taken away.
    """
    if versions.is_whole(bundle.version):
        return
    place, python = versions.place(bundle.version), versions.python(bundle.version)
    shutil.rmtree(place, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    wanted = [f"{(bundle.folder / name).resolve()} --hash=sha256:{sha256}\n" for name, sha256 in bundle.wheels.items()]
    try:
        _run([base, "-m", "venv", str(place)])
        (place / "wheels.txt").write_text("".join(wanted), encoding="utf-8")
        # Hashes once more: a stick can be changed between the look and the laying.
        how = ["--quiet", "--no-input", "--no-index", "--no-deps", "--require-hashes", "-r", str(place / "wheels.txt")]
        _run([str(python), "-m", "pip", "install", *how])
        _require_version(bundle.version, _run([str(python), "-m", "broadcaster", "--version"]))
        if hasattr(os, "sync"):
            os.sync()  # pip leaves writing down to the system
        versions.made_whole(bundle.version)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _require_version(version: str, said: str) -> None:
    if version not in said.split():
        raise RuleError(f"Gói ghi phiên bản {version} nhưng bên trong là {said.strip()}.", field="--from")


def _run(command: list[str]) -> str:
    """Run a program that lays an environment; what it says."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LAYING_S, check=False, cwd="/", env=clean_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuleError(f"Không đặt được phiên bản mới: {error}.", field="--from") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or str(done.returncode)).splitlines()[-1]
        raise RuleError(f"Không đặt được phiên bản mới: {last}", field="--from")
    return done.stdout
