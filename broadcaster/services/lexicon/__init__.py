"""The pronunciation lexicon: shipped, the station's and a script's own entries."""
