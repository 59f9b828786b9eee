"""What the machine says of itself, and what is read out of what Windows' tools say in its own language."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from broadcaster.boot import hardware
from broadcaster.boot.hardware import DiskKind

POWERCFG = """
GUID kế hoạch nguồn: 381b4222-f694-41f0-9685-ff5bb260df2e  (Cân bằng)
    Cài đặt tối đa có thể: 0xffffffff
    Chỉ số cài đặt nguồn AC hiện tại: 0x{ac:08x}
    Chỉ số cài đặt nguồn DC hiện tại: 0x00000384
"""


@pytest.mark.parametrize("seconds", [0, 1800])
def test_when_windows_sleeps_is_read_in_any_language(seconds: int) -> None:
    assert hardware.windows_sleep(POWERCFG.format(ac=seconds)) == seconds


@pytest.mark.parametrize(
    ("said", "synchronised"),
    [
        ("Leap Indicator: 0(no warning)\nStratum: 4 (secondary)", True),
        ("Chỉ báo nhuận: 3(không đồng bộ)\nTầng: 0 (không xác định)", False),
        ("", None),
    ],
)
def test_whether_the_clock_of_windows_is_set_is_read_in_any_language(said: str, synchronised: bool | None) -> None:
    assert hardware.windows_clock(said) is synchronised
    assert hardware.windows_sleep(said) is None


@pytest.mark.skipif(os.name != "posix", reason="disks as Linux shows them")
@pytest.mark.parametrize(
    ("disk", "rotational", "kind"),
    [("sda", "1", DiskKind.SPINNING), ("nvme0n1", "0", DiskKind.SSD), ("mmcblk0", "0", DiskKind.CARD)],
)
@pytest.mark.parametrize("partition", [True, False])
def test_the_kind_of_disk_is_that_of_the_disk_below_the_partition(
    tmp_path: Path, disk: str, rotational: str, kind: DiskKind, partition: bool
) -> None:
    number = tmp_path.stat().st_dev
    whole = tmp_path / "block" / disk
    (whole / "queue").mkdir(parents=True)
    (whole / "queue" / "rotational").write_text(f"{rotational}\n")
    (whole / f"{disk}p1").mkdir()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / f"{os.major(number)}:{os.minor(number)}").symlink_to(
        whole / f"{disk}p1" if partition else whole
    )
    assert hardware.disk_under(tmp_path, tmp_path / "dev") is kind
    assert hardware.disk_under(tmp_path, tmp_path / "none") is DiskKind.UNKNOWN


def test_the_machine_names_its_system_and_its_size() -> None:
    assert hardware.system().strip(", ")
    assert "GB" in hardware.size()
