"""Zones at the command line: what they are, the sound of their horns put right, turned off for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import click

from broadcaster.cli.common import MOMENT, actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.models import ZoneRow
from broadcaster.db.queries import air
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.one import one_of
from broadcaster.domain.setup.zones import ALL, Correction
from broadcaster.services.air import mutes
from broadcaster.services.setup import zones


@click.group("zone")
def zone_command() -> None:
    """Cụm loa: liệt kê, tắt tiếng, chỉnh âm riêng của từng cụm."""


@zone_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Liệt kê cụm loa, âm lượng, đang tắt tiếng đến lúc nào, và phần chỉnh âm riêng (dB)."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        now = air.present(session, station.now(), station.settings.several)
        rows = []
        for z in zones_queries.zones_by_code(session).values():
            until = now.muted_until(z.code)
            sound = f"tắt đến {station.local(until):%H:%M}" if until else f"{z.volume} %"
            corrected = (f"{v:+g}" if v else "0" for v in _values(z.correction))
            rows.append((z.code, z.name, z.sink, sound, *corrected))
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


@zone_command.command("mute")
@click.argument("code", metavar="MÃ")
@click.option("--until", type=MOMENT, help="Tự bật tiếng lại lúc nào (18:30); bỏ trống thì khi hết buổi đang phát.")
@click.option("--why", default="", help="Lý do, ghi vào nhật ký.")
@click.option("--yes", is_flag=True, help="Không hỏi lại khi các cụm chung âm ly cũng im.")
@home_option
@click.pass_context
def mute(
    ctx: click.Context,
    code: str,
    until: Callable[[dt.datetime], dt.datetime] | None,
    why: str,
    own_home: str | None,
    *,
    yes: bool,
) -> None:
    """Tắt tiếng một cụm loa (all: mọi cụm) tới một giờ; bản tin khẩn cấp vẫn ra loa."""
    wanted = "" if code == ALL else code
    with opened(ctx, own_home) as station:
        actor, found = actor_of(ctx, station), mutes.silence(station, wanted)
        end = until(station.local(station.now())) if until else found.until
        try:
            turned = mutes.mute(station, actor, wanted, until=end, why=why, seen=found.zones if yes else ())
        except mutes.SharedError as shared:
            click.confirm(f"{shared.message} Tắt cả {len(found.zones)} cụm?", abort=True)
            turned = mutes.mute(station, actor, wanted, until=end, why=why, seen=found.zones)
        click.echo(turned.in_words(station, {}))


@zone_command.command("unmute")
@click.argument("code", metavar="MÃ")
@home_option
@click.pass_context
def unmute(ctx: click.Context, code: str, own_home: str | None) -> None:
    """Bật tiếng lại một cụm loa và các cụm chung âm ly (all: mọi cụm)."""
    with opened(ctx, own_home) as station:
        turned = mutes.unmute(station, actor_of(ctx, station), "" if code == ALL else code)
        click.echo(turned.in_words(station, {}))


def _values(correction: Correction) -> tuple[float, float, float]:
    return correction.bass, correction.treble, correction.gain
