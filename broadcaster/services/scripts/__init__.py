"""Scripts: written, spoken, heard and approved."""
