"""Accounts and the keys that they hang by, at the command line: for the day when nobody can sign in."""

from __future__ import annotations

import click

from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.queries.people import all_users
from broadcaster.domain.people.roles import Role, parse_roles
from broadcaster.services.people.accounts import create_user, reset_password, take_second_step_off
from broadcaster.services.people.second_step import seal_anew


@click.group("user")
def user_command() -> None:
    """Tài khoản: thêm, liệt kê, cấp lại mật khẩu."""


@user_command.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Họ tên hoặc chức danh.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role]))
@home_option
@click.pass_context
def add(ctx: click.Context, username: str, name: str, roles: tuple[str, ...], own_home: str | None) -> None:
    """Thêm một tài khoản; in mật khẩu tạm một lần."""
    with opened(ctx, own_home) as station:
        password = create_user(station, actor_of(ctx, station), username, name, parse_roles(roles))
        click.echo(f"{username}: {password}")


@user_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
    """Liệt kê tài khoản."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            (u.username, u.full_name, ", ".join(u.roles), "khóa" if u.disabled_at else "") for u in all_users(session)
        ]
    show_table("Tài khoản", ["Tên", "Họ tên", "Vai trò", ""], rows, empty="Chưa có tài khoản.")


@user_command.command("reset")
@click.argument("username")
@home_option
@click.pass_context
def reset(ctx: click.Context, username: str, own_home: str | None) -> None:
    """Cấp mật khẩu tạm mới; in một lần."""
    with opened(ctx, own_home) as station:
        click.echo(f"{username}: {reset_password(station, actor_of(ctx, station), username)}")


@user_command.command("no-second-step")
@click.argument("username")
@home_option
@click.pass_context
def no_second_step(ctx: click.Context, username: str, own_home: str | None) -> None:
    """Tắt bước thứ hai của một người mất điện thoại và hết mã dự phòng."""
    with opened(ctx, own_home) as station:
        take_second_step_off(station, actor_of(ctx, station), username)
    click.echo(f"{username}: từ nay chỉ cần mật khẩu, đến khi bật lại bước thứ hai.")


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
