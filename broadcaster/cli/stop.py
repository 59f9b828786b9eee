"""Orders to play-out at the command line, answered with what came of them: stop, and believe the clock."""

from __future__ import annotations

import contextlib

import click

from broadcaster.cli.common import actor_of, opened
from broadcaster.cli.place import home_option
from broadcaster.cli.schedule import moment_words
from broadcaster.db.queries.zones import zone_names
from broadcaster.db.session import DatabaseUnavailableError
from broadcaster.domain.air.desk import Verb
from broadcaster.services.air import orders


@click.command("stop")
@click.option("--zones", help="Chỉ dừng các cụm loa này, cách nhau bằng dấu phẩy.")
@click.option("--yes", is_flag=True, help="Không hỏi lại khi cụm loa khác cũng im theo.")
@home_option
@click.pass_context
def stop_command(ctx: click.Context, zones: str | None, own_home: str | None, *, yes: bool) -> None:
    """DỪNG PHÁT ngay, giữ lại những gì đang chờ; nói rõ loa nào đã im."""
    with opened(ctx, own_home) as station:
        wanted = zones.split(",") if zones else []
        names: dict[str, str] = {}
        also: tuple[str, ...] = ()
        with contextlib.suppress(DatabaseUnavailableError), station.db.read() as session:  # a stop does not wait for it
            names, also = zone_names(session), station.outputs(session).also(wanted)
        if also and not yes:
            listed = ", ".join(names.get(z, z) for z in also)
            click.confirm(f"Chung âm ly nên cũng im: {listed}. Dừng cả?", abort=True)
        answer = orders.tell(station, actor_of(ctx, station), Verb.STOP, zones=wanted or None)
        click.echo(orders.stop_in_words(answer, names, wanted))
    if answer is None:
        ctx.exit(1)


@click.command("trust-clock")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
@home_option
@click.pass_context
def trust_clock_command(ctx: click.Context, own_home: str | None, *, yes: bool) -> None:
    """Xác nhận đồng hồ máy đúng khi máy phát ngừng vì nghi ngờ đồng hồ."""
    with opened(ctx, own_home) as station:
        if not yes:
            click.confirm(f"Đồng hồ máy đang chỉ {moment_words(station, station.now())}. Đúng không?", abort=True)
        answer = orders.tell(station, actor_of(ctx, station), Verb.TRUST_CLOCK)
        click.echo(orders.in_words(answer))
