"""The text of `loa.service`, by which systemd starts a station with the machine, watches it and starts it again.

Beside it those by which systemd carries out an upgrade that is wished for, and brings the station back however it ends.

The one place where it is written: `loa service install` puts it on this machine, a package ships it, `loa service
show` prints it. What stands in it is systemd 252 or younger's; see `systemd.exec` and `systemd.service`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broadcaster.homes import Layout

NAME: Final = "loa.service"
UPGRADE, WISH = "loa-upgrade.service", "loa-upgrade.path"
"""What carries out an upgrade, and what sees that one is wished for."""
OWN: Final = Path("/etc/systemd/system")
"""Where `loa service install` writes."""
FOLDERS: Final = (OWN, Path("/usr/lib/systemd/system"), Path("/lib/systemd/system"))
"""There, and where a package lays units."""
PLACES: Final = tuple(folder / NAME for folder in FOLDERS)
"""Where the service may be written."""
WISHES: Final = ("wish.json", "upgrade/wish.json")
"""The file of an administrator's wish beside the versions, and of the panel's in the home."""
ACCOUNT: Final = "loa"
"""The account and the group that own an installed station."""
GROUPS: Final = ("audio", "dialout")
"""Whoever is in them may open sound cards and modems."""
WATCHDOG_S: Final = 30
RT_LIMIT: Final = 95
_HIDDEN: Final = ("/home", "/root", "/run/user")
"""What `ProtectHome` hides."""


@dataclass(frozen=True, slots=True)
class BootUnit:
    """What of the unit differs from machine to machine."""

    program: Sequence[str]
    """The command `loa`, by its whole path."""
    home: Path
    account: str = ACCOUNT
    group: str = ACCOUNT
    groups: Sequence[str] = GROUPS
    """Those of `GROUPS` that the machine has: one that it has not would keep the station from starting."""
    programs: Path | None = None
    """Where versions lie side by side, if they do: only such a station can be upgraded."""

    @classmethod
    def packaged(cls, layout: Layout) -> BootUnit:
        """As a package ships it."""
        return cls([str(layout.programs / "current" / "bin" / "loa")], layout.home, programs=layout.programs)

    @property
    def command(self) -> list[str]:
        """What is started."""
        return [*self.program, "--home", str(self.home), "up"]

    def texts(self) -> dict[str, str]:
        """Every file of this station's, by its name."""
        if self.programs is None:
            return {NAME: self.text()}
        command = " ".join(map(_word, [*self.program, "--home", str(self.home), "upgrade", "of", "wished"]))
        wishes = [str(place / name) for place, name in zip((self.programs, self.home), WISHES, strict=True)]
        return {
            NAME: self.text(),
            UPGRADE: _UPGRADE.format(
                command=command,
                program=" ".join(map(_word, self.program)),
                home=_path(self.home),
                station=NAME,
                rt=RT_LIMIT,
            ),
            WISH: _WISH.format(
                wishes="\n".join(f"PathExists={path.replace('%', '%%')}" for path in wishes), upgrade=UPGRADE
            ),
        }

    def text(self) -> str:
        """The file of the service."""
        hides = not any(Path(p).is_relative_to(h) for p in (self.program[0], self.home) for h in _HIDDEN)
        return _TEXT.format(
            command=" ".join(map(_word, self.command)),
            home=_path(self.home),
            account=self.account,
            group=self.group,
            groups=" ".join(self.groups),
            watchdog=WATCHDOG_S,
            rt=RT_LIMIT,
            protect_home="yes" if hides else "read-only",
        )


def _word(text: str) -> str:
    """One word of a command line as systemd reads it: in it `$` begins a variable."""
    return _path(text.replace("$", "$$"))


def _path(path: str | Path) -> str:
    """One of several words of a line: `%` begins a specifier, and quotes keep spaces together."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if set(escaped) & set(" '\"\\;") else escaped


_TEXT: Final = """\
[Unit]
Description=Loa Xã
# Order only: nothing waits for a network or for its time. A station without them airs what it has.
After=network.target sound.target time-set.target postgresql.service
RequiresMountsFor={home}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
# Fed by the supervisor while play-out gives signs of life, and only then.
WatchdogSec={watchdog}
Restart=always
RestartSec=5
# Each sign of life before the station is ready makes this longer: an upgrade of a large database is no fault.
TimeoutStartSec=120
TimeoutStopSec=90
# The supervisor ends the others in order: the sound goes last.
KillMode=mixed

User={account}
Group={group}
SupplementaryGroups={groups}
UMask=0077

# Sound goes before all else, and is given up last where memory ends.
LimitRTPRIO={rt}
LimitNICE=-15
LimitNOFILE=65536
LimitCORE=0
MemoryHigh=75%
MemoryMax=85%
OOMPolicy=continue
OOMScoreAdjust=-200

# It writes in its home, and to sticks where they are plugged in.
ProtectSystem=strict
ReadWritePaths={home} -/media -/mnt -/run/media
ProtectHome={protect_home}
PrivateTmp=yes
# Sound cards, modems and sticks, and no other device.
DevicePolicy=closed
DeviceAllow=char-alsa rw
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-usb_device rw
NoNewPrivileges=yes
# A panel on port 80 or 443.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""
_UPGRADE: Final = """\
[Unit]
Description=Loa Xã: nâng cấp
RequiresMountsFor={home}
# With the machine: not while the station is still under way to its first sound.
After={station}
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={command}
# However this ends, killed too: the version that the pointer names lives again, and settles what was left.
ExecStopPost=/bin/systemctl --no-block start {station}
ExecStopPost=-{program} --home {home} upgrade settle
KillMode=mixed
TimeoutStopSec=180
# The version that is tried airs from here.
LimitRTPRIO={rt}
LimitNICE=-15
LimitNOFILE=65536
OOMScoreAdjust=-200
UMask=0077
"""
_WISH: Final = """\
[Unit]
Description=Loa Xã: có bản mới chờ thay

[Path]
{wishes}
Unit={upgrade}

[Install]
WantedBy=multi-user.target
"""
