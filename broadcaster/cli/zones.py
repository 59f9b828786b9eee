"""Zones at the command line: what they are, and the sound of their horns put right."""

from __future__ import annotations

from dataclasses import replace

import click

from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.models import ZoneRow
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.one import one_of
from broadcaster.domain.setup.zones import Correction
from broadcaster.services.setup import zones


@click.group("zone")
def zone_command() -> None:
    """Cụm loa: liệt kê, chỉnh âm riêng của từng cụm."""


@zone_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Liệt kê cụm loa, âm lượng và phần chỉnh âm riêng (dB)."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            (z.code, z.name, z.sink, f"{z.volume} %", *(f"{v:+g}" if v else "0" for v in _values(z.correction)))
            for z in zones_queries.zones_by_code(session).values()
        ]
    show_table(
        "Cụm loa", ["Mã", "Tên", "Đường ra", "Âm lượng", "Trầm", "Bổng", "Độ to"], rows, empty="Chưa có cụm loa."
    )


@zone_command.command("tone")
@click.argument("code", metavar="MÃ")
@click.option("--bass", type=float, help="Tiếng trầm, dưới khoảng 300 Hz (dB, −12 đến 6).")
@click.option("--treble", type=float, help="Tiếng bổng, trên khoảng 3 kHz (dB, −12 đến 6).")
@click.option("--gain", type=float, help="Độ to so với cụm khác (dB, −12 đến 0).")
@home_option
@click.pass_context
def tone(
    ctx: click.Context, code: str, bass: float | None, treble: float | None, gain: float | None, own_home: str | None
) -> None:
    """Chỉnh âm riêng của một cụm loa; số nào không ghi thì giữ nguyên, 0 là không chỉnh."""
    with opened(ctx, own_home) as station:
        with station.db.read() as session:
            zone = zones_queries.zone_of(one_of(session, ZoneRow, code))
        given = {"bass": bass, "treble": treble, "gain": gain}
        wanted = replace(zone.correction, **{name: value for name, value in given.items() if value is not None})
        zones.correct_zone(station, actor_of(ctx, station), code, wanted)
        words = ", ".join(
            f"{name} {value:+g} dB" for name, value in zip(("trầm", "bổng", "độ to"), _values(wanted), strict=True)
        )
        click.echo(f"Cụm loa “{zone.name}”: {words}. Các buổi phát sau sẽ dùng mức này.")


def _values(correction: Correction) -> tuple[float, float, float]:
    return correction.bass, correction.treble, correction.gain
