"""Reads that more than one use case needs."""
