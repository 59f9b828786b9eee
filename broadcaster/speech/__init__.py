"""Voices behind one small interface: engines, their registry, and sentence-level requests."""
