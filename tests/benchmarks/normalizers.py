"""Our normalizer and its peers side by side on our corpus.

    python tests/benchmarks/normalizers.py --cache DIR             every peer, on the development share
    python tests/benchmarks/normalizers.py --ours                  ours alone, with the failing rows
    python tests/benchmarks/normalizers.py --ours --held-out       ours on the share set apart (once, at the end)
    python tests/benchmarks/normalizers.py --cache DIR --held-out  every normalizer on that share

Each peer gets a virtual environment of its own under DIR, made at the first run. All are scored in the tolerant way
(linh/lẻ, nghìn/ngàn, mùng, tư/bốn and the spellings of units count as equal), so that a Northern reading loses
nothing; ours is also given strictly, in the South's words.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.corpus.scoring import Row, development, digits_lost, held_out  # noqa: E402

DRIVER = Path(__file__).with_name("normalizer_driver.py")
PLAN = ROOT / "tests" / "fixtures" / "ke-hoach-2026.txt"
OURS = "ours"

# Distribution and version of each peer, as measured in November 2026.
PEERS = {
    "sea-g2p": "sea-g2p==0.10.0",
    "vinorm": "vinorm==2.0.7",
    "g2p-hamster": "g2p-hamster==0.2.8",
    "vietnormalizer": "vietnormalizer==0.2.3",
    "nemo-text-processing": "nemo-text-processing==1.2.0",
    "zerotts": "zerotts==0.1.5",
}
LEFT_OUT = {
    "soe-vinorm 0.3.2": "fetches its model's weights at the first run",
    "vietnam-number 1.0.6": "reads a bare number, not a sentence",
}


@dataclass(slots=True)
class Run:
    """What one normalizer made of the rows; `answers` holds None where it crashed or ran out of time."""

    name: str
    answers: list[str | None] = field(default_factory=list)
    startup: float | None = None
    speed: float | None = None
    refusal: str = ""


def environment(name: str, cache: Path) -> Path | str:
    """The interpreter of a peer's environment, made if it is not there; or the reason why it can't be made."""
    home = cache / name
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=300)
    installed = home / ".installed"
    if not installed.exists():
        try:
            done = subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", PEERS[name]],
                capture_output=True,
                text=True,
                timeout=1800,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "not installed within 30 minutes"
        if done.returncode:
            return "does not install: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1][:160]
        installed.write_text(PEERS[name], encoding="utf-8")
    return python


def run(name: str, python: Path, rows: list[Row], seconds: float) -> Run:
    """One normalizer over every row, in a process of its own."""
    result = Run(name)
    with tempfile.TemporaryDirectory() as folder:
        lines, answers = Path(folder, "lines.json"), Path(folder, "answers.jsonl")
        lines.write_text(json.dumps([row.written for row in rows], ensure_ascii=False), encoding="utf-8")
        command = [str(python), str(DRIVER), name, str(lines), str(answers), str(PLAN), str(ROOT)]
        # No hub may be asked for weights: what needs them at run time is to say so.
        surroundings = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}
        try:
            subprocess.run(
                command,
                timeout=seconds,
                env=surroundings,
                cwd=folder,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            result.refusal = f"stopped after {seconds:.0f} s"
        records = answers.read_text(encoding="utf-8").splitlines() if answers.exists() else []
    for record in map(json.loads, records):
        if "refused" in record:
            result.refusal = f"does not start: {record['refused']}"
        elif "startup" in record:
            result.startup = record["startup"]
        elif "speed" in record:
            result.speed = record["speed"]
        else:
            result.answers.append(record.get("answer"))
    result.answers += [None] * (len(rows) - len(result.answers))
    return result


def table(rows: list[Row], runs: list[Run]) -> str:
    """Exact sentences by class and the other measures, one column for each normalizer."""
    kinds = Counter(row.kind for row in rows)
    right = {
        one.name: [
            answer is not None and row.accepts(answer, tolerant=True)
            for row, answer in zip(rows, one.answers, strict=True)
        ]
        for one in runs
    }
    lines = [["class", "rows", *(one.name for one in runs)]]

    def share(name: str, chosen: list[bool]) -> str:
        hits = sum(hit for hit, counted in zip(right[name], chosen, strict=True) if counted)
        return f"{100 * hits / max(1, sum(chosen)):.0f} %"

    for kind, count in sorted(kinds.items()):
        chosen = [row.kind == kind for row in rows]
        shares = [share(one.name, chosen) for one in runs]
        best = max(int(cell.split()[0]) for cell in shares)
        # A star stands by whoever leads the class; two stars in a row are a draw.
        marked = [f"{'*' if int(cell.split()[0]) == best else ' '}{cell}" for cell in shares]
        lines.append([kind, str(count), *marked])
    for label, chosen in (
        ("easy", [not row.hard for row in rows]),
        ("hard", [row.hard for row in rows]),
        ("ALL", [True] * len(rows)),
    ):
        lines.append([label, str(sum(chosen)), *(share(one.name, chosen) for one in runs)])
    figures = [bool(set(row.written) & set("0123456789")) for row in rows]
    lines.append(
        [
            "digits lost",
            str(sum(figures)),
            *(
                str(
                    sum(
                        answer is None or digits_lost(row, answer)
                        for row, answer, counted in zip(rows, one.answers, figures, strict=True)
                        if counted
                    )
                )
                for one in runs
            ),
        ]
    )
    lines.append(["crashes", "", *(str(one.answers.count(None)) for one in runs)])
    lines.append(["characters/s", "", *("-" if one.speed is None else f"{one.speed:,.0f}" for one in runs)])
    lines.append(["start-up, s", "", *("-" if one.startup is None else f"{one.startup:.2f}" for one in runs)])
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    )


def behind(rows: list[Row], runs: list[Run]) -> list[str]:
    """The classes in which a peer is right more often than we are."""
    first = runs[0]
    score: dict[str, Counter[str]] = {one.name: Counter() for one in runs}
    for one in runs:
        for row, answer in zip(rows, one.answers, strict=True):
            score[one.name][row.kind] += answer is not None and row.accepts(answer, tolerant=True)
    return [
        f"{kind}: {one.name} {score[one.name][kind]}, ours {score[first.name][kind]}"
        for kind in sorted(score[first.name])
        for one in runs[1:]
        if score[one.name][kind] > score[first.name][kind]
    ]


def failures(rows: list[Row], one: Run, *, tolerant: bool) -> str:
    """The rows that a normalizer got wrong, three lines each."""
    return "\n".join(
        f"{row.id}\n  written {row.written}\n  said    {answer}\n  wanted  {row.spoken}"
        for row, answer in zip(rows, one.answers, strict=True)
        if answer is None or not row.accepts(answer, tolerant=tolerant)
    )


def main() -> None:
    """Reads the options, runs what they ask for, prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--cache", type=Path, help="folder for the peers' environments; never inside the repository")
    parser.add_argument("--peers", default=",".join(PEERS), help="names, separated by commas")
    parser.add_argument("--ours", action="store_true", help="ours alone, with its failing rows")
    parser.add_argument("--held-out", action="store_true", help="the share set apart instead of the development share")
    parser.add_argument("--show", action="append", default=[], help="print the failing rows of this normalizer")
    parser.add_argument("--seconds", type=float, default=1200, help="time for one normalizer")
    chosen = parser.parse_args()
    rows = held_out() if chosen.held_out else development()
    names = [] if chosen.ours else [name for name in chosen.peers.split(",") if name]
    if names and chosen.cache is None:
        parser.error("--cache is needed for the peers; or give --ours")
    if names and chosen.cache.resolve().is_relative_to(ROOT):
        parser.error("--cache must lie outside the repository")
    runs = [run(OURS, Path(sys.executable), rows, chosen.seconds)]
    for name in names:
        python = environment(name, chosen.cache)
        runs.append(
            Run(name, [None] * len(rows), refusal=python)
            if isinstance(python, str)
            else run(name, python, rows, chosen.seconds)
        )
        print(f"{name}: {runs[-1].refusal or 'measured'}", file=sys.stderr)
    strict = sum(answer is not None and row.accepts(answer) for row, answer in zip(rows, runs[0].answers, strict=True))
    for one in runs:
        if one.name in {*chosen.show, OURS if chosen.ours else ""}:
            print(failures(rows, one, tolerant=one.name != OURS), end="\n\n")
    counted = [one for one in runs if one.startup is not None]
    print(table(rows, counted))
    print(f"\nours, strictly in the South's words: {strict} of {len(rows)} ({100 * strict / len(rows):.1f} %)")
    for one in runs:
        if one.refusal:
            print(f"{one.name}: {one.refusal}")
    if not chosen.ours:
        either = sum(
            any(
                one.answers[place] is not None and row.accepts(str(one.answers[place]), tolerant=True)
                for one in counted[1:]
            )
            for place, row in enumerate(rows)
        )
        print(f"right in at least one peer: {either} of {len(rows)} ({100 * either / len(rows):.1f} %)")
        for name, reason in LEFT_OUT.items():
            print(f"{name}: left out, {reason}")
        print("classes where a peer leads: " + ("; ".join(behind(rows, counted)) or "none"))


if __name__ == "__main__":
    main()
