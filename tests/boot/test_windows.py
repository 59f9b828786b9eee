"""What Windows would be told of the service; whether it obeys, only Windows can tell."""

from __future__ import annotations

from pathlib import PureWindowsPath

from broadcaster.boot.windows import WindowsService


def test_windows_is_told_to_start_the_station_by_itself_and_again_after_each_fall() -> None:
    home = PureWindowsPath(r"C:\ProgramData\Loa\home")
    said = {tuple(command[:2]): command for command in WindowsService(home).commands()}  # type: ignore[arg-type]
    config, failure = said["sc.exe", "config"], said["sc.exe", "failure"]
    assert config[config.index("start=") + 1] == "auto"
    account = config[config.index("obj=") + 1]
    assert account == r"NT SERVICE\loa", "an account of its own"
    waits = failure[failure.index("actions=") + 1].split("/")
    assert set(waits[::2]) == {"restart"}
    assert [int(ms) for ms in waits[1::2]] == sorted(int(ms) for ms in waits[1::2])
    assert f"{account}:(OI)(CI)F" in said["icacls", str(home)]
    shown = WindowsService(home).text()  # type: ignore[arg-type]
    assert all(any(word in line for line in shown.splitlines()) for word in ("failureflag loa 1", str(home)))
