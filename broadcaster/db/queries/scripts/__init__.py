"""Reads of scripts."""
