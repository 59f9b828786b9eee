"""Pages of the first steps, settings, sounds and zones."""
