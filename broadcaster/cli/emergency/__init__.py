"""Emergencies at the command line."""
