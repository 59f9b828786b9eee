"""Setting up: a new station, its zones, sounds, voices, settings and copies."""
