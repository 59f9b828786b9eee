"""Figures of a period into documents."""
