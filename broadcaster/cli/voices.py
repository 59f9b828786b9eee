"""Voices at the command line."""

from __future__ import annotations

import click

from broadcaster.cli.common import format_option, show_json, show_table
from broadcaster.speech.registry import engines


@click.group("voice")
def voice_command() -> None:
    """Giọng đọc."""


@voice_command.command("list")
@format_option
def list_(shape: str) -> None:
    """Liệt kê các giọng và tình trạng."""
    rows = []
    for engine in engines():
        fault = engine.check()
        rows += [
            {
                "name": v.name,
                "label": v.label,
                "region": v.region,
                "gender": v.gender,
                "offline": v.offline,
                "licence": v.licence,
                "ready": fault is None,
                "fault": fault or "",
            }
            for v in engine.voices()
        ]
    if shape == "json":
        show_json(rows)
        return
    cells = [(r["name"], r["label"], r["region"], "không cần mạng" if r["offline"] else "cần mạng", r["fault"] or "dùng được") for r in rows]  # fmt: skip
    show_table("Giọng đọc", ["Mã", "Giọng", "Vùng", "Mạng", "Tình trạng"], cells, empty="Không có giọng nào.")
