"""What people outside the panel were told of, a message to try it, and the watch that stands in for the worker's."""

from __future__ import annotations

import click

from broadcaster import home as home_module
from broadcaster import logs
from broadcaster.cli.common import actor_of, format_option, opened, show_json, show_table
from broadcaster.cli.place import home_option, where
from broadcaster.errors import RuleError
from broadcaster.supervise import bond
from broadcaster.supervise.signals import stop_event


@click.group("alerts")
def alerts_command() -> None:
    """Báo tin: ai đã được báo chuyện gì, gửi thử."""


@alerts_command.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Số tin in ra.")
@format_option
@home_option
@click.pass_context
def list_command(ctx: click.Context, own_home: str | None, limit: int, shape: str) -> None:
    """In các tin đang mở trước, rồi các tin mới nhất, kèm ai đã được báo lúc nào."""
    from broadcaster.services.alerts.shown import shown  # noqa: PLC0415

    with opened(ctx, own_home) as station:
        lines, _ = shown(station, limit)
        if shape == "json":
            show_json([line.as_json() for line in lines])
            return
        show_table(
            "Báo tin",
            ["Từ", "Đến", "Mức", "Chuyện gì", "Ai đã được báo"],
            [
                [
                    f"{station.local(line.began_at):%d/%m %H:%M}",
                    f"{station.local(line.ended_at):%d/%m %H:%M}" if line.ended_at else "đang mở",
                    line.rank.label,
                    line.sentence,
                    "\n".join(line.told) or "chưa báo ai",
                ]
                for line in lines
            ],
            empty="Chưa có tin nào.",
        )


@alerts_command.command("test")
@click.argument("name", required=False)
@home_option
@click.pass_context
def test_command(ctx: click.Context, own_home: str | None, name: str | None) -> None:
    """Gửi một tin thử cho mọi người trong danh sách, qua đúng đường mà tin thật đi; có TÊN: chỉ qua cách báo tin ấy, ngay."""
    from broadcaster.services.alerts.shown import send_trial  # noqa: PLC0415
    from broadcaster.services.setup import alert_ways  # noqa: PLC0415

    with opened(ctx, own_home) as station:
        if name is None:
            people = send_trial(station, actor_of(ctx, station))
            click.echo(f"Đã xếp một tin thử cho {', '.join(people)}; xem đã gửi chưa: loa alerts list")
            return
        tried = alert_ways.try_out(station, actor_of(ctx, station), name)
        at = f"{station.local(tried.at):%H:%M:%S}"
    if not tried.taken:
        raise RuleError(f"Gửi thử lúc {at} không được (mất {tried.seconds:.1f} giây). {tried.words}", code="sending")
    click.echo(f"Đã gửi thử lúc {at}, mất {tried.seconds:.1f} giây: {tried.words or 'đã nhận'}.")


@alerts_command.command("watch", hidden=True)
@home_option
@click.pass_context
def watch_command(ctx: click.Context, own_home: str | None) -> None:
    """Trông đài và báo tin thay cho xử lý nền (do “loa up” gọi khi xử lý nền không còn)."""
    from broadcaster.services.alerts import watching  # noqa: PLC0415
    from broadcaster.services.station import open_station  # noqa: PLC0415

    stop = stop_event()
    home = home_module.find(where(ctx, own_home))
    logs.configure("alerts", home.logs)
    bond.follow_supervisor(stop)
    watching.run(open_station(home.root, patient=True), stop, standing_in=True)
