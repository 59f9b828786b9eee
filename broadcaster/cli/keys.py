"""Keys of the station made anew: on a day when somebody may have seen them, or once a year."""

from __future__ import annotations

import click

from broadcaster.cli.common import actor_of, opened
from broadcaster.cli.place import home_option
from broadcaster.services.people.second_step import seal_anew


@click.group("key")
def key_command() -> None:
    """Khóa của đài: thay khóa mới."""


@key_command.command("renew")
@home_option
@click.pass_context
def renew(ctx: click.Context, own_home: str | None) -> None:
    """Thay khóa niêm phong bước thứ hai và khóa ký phiên đăng nhập."""
    with opened(ctx, own_home) as station:
        sealed = seal_anew(station, actor_of(ctx, station))
        station.home.panel_key.unlink(missing_ok=True)
    click.echo(f"Đã thay khóa niêm phong; bước thứ hai của {sealed} tài khoản vẫn dùng như cũ.")
    click.echo(
        "Khóa ký phiên đăng nhập được thay khi đài khởi động lại (trang Cài đặt, hoặc loa up --replace): "
        "mọi người phải đăng nhập lại."
    )
