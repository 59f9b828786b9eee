"""Background work: jobs and their states."""
