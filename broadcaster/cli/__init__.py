"""The console command `loa`: everything the station can do, for whoever sits at the machine.

Exit codes: 0 done, 1 "no" (refused, not found in order, a check failed), 2 bad input.
"""

from __future__ import annotations

import importlib
import sys

import click

from broadcaster import __version__, disks, private
from broadcaster.cli import refusals
from broadcaster.errors import ForbiddenError, RuleError, StationError

_COMMANDS = {
    "init": "station",
    "up": "station",
    "web": "processes",
    "playout": "processes",
    "desk": "processes",
    "supervise": "processes",
    "worker": "processes",
    "doctor": "station",
    "service": "upkeep.service",
    "support": "upkeep.support",
    "backup": "backups.command",
    "restore": "backups.command",
    "carry": "backups.elsewhere",
    "restored": "backups.command",
    "remake": "backups.command",
    "upgrade": "upkeep.upgrade",
    "demo": "demo",
    "script": "scripts",
    "approve": "scripts",
    "return": "scripts",
    "speak-text": "text",
    "read": "reading",
    "produce": "produce",
    "schedule": "schedule",
    "air": "schedule",
    "stop": "schedule",
    "trust-clock": "schedule",
    "emergency": "emergency.command",
    "alerts": "upkeep.alerts",
    "zone": "zones",
    "log": "log",
    "plan": "plan",
    "report": "report",
    "user": "users",
    "agree": "users",
    "token": "tokens",
    "key": "users",
    "export": "export",
    "voice": "voices",
    "lexicon": "lexicon",
}


class _Lazy(click.Group):
    """Loads a command's module only when it is called: `loa speak-text` must not import a database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"broadcaster.cli.{_COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_") + "_command")
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home", metavar="THƯ_MỤC", help="Thư mục của đài (mặc định: LOA_HOME, hoặc đài cài trên máy, hoặc của bạn)."
)
@click.option("--as", "username", metavar="TÀI_KHOẢN", help="Làm việc với tư cách tài khoản này.")
@click.version_option(__version__, prog_name="loa")
@click.pass_context
def cli(ctx: click.Context, home: str | None, username: str | None) -> None:
    """Loa Xã: loa truyền thanh của xã, từ văn bản đến loa, nhật ký và báo cáo."""
    ctx.obj = {"home": home, "as": username}


def main() -> None:
    """Run the command; turn the station's errors into one sentence and an exit code."""
    private.begin()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = cli(standalone_mode=False)  # what ctx.exit() was given comes back as the value
        sys.exit(code if isinstance(code, int) else 0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        refusals.show(error)
        sys.exit(2)
    except ForbiddenError as error:
        click.echo(f"Không được: {error}", err=True)
        sys.exit(1)
    except RuleError as error:
        click.echo(f"Lỗi: {error}", err=True)
        sys.exit(2)
    except StationError as error:
        click.echo(f"Lỗi: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Lỗi: {disks.refused(error)}", err=True)
        sys.exit(1)
