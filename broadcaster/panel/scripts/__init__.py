"""Pages of scripts: list, editor, recordings, approval."""
