"""Versions beside each other, what brings a new one, and the database that follows them."""
