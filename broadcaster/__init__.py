"""Loa Xã: the machine that runs a commune's public loudspeakers."""

__version__ = "0.1.0"
