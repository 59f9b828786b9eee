"""Rotations as their TOML files hold them."""

from __future__ import annotations

ROTATION = """
[rotation]
code = "thu"
title = "Lịch thử"
valid_from = 2026-01-01

[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
zones = ["all"]
late = "join"

[[slot.item]]
kind = "cue"
cue = "nhac-hieu"

[[slot.item]]
kind = "fill"
max_items = 3
separator = "ngat"
"""
