"""Which station a command is for."""

from __future__ import annotations

import click

home_option = click.option("--home", "own_home", metavar="THƯ_MỤC", help="Thư mục của đài.")


def where(ctx: click.Context, own_home: str | None = None) -> str | None:
    """The home named on the command line, before or after the command's name."""
    return own_home or ctx.find_root().obj["home"]
