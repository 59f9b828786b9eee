"""The panel's kit: what every page stands on, and no page of its own."""
