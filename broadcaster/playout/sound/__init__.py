"""Samples on their way: sources, players, relays, corrections."""
