"""Rows: the only lasting truth of the station."""
