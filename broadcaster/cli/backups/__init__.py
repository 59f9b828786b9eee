"""Backups at the command line: taken, carried elsewhere, brought back."""
