"""Lay what the Windows installer needs into one ZIP: install.ps1, our wheel, and every other package by its hash."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from build_deb import HERE, ROOT, epoch, requirements, version, wheel


def main() -> None:
    """Build it, and say where it lies."""
    out = ROOT / "dist"
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        requirements(work / "wanted.txt")
        wheel(work, epoch())
        # With a mark at its beginning, or Windows PowerShell 5 reads Vietnamese letters as another alphabet.
        text = (HERE / "windows" / "install.ps1").read_text(encoding="utf-8")
        (work / "install.ps1").write_text(text, encoding="utf-8-sig", newline="\r\n")
        print(shutil.make_archive(str(out / f"loa-xa-{version()}-windows"), "zip", work))


if __name__ == "__main__":
    main()
