"""Renew `locks/`: every package that a station and a developer install, with the hashes of all its files.

Four files, each with what it adds to those before it, for Python 3.11 to 3.14 and every system at once:
`station.lock` (what the program needs, and what builds it), `neural.lock` (the offline voice), `dev.lock` (the tools)
and `voices.lock` (what some tests run for real). `make lock` runs this; `--keep` moves nothing that still fits.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = {
    "station": ["--group", "build"],
    "neural": ["--extra", "neural"],
    "dev": ["--group", "dev"],
    "voices": ["--group", "voices"],
}
HEAD = "# Written by `make lock` from pyproject.toml; installed by tests/install.sh. Do not edit.\n"


def compiled(arguments: list[str], below: str, before: str) -> str:
    """What uv resolves for one layer, under the pins of those below it; `before` is kept where it still fits."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, out = Path(folder) / "below.txt", Path(folder) / "out.txt"
        constraints.write_text("\n".join(entries(below)))
        out.write_text(before)
        subprocess.run(
            [
                "uv",
                "pip",
                "compile",
                "pyproject.toml",
                *arguments,
                "--constraint",
                str(constraints),
                "--universal",
                "--python-version",
                "3.11",
                "--fork-strategy",
                "fewest",
                "--generate-hashes",
                "--no-emit-index-url",
                "--no-header",
                "--no-annotate",
                "--quiet",
                "--output-file",
                str(out),
            ],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        return out.read_text()


def entries(text: str) -> dict[str, str]:
    """The pins of a lock by their first line: `name==version ; marker`, without hashes."""
    found = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {entry.split(" \\\n", 1)[0]: entry.rstrip() + "\n" for entry in found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="only what pyproject.toml forces, nothing newer")
    keep = parser.parse_args().keep
    below = ""
    for name, arguments in LAYERS.items():
        path = ROOT / "locks" / f"{name}.lock"
        before = path.read_text() if keep and path.exists() else ""
        added = {
            first: whole
            for first, whole in entries(compiled(arguments, below, below + before)).items()
            if first not in entries(below)
        }
        path.write_text(HEAD + "".join(added.values()))
        below += "".join(added.values())
        print(f"{path.relative_to(ROOT)}: {len(added)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
