"""Pages of the pronunciation lexicon."""
