"""Accounts and the keys that they hang by, at the command line: for the day when nobody can sign in."""

from __future__ import annotations

import click

from broadcaster.cli.backups.elsewhere import paper
from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.db.queries.people import all_users
from broadcaster.domain.people.roles import Role, parse_roles
from broadcaster.services.people import second_person
from broadcaster.services.people.accounts import create_user, reset_password, take_second_step_off
from broadcaster.services.people.second_step import seal_anew
from broadcaster.services.setup import agreeing


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
    """Khóa của đài: thay khóa mới, in khóa sao lưu."""


key_command.add_command(paper)


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


@click.group("agree")
def agree_command() -> None:
    """Việc cần lãnh đạo đồng ý: liệt kê, đồng ý, bỏ; ở máy của đài thì không cần người thứ hai."""


@agree_command.command("list")
@home_option
@click.pass_context
def waiting(ctx: click.Context, own_home: str | None) -> None:
    """Liệt kê những việc đang chờ."""
    with opened(ctx, own_home) as station, station.db.read() as session:
        rows = [
            (str(p.id), p.words, p.by, f"{station.local(p.at):%d/%m/%Y %H:%M}")
            for p in second_person.waiting(session, station.now())
        ]
    show_table("Chờ lãnh đạo đồng ý", ["Số", "Việc", "Người đề nghị", "Lúc"], rows, empty="Không có việc nào chờ.")


@agree_command.command("to")
@click.argument("number", type=int)
@home_option
@click.pass_context
def to(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Đồng ý với một việc, làm ngay; ghi vào nhật ký hệ thống."""
    _decide(ctx, own_home, number, accept=True)


@agree_command.command("not")
@click.argument("number", type=int)
@home_option
@click.pass_context
def not_(ctx: click.Context, number: int, own_home: str | None) -> None:
    """Bỏ một việc đang chờ."""
    _decide(ctx, own_home, number, accept=False)


def _decide(ctx: click.Context, own_home: str | None, number: int, *, accept: bool) -> None:
    with opened(ctx, own_home) as station:
        subject, password = agreeing.decide(station, actor_of(ctx, station), number, accept=accept)
        click.echo("Đã đồng ý." if accept else "Đã bỏ.")
        if password:
            click.echo(f"{subject}: {password}")
