"""Office documents into plain text, with a list of what must not be read aloud."""
