"""Certificates for the tests, made by openssl: an authority, what it signs, and some that nobody should trust."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def missing() -> bool:
    return shutil.which("openssl") is None


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


@dataclass(frozen=True)
class Authority:
    """Signs; `file` is what those who trust it need."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def sign(self, names: str, days: int = 300) -> Path:
        """Return a file with a certificate for `names` (like DNS:localhost,IP:127.0.0.1) and its key."""
        stem = self.folder / f"{abs(hash((names, days)))}"
        key, request, made, names_file = (stem.with_suffix(s) for s in (".key", ".csr", ".crt", ".ext"))
        names_file.write_text(f"subjectAltName={names}\n")
        _openssl("req", *_KEY, "-keyout", key, "-out", request, "-subj", "/CN=may-chu-luong")
        _openssl(
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            self.file,
            "-CAkey",
            self.folder / "ca.key",
            "-CAcreateserial",
            "-days",
            days,
            "-extfile",
            names_file,
            "-out",
            made,
        )
        both = stem.with_suffix(".pem")
        both.write_bytes(made.read_bytes() + key.read_bytes())
        return both


def authority(folder: Path) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    made = Authority(folder)
    _openssl(
        "req",
        "-x509",
        *_KEY,
        "-keyout",
        folder / "ca.key",
        "-out",
        made.file,
        "-days",
        300,
        "-subj",
        "/CN=noi-cap-mau",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    )
    return made


def self_signed(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Path:
    """Return a file with a certificate that vouches for itself, as `openssl req -x509` makes it, and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    key, made = folder / "self.key", folder / "self.crt"
    _openssl(
        "req",
        "-x509",
        *_KEY,
        "-keyout",
        key,
        "-out",
        made,
        "-days",
        300,
        "-subj",
        "/CN=localhost",
        "-addext",
        f"subjectAltName={names}",
    )
    both = folder / "self.pem"
    both.write_bytes(made.read_bytes() + key.read_bytes())
    return both
