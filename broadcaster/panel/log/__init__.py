"""Pages of the play log."""
