"""Which station a command is for."""

from __future__ import annotations

from pathlib import Path

import click

from broadcaster import homes

home_option = click.option("--home", "own_home", metavar="THƯ_MỤC", help="Thư mục của đài.")


def where(ctx: click.Context, own_home: str | None = None) -> Path:
    """The home named on the command line, before or after the command's name, or where it is when none is named.

    Whoever runs a command as root on a station of another account goes on as that account, which must be able to read
    and mend whatever the command leaves there.
    """
    named = own_home or ctx.find_root().obj["home"]
    root = homes.wanted(named)
    if word := homes.passed_by(named):
        click.echo(f"Lưu ý: {word}", err=True)
    homes.become_owner(root)
    return root
