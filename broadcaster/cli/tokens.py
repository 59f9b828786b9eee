"""Keys for other systems, at the command line."""

from __future__ import annotations

import click

from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.domain.people.scopes import Scope
from broadcaster.services.people import tokens


@click.group("token")
def token_command() -> None:
    """Mã kết nối cho hệ thống khác: thêm, liệt kê, thu hồi."""


@token_command.command("add")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice([s.value for s in Scope]), help="Quyền."
)
@click.option("--days", default=365, show_default=True, help="Thời hạn (ngày).")
@click.option("--from", "addresses", default="", help="Địa chỉ được tự phát khẩn cấp (emergency:confirm).")
@click.option("--per-hour", default=3, show_default=True, help="Số bản tin khẩn cấp được tự phát mỗi giờ.")
@home_option
@click.pass_context
def add(
    ctx: click.Context,
    name: str,
    scopes: tuple[str, ...],
    days: int,
    addresses: str,
    per_hour: int,
    own_home: str | None,
) -> None:
    """Tạo một mã kết nối; mã chỉ được in một lần."""
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        click.echo(tokens.create(station, actor, name, scopes, days=days, addresses=addresses, per_hour=per_hour))


@token_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Liệt kê mã kết nối."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            (
                t.name,
                ", ".join(t.scopes),
                f"{station.local(t.expires_at):%d/%m/%Y}",
                f"{station.local(t.last_used_at):%d/%m/%Y %H:%M}" if t.last_used_at else "chưa lần nào",
                "đã thu hồi" if t.revoked_at else "hết hạn" if t.expires_at <= station.now() else "đang dùng",
            )
            for t in tokens.every(session)
        ]
    show_table("Mã kết nối", ["Tên", "Quyền", "Hết hạn", "Dùng gần nhất", ""], rows, empty="Chưa có mã kết nối nào.")


@token_command.command("revoke")
@click.argument("name")
@home_option
@click.pass_context
def revoke(ctx: click.Context, name: str, own_home: str | None) -> None:
    """Thu hồi một mã kết nối ngay lập tức."""
    with opened(ctx, own_home) as station:
        tokens.revoke(station, actor_of(ctx, station), name)
        click.echo(f"Đã thu hồi mã kết nối “{name}”.")
