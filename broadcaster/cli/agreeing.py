"""What waits for a leader, at the machine of the station: a station of one person agrees here, and the trail names it."""

from __future__ import annotations

import click

from broadcaster.cli.common import actor_of, opened, show_table
from broadcaster.cli.place import home_option
from broadcaster.services.people import second_person
from broadcaster.services.setup import agreeing


@click.group("agree")
def agree_command() -> None:
    """Việc cần lãnh đạo đồng ý: liệt kê, đồng ý, bỏ; ở máy của đài thì không cần người thứ hai."""


@agree_command.command("list")
@home_option
@click.pass_context
def list_(ctx: click.Context, own_home: str | None) -> None:
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
