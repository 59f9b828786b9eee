"""What the commands print alike."""

from __future__ import annotations

import pytest

from broadcaster.cli.common import show_table


def test_brackets_in_a_table_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("Giọng", ["Mã", "Tình trạng"], [["edge", "pip install 'loa-xa[edge]'"], ["x", None]], empty="")
    assert "pip install 'loa-xa[edge]'" in capsys.readouterr().out
