"""Telling people outside the panel: the ways to reach a phone. Found through the entry points `broadcaster.alerts`."""
